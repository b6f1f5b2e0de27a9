"""Help lines as the operator wrote them into HELP_FILE."""

import logging
import re
import tomllib
from functools import cache
from html import escape
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

log = logging.getLogger("server.help_lines")
NO_LINES = "Whoever runs this place has not added any help lines."
_NUMBER = re.compile(r"[+*#]?[0-9][0-9*#]*")
_SPACING = re.compile(r"[\s()./-]+")

Line = Annotated[str, Meta(min_length=1, max_length=200)]


class HelpFileUnusable(Exception):
    """One plain sentence."""


class HelpLine(Struct, frozen=True, forbid_unknown_fields=True):
    name: Line
    phone: Line | None = None
    sms: Line | None = None
    url: Line | None = None
    hours: Line | None = None
    note: Line | None = None


class _File(Struct, forbid_unknown_fields=True):
    line: list[HelpLine] = []


@cache
def help_lines(path: Path | None) -> tuple[HelpLine, ...]:
    """The lines of a file, or none at all; `HelpFileUnusable` where it cannot be shown as it is."""
    if path is None:
        return ()
    try:
        lines = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File).line
    except OSError as error:
        raise HelpFileUnusable(f"HELP_FILE cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HelpFileUnusable(f"HELP_FILE is not TOML: {error}.") from None
    except msgspec.ValidationError as error:
        raise HelpFileUnusable(f"HELP_FILE has something unexpected: {error}.") from None
    for each in lines:
        _judge(each)
    return tuple(lines)


def check_help(path: Path | None) -> None:
    """To be called at the start: raises what `help_lines` raises, and warns where people would find nothing."""
    if not help_lines(path):
        log.warning("no help lines: people who open Help will read that none were added; set HELP_FILE")


def as_html(lines: tuple[HelpLine, ...]) -> str:
    """List items, each with links that a phone can dial."""
    return "\n".join(f"<li>{''.join(_parts(line))}</li>" for line in lines)


def _judge(line: HelpLine) -> None:
    for field in ("phone", "sms"):
        number = getattr(line, field)
        if number is not None and not _NUMBER.fullmatch(_dialled(number)):
            raise HelpFileUnusable(f"HELP_FILE: the {field} of {line.name!r} is not a number that can be dialled.")
    if line.url is not None:
        parts = urlsplit(line.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise HelpFileUnusable(f"HELP_FILE: the url of {line.name!r} does not begin with https://.")


def _dialled(number: str) -> str:
    return _SPACING.sub("", number)


def _parts(line: HelpLine) -> list[str]:
    parts = [f"<strong>{escape(line.name)}</strong>"]
    if line.phone is not None:
        parts.append(f'<a href="tel:{escape(_dialled(line.phone))}">Call {escape(line.phone)}</a>')
    if line.sms is not None:
        parts.append(f'<a href="sms:{escape(_dialled(line.sms))}">Text {escape(line.sms)}</a>')
    if line.url is not None:
        host = urlsplit(line.url).hostname or ""
        parts.append(f'<a href="{escape(line.url)}" rel="noopener noreferrer">{escape(host)}</a>')
    parts += [f"<span>{escape(each)}</span>" for each in (line.hours, line.note) if each is not None]
    return parts
