"""Passphrases and recovery words: which will do, how they are made, and how they are hashed beside the event loop."""

import asyncio
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from rooms.names import folded
from rooms.work import Refusal

T = TypeVar("T")
LEAST = 12
"""Code points; there is no other rule of composition."""
MOST = 1_024
WORDS_EACH = 8
RECOVERY_WORDS = tuple(files("server").joinpath("recovery_words.txt").read_text("ascii").split())
"""Eight of them are worth 80 bits. Short, everyday, free of distress; no two differ by one letter only."""
QUEUE_MOST = 64
"""Hashes that may wait; whoever comes later is told to come back."""
QUEUE_WAIT = 5_000

_KNOWN = 10_000
_LISTED = frozenset(word for word in FREQUENCY_LISTS["passwords"][:_KNOWN] if len(word) > 2) | frozenset(
    word for word in FREQUENCY_LISTS["passwords"] if len(word) >= LEAST
)
_JUDGED = 48
_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "1234567890",
    "1q2w3e4r5t6y7u8i9o0p",
)
_WALKS = (*_ROWS, *(row[::-1] for row in _ROWS))
_YEAR = re.compile("(19|20)[0-9]{2}")
_PIECES = 2
_RUN = 3


def refuse_weak(passphrase: str, own: Iterable[str] = ()) -> None:
    """Refuse as ``passphrase.too_short`` (``least``), ``.too_long`` (``most``) or ``.common``.

    ``own`` are words an acquaintance would try first, such as the sign-in name. Nothing is trimmed or changed.
    """
    if len(passphrase) < LEAST:
        raise Refusal("passphrase.too_short", least=LEAST)
    if len(passphrase) > MOST:
        raise Refusal("passphrase.too_long", most=MOST)
    if easily_guessed(passphrase, own):
        raise Refusal("passphrase.common")


def easily_guessed(passphrase: str, own: Iterable[str] = ()) -> bool:
    """Whether it is one or two of: a common passphrase, a word of ``own``, a run, a walk over keys; repeats are free."""
    # What begins like this for so long is not made better by what follows; and judging must stay quick.
    text = _bare(passphrase)[:_JUDGED]
    words = {_bare(word)[:_JUDGED] for word in own}
    least = [0] + [_PIECES + 1] * len(text)
    for start in range(len(text)):
        if least[start] > _PIECES:
            continue
        for end in _repeats(text, start):
            least[end] = min(least[end], least[start])
        for end in _pieces(text, start, words):
            least[end] = min(least[end], least[start] + 1)
    return least[-1] <= _PIECES


def new_recovery_words() -> str:
    """Eight words with blanks between, from the system's randomness."""
    return " ".join(secrets.choice(RECOVERY_WORDS) for _ in range(WORDS_EACH))


def plain_words(text: str) -> str:
    """Recovery words as they are hashed: typed with capitals, commas or line breaks they are the same words."""
    return " ".join("".join(char if char.isalpha() else " " for char in folded(text)).split())


class Hasher:
    """argon2id in threads of its own: at most ``at_once`` together (0: one per core, at most 2).

    Beyond `QUEUE_MOST` waiting, `Refusal` ``rate.limited``. ``computed`` counts every hash ever begun.
    """

    def __init__(self, at_once: int = 0, argon: PasswordHasher | None = None) -> None:
        self.argon = argon or PasswordHasher()
        self.computed = 0
        self._threads = ThreadPoolExecutor(at_once or min(2, os.cpu_count() or 1), "argon2")
        self._waiting = 0

    async def hash(self, secret: str) -> str:
        return await self._run(lambda: self.argon.hash(_exact(secret)))

    async def matches(self, kept: str | None, secret: str) -> bool:
        """Whether ``secret`` is what ``kept`` was made of. Costs one hash in any case, also where nothing is kept."""
        if kept is None:
            await self.hash(secret)
            return False
        return await self._run(lambda: self._verify(kept, secret))

    def stale(self, kept: str) -> bool:
        """Whether ``kept`` was made with other costs than are used now."""
        return self.argon.check_needs_rehash(kept)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _verify(self, kept: str, secret: str) -> bool:
        try:
            return self.argon.verify(kept, _exact(secret))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= QUEUE_MOST:
            raise Refusal("rate.limited", retry_after=QUEUE_WAIT)
        self._waiting += 1
        self.computed += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _exact(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")


def _bare(text: str) -> str:
    return "".join(char for char in folded(text) if unicodedata.category(char)[0] in "LN")


def _repeats(text: str, start: int) -> Iterator[int]:
    for length in range(1, start + 1):
        if text.startswith(text[start - length : start], start):
            yield start + length


def _pieces(text: str, start: int, own: set[str]) -> Iterator[int]:
    yield start + 1
    for end in range(start + _RUN, len(text) + 1):
        piece = text[start:end]
        if piece in _LISTED or piece in own or _YEAR.fullmatch(piece) or any(piece in walk for walk in _WALKS):
            yield end
    end = start + 2
    step = ord(text[start + 1]) - ord(text[start]) if end <= len(text) else 2
    while abs(step) <= 1 and end < len(text) and ord(text[end]) - ord(text[end - 1]) == step:
        end += 1
        if end - start >= _RUN:
            yield end
