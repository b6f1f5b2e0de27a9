"""What counts as the same word, and in which order what is found in several circles is told."""

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rooms import folding
from rooms.trails import FOUND_MOST, Hit, Looked, Trail, Trails
from rooms.wire_search import Before

LETTERS = st.text(st.characters(codec="utf-8") | st.sampled_from("aAeEéÉßẞµ¼\u0301\u00ad’'… ﬁΣςİ"), max_size=30)


@given(LETTERS, LETTERS)
def test_a_text_folds_as_its_letters_do_one_by_one(text: str, more: str) -> None:
    whole = folding.folded(text + more)
    assert whole == folding.folded(text) + folding.folded(more) == "".join(map(folding.folded, text + more))
    assert folding.folded(unicodedata.normalize("NFD", text)) == folding.folded(unicodedata.normalize("NFC", text))


@given(LETTERS, LETTERS, LETTERS)
def test_every_word_of_a_text_is_found_in_it_and_marked_where_it_stands(before: str, word: str, after: str) -> None:
    words = folding.wanted(word)
    body = f"{before} {word.upper()} {after}"
    assert folding.holds(body, folding.wanted(word.upper()))
    places = folding.places(body, words)
    assert all(start < end for start, end in places)
    assert all(one[1] < two[0] for one, two in pairwise(places))
    if folding.holds(body, words):
        shown = " ".join(folding.folded(body[start:end]) for start, end in places)
        assert all(each in shown for each in words)


def looked_from(log: list[tuple[int, bool]], before: int, events: int) -> Looked:
    """``log``: of each seq from 1 on, its moment and whether it holds the words."""
    low = max(1, min(before, len(log) + 1) - events)
    hits = tuple(Hit(seq, log[seq - 1][0], "p", "word") for seq in range(before - 1, low - 1, -1) if log[seq - 1][1])
    return Looked(hits, {"p": "Ana"}, low, log[low - 2][0] if low > 1 else None, before - low, 0)


LOGS = st.lists(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=40), max_size=4)


@given(LOGS, st.integers(1, 5), st.integers(1, 6), st.booleans())
def test_everything_is_told_once_and_the_newest_first(
    logs: list[list[tuple[int, bool]]], events: int, reads: int, set_back: bool
) -> None:
    if not set_back:
        logs = [[(at, holds) for (at, _), (_, holds) in zip(sorted(log), log, strict=True)] for log in logs]
    told = []
    left = tuple(Before(circle=str(name), before=len(log) + 1) for name, log in enumerate(logs) if log)
    for _ in range(400):
        trails = Trails([Trail(each.circle, each.before, logs[int(each.circle)][each.before - 2][0])
                         for each in left if each.before > 1])  # fmt: skip
        for _ in range(reads):
            trail = trails.next()
            if trail is None:
                break
            trail.take(looked_from(logs[int(trail.circle)], trail.before, events), ("word",))
            trails.tell()
        answer = trails.answer()
        assert len(answer.found) <= FOUND_MOST
        told += [(each.circle, each.seq, each.at) for each in answer.found]
        if not answer.further:
            break
        assert answer.further != left, "it never ends"
        left = answer.further
    else:
        raise AssertionError("it never ends")
    assert len(told) == len(set(told))
    assert {each[:2] for each in told} == {
        (str(name), seq) for name, log in enumerate(logs) for seq, (_, holds) in enumerate(log, 1) if holds
    }
    if not set_back:
        assert [each[2] for each in told] == sorted((each[2] for each in told), reverse=True)
