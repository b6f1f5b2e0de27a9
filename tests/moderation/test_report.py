"""Numbers for the public: right, and none from which a small one can be worked out."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median_low
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import draws, report
from moderation.wire_ledger import FEW, MonthNumbers, RecentNumbers
from rooms.units import DAY
from tests.moderation.scribe import Scribe

Group = tuple[str, dict[str, Any], int]


@pytest.fixture(params=["sqlite", "postgresql"])
def scribe(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scribe]:
    here = request.param == "sqlite"
    scribe = Scribe(f"sqlite:///{tmp_path / 'circles.db'}" if here else request.getfixturevalue("database_url"))
    yield scribe
    scribe.close()


def key(number: int) -> bytes:
    return b"salt of a case %6d" % number


def recent(scribe: Scribe) -> RecentNumbers:
    return scribe.store.read_now(lambda conn: report.recent(conn, scribe.now, scribe.limits))


def months(scribe: Scribe) -> tuple[MonthNumbers, ...]:
    return scribe.store.read_now(lambda conn: report.months(conn, scribe.now, scribe.limits))


def decide(
    scribe: Scribe, number: int, *, content: int, person: int, hours: int, instance: int = 1, **more: Any
) -> None:
    facts = {"content": content, "person": person, "hours": hours, "instance": instance, **more}
    scribe.notes(key(number), "decided", stage="decided", n=3, **facts)


def flag(scribe: Scribe, count: int, category: str = "disrespect") -> None:
    for number in range(count):
        scribe.notes(key(number), "flag", category=category)


def test_what_was_published_in_ninety_days_is_counted(scribe: Scribe) -> None:
    for number in range(12):
        scribe.notes(key(number), "fold", item=0, view="folded")
        decide(scribe, number, content=0 if number < 5 else 1, person=0 if number < 6 else 2, hours=number)
    for number in range(6):
        scribe.notes(key(number), "unfold", item=0, view="kept")
        scribe.notes(key(number), "appeal", stage="appeal_wait", side="author")
        decide(scribe, number, content=0, person=0, hours=50, instance=2, result="same")
    for number in range(7):
        scribe.notes(key(100 + number), "hold", item=0, view="held", category="privacy", holder="one", minutes=10)
    scribe.notes(key(100), "hold", item=0, view="held", category="privacy", holder="panel", minutes=90)
    scribe.notes(None, "moderator", change="came")
    scribe.notes(None, "moderator", change="came")
    scribe.notes(None, "moderator", change="gave_up")
    assert recent(scribe).folds == FEW, "not before they are published"
    scribe.passes(2 * DAY)
    found = recent(scribe)
    assert (found.folds, found.unfolded_percent) == (12, 50)
    assert found.content == (5, 7, FEW)
    assert found.person == (6, FEW, 6, FEW, FEW, FEW)
    assert found.median_hours == 5
    assert (found.appeals_changed, found.appeals_same, found.overturned_percent) == (FEW, 6, None)
    assert (found.holds, found.holds_confirmed_percent) == (7, None)
    assert (found.moderators_came, found.moderators_left) == (2, 1)
    scribe.passes(91 * DAY)
    assert recent(scribe).folds == FEW


def test_how_many_could_be_drawn_is_told_as_a_band(scribe: Scribe) -> None:
    assert scribe.store.read_now(report.pool) is None
    pool = [f"person-{number:09}" for number in range(11)]
    lots = scribe.run(lambda work: draws.draw(work, key(1), instance=1, began_at=scribe.now, pool=pool))
    scribe.run(lambda work: draws.keep(work, key(1), lots, size=5))
    scribe.passes(2 * DAY)
    assert scribe.store.read_now(report.pool) == "10-13"


def test_flags_show_in_no_number_before_their_month_is_over_and_then_never_change(scribe: Scribe) -> None:
    scribe.passes(1)
    flag(scribe, 7)
    flag(scribe, 4, "spam")
    scribe.notes(key(1), "lapse", stage="closed")
    before = msgspec.json.encode(recent(scribe))
    scribe.passes(28 * DAY)
    assert months(scribe) == ()
    assert msgspec.json.encode(recent(scribe)) == before
    scribe.passes(3 * DAY)
    (first,) = months(scribe)
    assert first.flags["disrespect"] == 7
    assert {category: count for category, count in first.flags.items() if count == FEW} == dict.fromkeys(
        ("pressure", "safety", "privacy", "threat", "illegal", "spam"), FEW
    )
    assert (first.lapsed_unseen, first.quiet_flags, first.load_median) == (FEW, FEW, None)
    flag(scribe, 50)
    scribe.passes(27 * DAY)
    assert months(scribe) == (first,)
    scribe.passes(3 * DAY)
    second, again = months(scribe)
    assert again == first
    assert second.flags["disrespect"] == 50
    assert second.began_at == first.ended_at
    scribe.passes(100 * DAY)
    assert first not in months(scribe)


def test_what_is_not_published_is_erased_once_it_was_reported_and_cannot_be_contested(scribe: Scribe) -> None:
    flag(scribe, 9)
    scribe.notes(key(1), "fold", item=0, view="folded")
    scribe.passes(31 * DAY)
    assert [row.kind for row in scribe.journal()].count("flag") == 9, "the appeal window is open"
    scribe.passes(60 * DAY)
    kinds = [row.kind for row in scribe.journal()]
    assert "flag" not in kinds
    assert "fold" in kinds
    assert [each.flags["disrespect"] for each in months(scribe)][-1] == 9


def test_load_is_told_without_knowing_who_read_what(scribe: Scribe) -> None:
    # Seven people read one case, two of them a second, one a third, on some day each.
    for today in (1, 1, 1, 1, 1, 1, 1, 2, 2, 3):
        scribe.notes(key(1), "seat", today=today)
    scribe.passes(31 * DAY)
    (month,) = months(scribe)
    assert (month.load_median, month.load_most) == (1, 3)


def test_of_few_readers_nothing_is_told(scribe: Scribe) -> None:
    for today in (1, 1, 1, 1, 2, 3, 4):
        scribe.notes(key(1), "seat", today=today)
    scribe.passes(31 * DAY)
    (month,) = months(scribe)
    assert (month.load_median, month.load_most) == (None, None)


def test_two_processes_make_one_report(scribe: Scribe) -> None:
    other = Scribe(scribe.url)
    flag(scribe, 8)
    scribe.now += 40 * DAY
    other.now = scribe.now
    for each in (scribe, other, scribe):
        each.keeps()
    other.close()
    assert [each.flags["disrespect"] for each in months(scribe)] == [8]


# --- nothing small can be worked out ----------------------------------------------------------------------

counts = st.integers(0, 12)


def groups(folds: int, unfolds: int, content: list[int], person: list[int], same: int, changed: int) -> list[Group]:
    first = {"instance": 1, "hours": 3}
    return [
        ("fold", {}, folds),
        ("unfold", {}, min(folds, unfolds)),
        *(("decided", {**first, "content": level, "person": 0}, n) for level, n in enumerate(content)),
        *(("decided", {**first, "content": 0, "person": level + 1}, n) for level, n in enumerate(person)),
        ("decided", {"instance": 2, "result": "same", "content": 0, "person": 0, "hours": 9}, same),
        ("decided", {"instance": 2, "result": "lower", "content": 0, "person": 0, "hours": 9}, changed),
    ]


@given(folds=counts, unfolds=counts, same=counts, changed=counts)
def test_a_small_number_could_be_any_small_number(folds: int, unfolds: int, same: int, changed: int) -> None:
    """Whatever is told, each number under five could as well be each other number under five."""

    def told(folds: int, unfolds: int, same: int, changed: int) -> bytes:
        return msgspec.json.encode(report.recent_of(groups(folds, unfolds, [6, 6, 6], [6] * 5, same, changed)))

    unfolds = min(unfolds, folds)
    said = told(folds, unfolds, same, changed)
    if same < 5:
        assert {told(folds, unfolds, other, changed) for other in range(5)} == {said}
    if changed < 5:
        assert {told(folds, unfolds, same, other) for other in range(5)} == {said}
    if unfolds < 5:
        assert {told(folds, other, same, changed) for other in range(min(5, folds + 1))} == {said}
    if folds - unfolds < 5 <= unfolds:
        told_of = json.loads(said)
        assert told_of["unfolded_percent"] is None


@given(st.lists(counts, min_size=7, max_size=7))
def test_no_category_of_flags_shows_through_the_others(flags: list[int]) -> None:
    from_core = ("disrespect", "pressure", "safety", "privacy", "threat", "illegal", "spam")

    def told(flags: list[int]) -> bytes:
        found: list[Group] = [("flag", {"category": name}, n) for name, n in zip(from_core, flags, strict=True) if n]
        return msgspec.json.encode(report.month_of(0, 1, found))

    said = told(flags)
    for place, count in enumerate(flags):
        if count < 5:
            assert {told([*flags[:place], other, *flags[place + 1 :]]) for other in range(5)} == {said}


@given(st.dictionaries(st.integers(0, 96), st.integers(1, 9), max_size=8))
def test_the_median_is_that_of_all_values(found: dict[int, int]) -> None:
    values = [value for value, count in found.items() for _ in range(count)]
    assert report.median(found) == (median_low(values) if len(values) >= 5 else None)
