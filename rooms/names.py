"""Names people are called by: which are taken as they are, which look alike, and which are nobody's to take."""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

from rooms.limits import Limits
from rooms.text import INVISIBLE, PICTURES, broken, visible
from rooms.work import Refusal

RESERVED = (
    "admin",
    "administrator",
    "bot",
    "everyone",
    "here",
    "help",
    "host",
    "mod",
    "moderation",
    "moderator",
    "official",
    "operator",
    "peer circles",
    "root",
    "server",
    "staff",
    "support",
    "system",
    "team",
)
"""Names that would lend one person the voice of the place."""

VIRAMA = 9
"""The combining class of signs that join Indic letters."""
MARKS_IN_A_ROW = 4
"""More marks on one letter reach into the lines above and below."""
PASSES = 8
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_TOO_MANY_MARKS = re.compile(r"x" * (MARKS_IN_A_ROW + 1))


def name(text: str, limits: Limits, field: str = "name") -> str:
    """The name as it is kept: trimmed, composed (NFC), inner blanks made one; 1 to ``limits.name_length`` code points.

    Refused as ``<field>.empty``, ``<field>.too_long`` (with ``most``) or ``<field>.not_allowed``: controls, characters
    that turn the direction or draw nothing, private use, unassigned, lone surrogates.
    """
    # Composing a very long text takes time and cannot make it short enough.
    if len(text) > 8 * limits.name_length:
        raise Refusal(f"{field}.too_long", most=limits.name_length)
    text = unicodedata.normalize("NFC", text.strip())
    text = " ".join(filter(None, "".join(" " if _blank(char) else char for char in text).split(" ")))
    if not text:
        raise Refusal(f"{field}.empty")
    if not all(_allowed(text, at) for at in range(len(text))) or not visible(text):
        raise Refusal(f"{field}.not_allowed")
    if _TOO_MANY_MARKS.search("".join("x" if _mark(char) else "-" for char in text)) or _mark(text[0]):
        raise Refusal(f"{field}.not_allowed")
    if len(text) > limits.name_length:
        raise Refusal(f"{field}.too_long", most=limits.name_length)
    return text


def folded(text: str) -> str:
    """The form in which sign-in names are one name: compatibility composed, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def skeleton(text: str) -> str:
    """What a name looks like, after UTS 39: two names that are hard to tell apart have one skeleton.

    Only for comparing: it is not readable, and it goes further than UTS 39 in dropping case, marks, blanks and
    punctuation, and in taking ``I``, ``i``, ``l`` and ``1`` for the same.
    """
    for _ in range(PASSES):
        seen = _as_seen(text)
        if seen == text:
            break
        text = seen
    return text


def refuse_reserved(text: str, limits: Limits) -> str:
    """Refuse, as ``name.reserved``, what looks like a name of the place itself or of ``limits.reserved_names``.

    Returns the skeleton.
    """
    look = skeleton(text)
    if look in _skeletons((*RESERVED, *limits.reserved_names)):
        raise Refusal("name.reserved")
    return look


def _blank(char: str) -> bool:
    return char == "\t" or unicodedata.category(char) == "Zs"


def _mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _allowed(text: str, at: int) -> bool:
    char = text[at]
    kind = unicodedata.category(char)
    if char in (_ZWJ, _ZWNJ):
        return _joins(text, at)
    if kind == "Cn" and not broken(char):
        return ord(char) in PICTURES
    return kind[0] != "C" and kind not in ("Zl", "Zp") and char not in INVISIBLE


def _joins(text: str, at: int) -> bool:
    """Whether the joiner at ``at`` shapes something: an emoji of several parts, an Indic conjunct, a Persian word."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or not after:
        return False
    if unicodedata.combining(before) == VIRAMA:
        return True
    if text[at] == _ZWJ:
        return _picture(after) and (_picture(before) or before == "\ufe0f")
    return all(unicodedata.name(char, "").startswith("ARABIC LETTER") for char in (before, after))


def _picture(char: str) -> bool:
    return unicodedata.category(char) == "So" or ord(char) in PICTURES


def _as_seen(text: str) -> str:
    """One pass: every character becomes the prototype of those it can be taken for."""
    text = unicodedata.normalize("NFKC", text)
    seen = "".join(_word_as_seen(word) for word in text.split())
    bare = "".join(char for char in unicodedata.normalize("NFD", seen) if not _mark(char))
    dropped = "".join(char for char in bare if unicodedata.category(char)[0] in "LNS")
    return dropped or bare


def _word_as_seen(word: str) -> str:
    # Greek or Cyrillic letters beside Latin ones pose as Latin, so they count as they are drawn. In a word of their
    # own, the small and the capital form of a letter (ν and Ν) must stay one letter although they look like v and N.
    plain = unicodedata.normalize("NFD", word)
    as_drawn = any(unicodedata.name(char, "").startswith("LATIN") for char in plain)
    prototypes, cased = _prototypes()
    drawn = (char if as_drawn or len(char.upper()) > 1 else char.upper() for char in plain)
    looks = "".join(prototypes.get(char, char) for char in drawn).casefold()
    return "".join(cased.get(char, prototypes.get(char, char)) for char in looks)


@cache
def _prototypes() -> tuple[dict[str, str], dict[str, str]]:
    """Character → what it can be taken for; and the same for what only looks alike in the other case (I and l).

    The data knows which strings are confused, not in which direction, so each set of them gets one prototype: the
    string of several characters if there is one (``rn`` for ``m``), else the plainest.
    """
    data = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8"))
    sets: dict[str, set[str]] = {}
    for source, others in data.items():
        for other in others:
            # Right-to-left characters come wrapped in direction marks.
            one, two = source.strip("\u200e"), other["c"].strip("\u200e")
            joined = sets.get(one, {one}) | sets.get(two, {two})
            for each in joined:
                sets[each] = joined
    prototypes = {char: min(alike, key=_plainness) for char, alike in sets.items() if len(char) == 1}
    ascii_pairs = ((char.lower(), prototypes[char].lower()) for char in map(chr, range(33, 127)) if char in prototypes)
    cased = {char: other for char, other in ascii_pairs if char != other and len(other) == 1 and other.isalnum()}
    return prototypes, cased


def _plainness(text: str) -> tuple[bool, bool, bool, bool, str]:
    return len(text) == 1, not text.isascii(), not text.isalpha(), not text.islower(), text


@cache
def _skeletons(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(skeleton, names))
