"""What a field will accept, said to the person who is writing its rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_app.reading.constraints import date_format, parse_value
from forms_app.reading.form_template import Case, FieldKind, FormField
from forms_app.reading.types import Value
from forms_app.templating.examples import accepted_examples
from forms_app.templating.health_constraints import constraint_findings, room_for
from forms_app.templating.refusals import Refusal, refusal_of, refused_examples

SHOWN_OPTIONS = 6
_NOUN_WORDS = {
    FieldKind.DIGITS: ("digit", "digits"),
    FieldKind.LETTERS: ("letter", "letters"),
    FieldKind.TEXT: ("character", "characters"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence` says what is accepted; `accepts` are examples as written, `refuses` near misses.

    `problems` are sentences on rules that no value can satisfy.
    """

    sentence: str
    accepts: tuple[str, ...]
    refuses: tuple[Refusal, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a typed text is accepted, the value it stands for as text, and why it is refused."""

    accepted: bool
    value: str
    reasons: tuple[str, ...]


def explain(field: FormField) -> Explanation:
    """The rules of a written or ticked field in words and examples."""
    accepts = accepted_examples(field)
    problems = _contradictions(field, has_examples=bool(accepts))
    if field.is_written and not accepts and not problems:
        problems = ("No value was found that satisfies all of its rules. Try one below.",)
    refuses = refused_examples(field, accepts[0]) if accepts else ()
    return Explanation(f"Accepts {', '.join(_parts(field))}.", accepts, refuses, problems)


def _contradictions(field: FormField, has_examples: bool) -> tuple[str, ...]:
    """Rules that leave some or all values unreachable; a pattern with an example is settled."""
    if has_examples and field.constraints.pattern is not None:
        return ()
    return tuple(
        f"{finding.message} {finding.advice}"
        for finding in constraint_findings(field)
        if finding.code == "unreachable"
    )


def try_value(field: FormField, text: str) -> Verdict:
    """Whether a person's text would be accepted in this field."""
    refusal = refusal_of(field, text)
    value = as_text(parse_value(field, text))
    return Verdict(refusal is None, value, () if refusal is None else (refusal.reason,))


def as_text(value: Value) -> str:
    """A canonical value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else value


def _parts(field: FormField) -> Iterator[str]:
    rule = field.constraints
    yield _subject(field)
    if rule.case is not None:
        yield "in capitals" if rule.case is Case.UPPER else "in small letters"
    if rule.minimum is not None and rule.maximum is not None:
        yield f"from {rule.minimum} to {rule.maximum}"
    elif rule.minimum is not None:
        is_date = field.kind is FieldKind.DATE
        yield f"{rule.minimum} or later" if is_date else f"{rule.minimum} or more"
    elif rule.maximum is not None:
        is_date = field.kind is FieldKind.DATE
        yield f"{rule.maximum} or earlier" if is_date else f"{rule.maximum} or less"
    if rule.pattern is not None:
        yield f"matching {rule.pattern}"
    if rule.check is not None:
        yield f"with a valid {rule.check} check digit"
    if not rule.required:
        yield "or nothing"


def _subject(field: FormField) -> str:
    rule = field.constraints
    if field.options:
        words = ", ".join(option.value for option in field.options[:SHOWN_OPTIONS])
        more = ", …" if len(field.options) > SHOWN_OPTIONS else ""
        is_many = field.kind is FieldKind.CHOICES
        return f"any of {words}{more}" if is_many else f"one of {words}{more}"
    if rule.values:
        count = f"{len(rule.values):,} listed values"
        return f"one of {count}" if len(rule.values) > 1 else "the one listed value"
    if field.kind is FieldKind.DATE:
        shape = date_format(field)
        is_time = {part.letter for part in shape.parts} <= {"H", "N"}
        return f"a time written {shape.text}" if is_time else f"a date written {shape.text}"
    if field.kind is FieldKind.NUMBER:
        room = room_for(field)
        return f"a number of at most {room} characters" if room else "a number"
    return _counted(field)


def _counted(field: FormField) -> str:
    one, many = _NOUN_WORDS[field.kind]
    least, most = field.constraints.min_length or 1, room_for(field)
    if most is None:
        return f"{least} or more {many}" if least > 1 else many
    if least >= most:
        return f"exactly {most} {one if most == 1 else many}"
    return f"{least} to {most} {many}"
