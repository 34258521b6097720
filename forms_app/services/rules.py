"""A field's rule in words, for the person who checks it."""

from __future__ import annotations

from collections.abc import Iterator

from forms_app.reading.form_template import Case, FieldKind, FormField

KIND_WORDS = {
    FieldKind.DIGITS: "digits only",
    FieldKind.LETTERS: "letters only",
    FieldKind.NUMBER: "a number",
    FieldKind.CHOICE: "one option",
    FieldKind.CHOICES: "any number of options",
}
# Longer lists are offered by the input itself.
LISTED_VALUES = 8


def rule_in_words(field: FormField) -> str:
    """Such as `digits only, 5 to 8 characters, with a luhn check digit`; empty when all goes."""
    return ", ".join(_parts(field))


def _parts(field: FormField) -> Iterator[str]:
    rule = field.constraints
    if field.kind in KIND_WORDS:
        yield KIND_WORDS[field.kind]
    if field.kind is FieldKind.DATE:
        yield f"a date as {rule.format or 'DDMMYYYY'}"
    yield from _length(rule.min_length, rule.max_length)
    if rule.case is not None:
        yield "capital letters" if rule.case is Case.UPPER else "small letters"
    yield from _range(rule.minimum, rule.maximum)
    if rule.values:
        listed = ", ".join(rule.values[:LISTED_VALUES])
        yield f"one of {listed}{' …' if len(rule.values) > LISTED_VALUES else ''}"
    if rule.pattern:
        yield f"of the form {rule.pattern}"
    if rule.check:
        yield f"with a {rule.check} check digit"
    if rule.required:
        yield "required"


def _length(shortest: int | None, longest: int | None) -> Iterator[str]:
    if shortest is not None and shortest == longest:
        yield f"exactly {shortest} characters"
    elif shortest is not None and longest is not None:
        yield f"{shortest} to {longest} characters"
    elif shortest is not None:
        yield f"at least {shortest} characters"
    elif longest is not None:
        yield f"at most {longest} characters"


def _range(least: str | None, most: str | None) -> Iterator[str]:
    if least is not None and most is not None:
        yield f"from {least} to {most}"
    elif least is not None:
        yield f"{least} or more"
    elif most is not None:
        yield f"{most} or less"
