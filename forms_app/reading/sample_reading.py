"""The characters found in a picture, line by line through the stages of a field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from forms_app.reading.character_sets import CharacterSet, answering_within, sample_field
from forms_app.reading.classifier import Charset, Classifier
from forms_app.reading.decoding import decode
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.sample_pictures import Picture
from forms_app.reading.samples import FoundCharacter, find_characters
from forms_app.reading.types import (
    CharacterReading,
    Glyph,
    InkState,
    LogProbabilities,
    Segmentation,
)

# What is less probable than this as any character of the set is none.
_LEAST_PROBABLE = 0.15
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class SampleCharacter:
    """One character of a picture.

    `box_px` is x, y, width, height in the picture; `line` counts from 0; `value` is None where it
    is no character of the set; `alternatives` are others with their probabilities, best first.
    """

    box_px: tuple[int, int, int, int]
    line: int
    space_before: bool
    value: str | None
    probability: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class SampleReading:
    """All characters in reading order."""

    characters: tuple[SampleCharacter, ...]

    @property
    def text(self) -> str:
        """The whole, one text line for each line; a character that is none as U+FFFD."""
        lines = groupby(self.characters, key=lambda c: c.line)
        return "\n".join("".join(_with_space(c) for c in line) for _, line in lines)


def read_sample(
    picture: Picture, classifier: Classifier, characters: CharacterSet
) -> SampleReading:
    """Finds and reads the characters of a picture; boxes are in pixels of its file.

    Args:
        picture: as opened.
        classifier: one call reads all glyphs.
        characters: what may be answered.
    """
    narrowed = answering_within(classifier, characters)
    found = find_characters(picture.rgb)
    glyphs = np.stack([c.glyph for c in found]) if found else np.zeros((0, 28, 28), np.uint8)
    log_probabilities = narrowed.classify(glyphs)
    read: list[SampleCharacter] = []
    for _, group in groupby(range(len(found)), key=lambda i: found[i].line):
        rows = list(group)
        line = [found[i] for i in rows]
        read += _read_line(line, log_probabilities[rows], narrowed.charset, characters)
    return SampleReading(tuple(_in_file(character, picture.reduction) for character in read))


def _in_file(character: SampleCharacter, reduction: float) -> SampleCharacter:
    x, y, width, height = (round(v * reduction) for v in character.box_px)
    return replace(character, box_px=(x, y, width, height))


def _read_line(
    line: Sequence[FoundCharacter],
    log_probabilities: LogProbabilities,
    charset: Charset,
    characters: CharacterSet,
) -> list[SampleCharacter]:
    """Decode one line as a field with one glyph for each character found."""
    box = bounding_box([Box(*c.box_px) for c in line])
    decoded = decode(sample_field(characters, box), _chain(line), log_probabilities, charset)
    read = [c for c in decoded.characters if c.box is not None]
    if len(read) != len(line):
        return [_character(found, None) for found in line]
    return [_character(found, one) for found, one in zip(line, read, strict=True)]


def _chain(line: Sequence[FoundCharacter]) -> Segmentation:
    glyphs = tuple(
        Glyph(
            image=found.glyph,
            box=Box(*found.box_px),
            start=i,
            end=i + 1,
            relative_height=found.relative_height,
            relative_bottom=found.relative_bottom,
        )
        for i, found in enumerate(line)
    )
    gaps = tuple(i for i, found in enumerate(line) if found.space_before)
    return Segmentation(InkState.WRITTEN, glyphs, len(line) + 1, gaps=gaps)


def _character(found: FoundCharacter, read: CharacterReading | None) -> SampleCharacter:
    is_known = read is not None and read.probability >= _LEAST_PROBABLE
    return SampleCharacter(
        box_px=found.box_px,
        line=found.line,
        space_before=found.space_before,
        value=read.value if read is not None and is_known else None,
        probability=read.probability if read is not None else 0.0,
        alternatives=read.alternatives if read is not None else (),
    )


def _with_space(character: SampleCharacter) -> str:
    return " " * character.space_before + (character.value or _UNKNOWN)
