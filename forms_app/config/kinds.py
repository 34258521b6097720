"""The kinds of values a setting can take: each converts what was given and says what is allowed."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from forms_app.file_keys import parse_file_keys

HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
SITE_PATH = re.compile(r"(/[A-Za-z0-9_.~-]+)*/?")


class Kind(Protocol):
    """A kind of values."""

    @property
    def allowed(self) -> str:
        """What is allowed, to stand after "must be"."""

    @property
    def in_short(self) -> str:
        """The same in a few words, for a table."""

    def convert(self, value: object) -> object:
        """What was given, as the program takes it.

        Raises:
            ValueError: It is not allowed.
        """


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between `least` and `most`, of `unit`; 0 switches off what `can_be_off`."""

    least: int
    most: int
    unit: str = ""
    can_be_off: bool = False

    @property
    def allowed(self) -> str:
        unit = f" ({self.unit})" if self.unit else ""
        off = "0 or " if self.can_be_off else ""
        return f"{off}a whole number from {self.least:,} to {self.most:,}{unit}"

    @property
    def in_short(self) -> str:
        off = "0, " if self.can_be_off else ""
        return f"{off}{self.least:,} to {self.most:,} {self.unit}".rstrip()

    def convert(self, value: object) -> int:
        number = int(str(value))
        if not (self.least <= number <= self.most or (self.can_be_off and number == 0)):
            raise ValueError(number)
        return number


@dataclass(frozen=True, slots=True)
class Share:
    """A number from 0 to 1."""

    allowed: str = "a number from 0 to 1"
    in_short: str = "0 to 1"

    def convert(self, value: object) -> float:
        number = float(str(value))
        if not 0 <= number <= 1:
            raise ValueError(number)
        return number


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return f"one of {', '.join(self.words)}"

    @property
    def in_short(self) -> str:
        return ", ".join(f"`{word}`" for word in self.words)

    def convert(self, value: object) -> str:
        if value not in self.words:
            raise ValueError(value)
        return str(value)


@dataclass(frozen=True, slots=True)
class Text:
    """Any text; numbers are taken as their digits."""

    in_short: str = "text"
    allowed: str = "a text"

    def convert(self, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Path):
            raise ValueError(value)
        return str(value)


@dataclass(frozen=True, slots=True)
class Folder:
    """The path of a folder; `~` is the home folder, what is not absolute starts here."""

    allowed: str = "the path of a folder"
    in_short: str = "a folder"

    def convert(self, value: object) -> Path:
        if not isinstance(value, str | Path) or not str(value).strip():
            raise ValueError(value)
        return Path(value).expanduser().absolute()


@dataclass(frozen=True, slots=True)
class Address:
    """An address that begins with one of `beginnings`; a plain path too where `can_be_path`."""

    beginnings: tuple[str, ...]
    can_be_path: bool = False

    @property
    def allowed(self) -> str:
        path = "a folder, or " if self.can_be_path else ""
        return f"{path}an address that begins with {_any_of(self.beginnings)}"

    @property
    def in_short(self) -> str:
        path = "a folder, " if self.can_be_path else ""
        return path + ", ".join(f"`{beginning}`…" for beginning in self.beginnings)

    def convert(self, value: object) -> str:
        if not isinstance(value, str | Path):
            raise ValueError(value)
        text = str(value)
        has_beginning = any(
            text.startswith(beginning) and len(text) > len(beginning)
            for beginning in self.beginnings
        )
        if not (has_beginning or (self.can_be_path and "://" not in text)):
            raise ValueError(value)
        return text


def _any_of(words: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """Where a site is: scheme, host, at most a port and a path before all of its own; kept without
    the scheme's own port and without a slash at the end. Empty where nobody has said it."""

    allowed: str = (
        "an address such as https://forms.example.org, with no more after the name than a port and "
        "a path"
    )
    in_short: str = "`https://`…, `http://`…"

    def convert(self, value: object) -> str:
        text = str(value)
        if not text:
            return ""
        parts = urlsplit(text)
        default_port = {"http": 80, "https": 443}.get(parts.scheme)
        netloc = parts.hostname or ""
        if default_port is None or not is_host(netloc) or not SITE_PATH.fullmatch(parts.path):
            raise ValueError(value)
        netloc = f"[{netloc}]" if ":" in netloc else netloc
        if parts.port is not None and parts.port != default_port:
            netloc = f"{netloc}:{parts.port}"
        # Nothing but what was looked at: no user, query or fragment.
        said = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if said != text or "@" in parts.netloc:
            raise ValueError(value)
        return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"


def is_host(name: str) -> bool:
    """Whether it is the name or IP address of a host."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return HOST_NAME.fullmatch(name) is not None
    return True


@dataclass(frozen=True, slots=True)
class HostNames:
    """Names of hosts, separated by commas; `*` stands for all."""

    allowed: str = "names of hosts without http:// and port, separated by commas, or *"
    in_short: str = "names separated by commas, `*`"

    def convert(self, value: object) -> str:
        names = [name.strip() for name in str(value).split(",") if name.strip()]
        if not all(name == "*" or HOST_NAME.fullmatch(name) for name in names):
            raise ValueError(value)
        return str(value)


@dataclass(frozen=True, slots=True)
class FileKeys:
    """Keys of 32 bytes in base64, separated by commas."""

    allowed: str = (
        "keys of 32 bytes in base64, separated by commas (one is made by: openssl rand -base64 32)"
    )
    in_short: str = "keys of 32 bytes in base64, separated by commas"

    def convert(self, value: object) -> str:
        parse_file_keys(str(value))
        return str(value)


@dataclass(frozen=True, slots=True)
class Networks:
    """IP networks or single addresses, separated by commas."""

    allowed: str = "networks like 10.1.0.0/16 or IP addresses, separated by commas"
    in_short: str = "networks separated by commas"

    def convert(self, value: object) -> str:
        for part in str(value).split(","):
            if part.strip():
                ipaddress.ip_network(part.strip(), strict=False)
        return str(value)


@dataclass(frozen=True, slots=True)
class DeliveryFolders:
    """Absolute paths of folders and S3 addresses, separated by commas."""

    allowed: str = "absolute paths of folders and s3:// addresses, separated by commas"
    in_short: str = "folders, `s3://`…, separated by commas"

    def convert(self, value: object) -> str:
        places = [place.strip() for place in str(value).split(",") if place.strip()]
        if not all(_is_delivery_folder(place) for place in places):
            raise ValueError(value)
        return ",".join(places)


def _is_delivery_folder(place: str) -> bool:
    bucket = place.removeprefix("s3://").partition("/")[0]
    return bool(bucket) if place.startswith("s3://") else Path(place).is_absolute()
