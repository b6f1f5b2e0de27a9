"""Words without what people leave out when they look for them: case, accents, width, the bend of quotation marks.

Pure. Nothing of what was folded is remembered.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_BENT = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u2033", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | {"\u2026": "..."}
)
_BENT_ONES = re.compile("[" + "".join(map(chr, _BENT)) + "]")
_MARKS = re.compile(
    "[" + "".join(f"\\U{code:08x}" for code in range(0x110000) if unicodedata.combining(chr(code))) + "]+"
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]+")
"""Draw nothing, and come with text that is pasted."""


def folded(text: str) -> str:
    """The text as it is compared: compatibility forms taken apart, marks dropped, case folded."""
    if text.isascii():
        return text.lower()
    text = _BENT_ONES.sub(_straight, text)
    if text.isascii():
        return text.lower()
    narrow = _latin(text)
    return narrow if narrow is not None else _folded(text)


def wanted(text: str) -> tuple[str, ...]:
    """The folded words of a question, the longest first, each once and none that is part of another."""
    words = sorted(set(folded(text).split()), key=lambda word: (-len(word), word))
    return tuple(word for at, word in enumerate(words) if not any(word in longer for longer in words[:at]))


def holds(body: str, words: Sequence[str]) -> bool:
    """Whether every one of the folded words stands in it, also inside of other words."""
    text = folded(body)
    return all(word in text for word in words)


def places(body: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where in ``body`` they stand: (from, to) in code points, in order and apart, whole letters with their marks."""
    text, origin = _with_origin(body)
    spans = sorted(span for word in words for span in _spans(text, word))
    joined: list[tuple[int, int]] = []
    for low, high in spans:
        start, end = origin[low], origin[high - 1] + 1
        while end < len(body) and not folded(body[end]):
            end += 1
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _spans(text: str, word: str) -> Iterator[tuple[int, int]]:
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + len(word))


def _with_origin(body: str) -> tuple[str, list[int]]:
    """The folded text, and of each of its characters the place of the one it comes from."""
    text: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(body):
        for each in folded(char):
            text.append(each)
            origin.append(place)
    return "".join(text), origin


def _straight(found: re.Match[str]) -> str:
    return found[0].translate(_BENT)


def _folded(text: str) -> str:
    return _UNSEEN.sub("", _MARKS.sub("", unicodedata.normalize("NFKD", text))).casefold()


def _latin(text: str) -> str | None:
    """`_folded` for western European text, at a fiftieth of its cost; None where that is not enough."""
    try:
        narrow = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    if _WIDER.search(narrow):
        return None
    return narrow.translate(_LATIN, b"\xad").replace(b"\xdf", b"ss").decode("latin-1")


_ALONE = {char: _folded(char) for char in map(chr, range(256))}
_LATIN = bytes(ord(to) if len(to) == 1 and ord(to) < 256 else ord(char) for char, to in _ALONE.items())
_WIDER = re.compile(
    b"["
    + b"".join(
        re.escape(char.encode("latin-1"))
        for char, to in _ALONE.items()
        if char not in "\xdf\xad" and not (len(to) == 1 and ord(to) < 256)
    )
    + b"]"
)
"""What folds to something that is not one character of Latin-1."""
