"""What people write, judged before it is kept: not empty, not too long, nothing that a screen or a database chokes on.

Every function returns the text as it is kept or raises `Refusal`; the codes begin with the field's name.
"""

import re
import unicodedata

from rooms.limits import Limits
from rooms.work import Refusal

INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
"""Characters that Unicode counts as letters, marks or symbols and that draw nothing."""
PICTURES = range(0x1F000, 0x1FB00)
"""Set aside by Unicode for emoji: those newer than this Python's tables count as unassigned, and are welcome."""
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NEWLINES = re.compile("\r\n?")
_BLANKS = re.compile(r"\s+")
_MANY_LINES = re.compile("\n{3,}")


def body(text: str, limits: Limits) -> str:
    """A message: kept as written, but for newlines.

    Refused as ``body.empty``, ``body.too_long`` (with ``most``, in code points) and ``body.bad_unicode``.
    """
    _refuse_broken(text, "body")
    text = _NEWLINES.sub("\n", text)
    if len(text) > limits.body_length or len(text.encode()) > limits.body_bytes:
        raise Refusal("body.too_long", most=limits.body_length)
    if not visible(text):
        raise Refusal("body.empty")
    return text


def line(text: str, most: int, field: str) -> str:
    """One line of at most ``most`` code points: trimmed, composed, each run of blanks made one.

    Refused as ``<field>.empty``, ``<field>.too_long`` and ``<field>.bad_unicode``.
    """
    _refuse_broken(text, field)
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()
    # A line stands between other people's lines, where a control that turns the direction would reach them.
    if any(unicodedata.category(char) == "Cc" or char in _BIDI for char in text):
        raise Refusal(f"{field}.bad_unicode")
    return _of_length(text, most, field)


def paragraphs(text: str, most: int, field: str, *, may_be_empty: bool = False) -> str:
    """Several lines, at most ``most`` code points in all: trimmed, composed, at most one empty line between two.

    Refused as `line` is; with ``may_be_empty`` nothing visible is an empty string.
    """
    _refuse_broken(text, field)
    text = _NEWLINES.sub("\n", unicodedata.normalize("NFC", text))
    text = _MANY_LINES.sub("\n\n", text).strip()
    if any((unicodedata.category(char) == "Cc" and char not in "\n\t") or char in _BIDI for char in text):
        raise Refusal(f"{field}.bad_unicode")
    if may_be_empty and not visible(text):
        return ""
    return _of_length(text, most, field)


def visible(text: str) -> bool:
    """Whether anything of it can be seen: not only blanks, controls, marks on nothing and zero-width characters."""
    return any(
        (unicodedata.category(char)[0] in "LNPS" and char not in INVISIBLE) or ord(char) in PICTURES for char in text
    )


def broken(char: str) -> bool:
    """NUL, a lone half of a surrogate pair, or a noncharacter: no text, and not every database keeps it."""
    code = ord(char)
    return code == 0 or 0xD800 <= code <= 0xDFFF or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _refuse_broken(text: str, field: str) -> None:
    if (not text.isascii() or "\0" in text) and any(map(broken, text)):
        raise Refusal(f"{field}.bad_unicode")


def _of_length(text: str, most: int, field: str) -> str:
    if len(text) > most:
        raise Refusal(f"{field}.too_long", most=most)
    if not visible(text):
        raise Refusal(f"{field}.empty")
    return text
