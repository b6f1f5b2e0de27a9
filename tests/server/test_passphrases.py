"""Which passphrases will do, recovery words, and hashing beside the event loop."""

import asyncio
import math
import threading

import pytest
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st

from rooms.work import Refusal
from server import passphrases
from server.passphrases import Hasher, easily_guessed, new_recovery_words, plain_words, refuse_weak
from tests.server.place import QUICK


@pytest.mark.parametrize(
    "passphrase",
    [
        "passwordpassword",
        "Password1234",
        "PASSWORD-2024!",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "abcdefghijkl",
        "zyxwvutsrqpo",
        "qwertyuiopasdfghjkl",
        "qwertyqwerty1",
        "iloveyouiloveyou",
        "sunshine2019",
        "letmein letmein letmein",
        "............",
        "            ",
        "1q2w3e4r5t6y",
        "lkjhgfdsaqwertyuiop",
        "x" * 1_024,
        "ａａａａａａａａａａａａ",
    ],
)
def test_what_others_try_first_is_refused(passphrase: str) -> None:
    with pytest.raises(Refusal) as caught:
        refuse_weak(passphrase)
    assert caught.value.code == "passphrase.common"


@pytest.mark.parametrize(
    "passphrase",
    [
        "a heron stands in the reeds",
        "correct horse battery staple",
        "vier kleine Igel am Fluss",
        "тихая цапля у реки",
        "静かな鷺が川辺に立っている",
        "Tr0ub4dor&3-and-more",
        "gX7#kkP2mwQz",
        "🦉🦊🐻 in the dark wood",
    ],
)
def test_other_passphrases_are_taken(passphrase: str) -> None:
    refuse_weak(passphrase)


def test_ones_own_names_are_guessed_first() -> None:
    assert not easily_guessed("quietheronfern")
    assert easily_guessed("quietheronfern", ["Quiet Heron", "Fern"])
    assert easily_guessed("Quiet Heron 1234", ["quietheron"])


@pytest.mark.parametrize(
    ("passphrase", "code", "facts"),
    [
        ("gX7#kkP2mwQ", "passphrase.too_short", {"least": 12}),
        ("🦉🦊🐻", "passphrase.too_short", {"least": 12}),
        ("gX7#kkP2mwQz " * 80, "passphrase.too_long", {"most": 1_024}),
    ],
)
def test_a_passphrase_has_a_least_and_a_most(passphrase: str, code: str, facts: dict[str, int]) -> None:
    with pytest.raises(Refusal) as caught:
        refuse_weak(passphrase)
    assert (caught.value.code, caught.value.facts) == (code, facts)


@given(st.text(max_size=40))
def test_any_text_is_judged(text: str) -> None:
    assert easily_guessed(text * 3) in (True, False)
    assert easily_guessed(text, [text]) is True


@given(st.lists(st.sampled_from(passphrases.RECOVERY_WORDS), min_size=6, max_size=8, unique=True))
def test_six_unrelated_words_are_never_easily_guessed(words: list[str]) -> None:
    assert not easily_guessed(" ".join(words))


def test_recovery_words_are_worth_80_bits() -> None:
    words = passphrases.RECOVERY_WORDS
    assert len(set(words)) == len(words)
    assert 8 * math.log2(len(words)) >= 80
    assert all(word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 8 for word in words)
    drawn = [new_recovery_words().split() for _ in range(100)]
    assert all(len(each) == 8 and set(each) <= set(words) for each in drawn)
    assert len({" ".join(each) for each in drawn}) == 100


def test_no_two_recovery_words_differ_by_one_letter() -> None:
    masks = [(word[:at], word[at + 1 :]) for word in passphrases.RECOVERY_WORDS for at in range(len(word))]
    assert len(set(masks)) == len(masks)


def test_recovery_words_are_read_however_they_were_written_down() -> None:
    assert plain_words(" Acorn,\nAPPLE – cedar\t(dawn)") == "acorn apple cedar dawn"


async def test_the_costs_are_not_below_the_librarys_own() -> None:
    hasher = Hasher()
    kept = await hasher.hash("a heron stands in the reeds")
    assert kept.startswith(f"$argon2id$v=19$m={RFC_9106_LOW_MEMORY.memory_cost},t=3,p=4$")
    assert await hasher.matches(kept, "a heron stands in the reeds")
    assert not hasher.stale(kept)
    assert hasher.stale(QUICK.hash("x"))
    hasher.close()


async def test_whatever_is_compared_costs_one_hash() -> None:
    hasher = Hasher(1, QUICK)
    kept = await hasher.hash("right")
    for against, said in [(kept, "right"), (kept, "wrong"), (None, "right"), (kept, "\ud800"), ("not a hash", "x")]:
        before = hasher.computed
        assert await hasher.matches(against, said) is ((against, said) == (kept, "right"))
        assert hasher.computed == before + 1
    hasher.close()


class Watched(PasswordHasher):
    """Counts how many hashes are computed at the same time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.lock = threading.Lock()
        self.now = self.most = 0
        self.gate = threading.Event()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        assert self.gate.wait(30)
        made = super().hash(password, salt=salt)
        with self.lock:
            self.now -= 1
        return made


async def test_hashes_wait_for_each_other_and_too_many_are_sent_away() -> None:
    argon = Watched()
    hasher = Hasher(2, argon)
    asked = [asyncio.create_task(hasher.hash("x")) for _ in range(100)]
    refused, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_EXCEPTION)
    assert len(refused) == 100 - passphrases.QUEUE_MOST
    for task in refused:
        error = task.exception()
        assert isinstance(error, Refusal)
        assert (error.code, error.facts) == ("rate.limited", {"retry_after": 5_000})
    argon.gate.set()
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(each, str) for each in done) == passphrases.QUEUE_MOST
    assert argon.most == 2
    assert isinstance(await hasher.hash("x"), str)
    hasher.close()
