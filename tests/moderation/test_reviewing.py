"""Who reviews: opting in, coming by a code and for a term, and on whom lots may fall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import reviewers, reviewing
from moderation.models import ActivityRow, ModeratorInviteRow, ReviewerRow
from moderation.models_ledger import JournalRow
from moderation.operating import InviteModerator
from moderation.reviewers import DAYS_KEPT, Eligible, days_here, with_today
from moderation.wire import Category
from moderation.wire_reviewing import (
    BeginReviewing,
    ComeAsModerator,
    EndReviewing,
    GiveUpModerator,
    Reviewing,
    ReviewingChanged,
    SetReviewing,
)
from rooms.units import DAY, HOUR
from rooms.work import Refusal, Work
from tests.moderation.place import Place, named


def begins(place: Place, name: str, *skips: Category) -> list[object]:
    return [event for _, event in place.does(name, reviewing.begin, BeginReviewing(skips=skips))]


def a_code(place: Place) -> str:
    return str(place.run(None, lambda work: reviewing.invite_moderator(work, InviteModerator())).made.code)


def comes(place: Place, name: str, code: str) -> None:
    place.does(name, reviewing.come_as_moderator, ComeAsModerator(code=code))


def was_here(place: Place, *names: str, days: int) -> None:
    """Every day until today."""
    place.now -= days * DAY
    for _ in range(days):
        place.now += DAY
        place.run(None, lambda work: reviewing.seen(work, [named(name) for name in names]))


def eligible(place: Place, *kinds: Category) -> dict[str, bool]:
    found: list[Eligible] = place.run(None, lambda work: reviewers.eligible(work, kinds or ("disrespect",)))
    return {each.person.rstrip("-"): each.moderator for each in found}


def shown(place: Place, name: str) -> Reviewing | None:
    return place.read(lambda conn: reviewers.view(conn, named(name)))


def in_the_record(place: Place) -> list[bytes | str]:
    return [each.facts for each in place.rows(JournalRow) if each.kind == "moderator"]


def test_lots_fall_on_those_who_said_so_and_know_the_place(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    place.person("Bo", age=20 * DAY)
    place.person("Fern", age=13 * DAY)
    place.person("Heron2", age=20 * DAY)
    for name in ("Ana", "Bo", "Fern"):
        begins(place, name)
    was_here(place, "Ana", "Fern", "Heron2", days=5)
    was_here(place, "Bo", days=4)
    assert eligible(place) == {"Ana": False}
    place.now += DAY
    place.run(None, lambda work: reviewing.seen(work, [named("Bo")]))
    assert set(eligible(place)) == {"Ana", "Bo", "Fern"}


def test_days_long_ago_count_no_more(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    begins(place, "Ana")
    was_here(place, "Ana", days=5)
    place.now += (DAYS_KEPT - 5) * DAY
    assert eligible(place) == {"Ana": False}
    place.now += DAY
    assert eligible(place) == {}
    place.run(None, reviewing.tidy)
    assert len(place.rows(ActivityRow)) == 1
    place.now += 4 * DAY
    place.run(None, reviewing.tidy)
    assert place.rows(ActivityRow) == []


def test_a_young_server_asks_for_no_more_than_half_its_own_age(database_or_file: str) -> None:
    place = Place(database_or_file, age=HOUR)
    place.person("Ana", age=HOUR // 2)
    place.person("Bo", age=HOUR // 2 - 1)
    for name in ("Ana", "Bo"):
        begins(place, name)
    assert eligible(place) == {"Ana": False}
    place.now += 4 * DAY
    assert eligible(place) == {}, "half of four days is two days on which one must have been here"
    was_here(place, "Bo", days=2)
    assert eligible(place) == {"Bo": False}
    place.close()


def test_kinds_one_does_not_read_and_a_rest_are_respected(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    was_here(place, "Ana", days=5)
    assert begins(place, "Ana", "threat", "safety") == [
        ReviewingChanged(reviewing=Reviewing(role="reviewer", since=place.now, skips=("safety", "threat")))
    ]
    assert eligible(place, "disrespect", "spam")
    assert not eligible(place, "disrespect", "threat")
    place.does("Ana", reviewing.set_skips, SetReviewing(skips=()))
    assert eligible(place, "threat")

    def rests(work: Work) -> None:
        reviewers.rest(work, named("Ana"), work.now + DAY)

    place.run(None, rests)
    assert not eligible(place)
    mine = shown(place, "Ana")
    assert mine is not None
    assert mine.rest_until == place.now + DAY
    place.now += DAY
    assert eligible(place)


def test_ending_it_is_for_good_and_setting_needs_a_beginning(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    with pytest.raises(Refusal, match=r"reviewing\.not_begun"):
        place.does("Ana", reviewing.set_skips, SetReviewing(skips=()))
    begins(place, "Ana")
    began = place.now
    place.now += DAY
    begins(place, "Ana", "spam")
    assert shown(place, "Ana") == Reviewing(role="reviewer", since=began, skips=("spam",))
    assert [event for _, event in place.does("Ana", reviewing.end, EndReviewing())] == [ReviewingChanged()]
    assert place.does("Ana", reviewing.end, EndReviewing()) == []
    assert (shown(place, "Ana"), place.rows(ReviewerRow)) == (None, [])


def test_a_code_makes_one_moderator_once_and_for_a_term(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    place.person("Bo", age=20 * DAY)
    was_here(place, "Ana", days=5)
    code = a_code(place)
    assert place.rows(ModeratorInviteRow)[0].code_hash != code.encode()
    comes(place, "Ana", f" {code.lower()} ".replace("-", " "))
    with pytest.raises(Refusal, match=r"moderator\.no_invite"):
        comes(place, "Bo", code)
    term = place.limits.moderator_lasts
    assert shown(place, "Ana") == Reviewing(role="moderator", since=place.now, until=place.now + term)
    assert eligible(place) == {"Ana": True}
    assert place.read(reviewing.next_due) == place.now + term
    place.now += term
    was_here(place, "Ana", days=5)
    assert eligible(place) == {"Ana": False}, "the term is over before the clock has come to it"
    place.run(None, reviewing.due)
    mine = shown(place, "Ana")
    assert mine is not None
    assert (mine.role, mine.until) == ("reviewer", None)
    assert place.read(reviewing.next_due) is None
    assert [b"came" in bytes(str(each), "ascii") for each in in_the_record(place)] == [True, False]


def test_a_code_nobody_used_ends_after_a_week(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    code = a_code(place)
    place.now += place.limits.moderator_invite
    with pytest.raises(Refusal, match=r"moderator\.no_invite"):
        comes(place, "Ana", code)
    place.run(None, reviewing.due)
    assert place.rows(ModeratorInviteRow) == []


def test_giving_up_leaves_a_reviewer_and_a_line_in_the_record(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    comes(place, "Ana", a_code(place))
    place.does("Ana", reviewing.give_up_moderator, GiveUpModerator())
    assert place.does("Ana", reviewing.give_up_moderator, GiveUpModerator()) == []
    mine = shown(place, "Ana")
    assert mine is not None
    assert mine.role == "reviewer"
    assert len(in_the_record(place)) == 2


def test_a_second_term_is_in_the_record_too(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    comes(place, "Ana", a_code(place))
    place.now += DAY
    comes(place, "Ana", a_code(place))
    mine = shown(place, "Ana")
    assert mine is not None
    assert mine.until == place.now + place.limits.moderator_lasts
    assert len(in_the_record(place)) == 3


def test_nothing_of_it_outlives_the_person(place: Place) -> None:
    place.person("Ana", age=20 * DAY)
    was_here(place, "Ana", days=2)
    comes(place, "Ana", a_code(place))

    def forget(work: Work) -> None:
        reviewing.forgotten(work, [named("Ana")])

    place.run(None, forget)
    assert (place.rows(ReviewerRow), place.rows(ActivityRow)) == ([], [])
    assert len(in_the_record(place)) == 2


def test_somebody_who_is_gone_is_not_noted_as_here(place: Place) -> None:
    place.run(None, lambda work: reviewing.seen(work, [named("Nobody")]))
    assert place.rows(ActivityRow) == []


@given(st.lists(st.integers(-40, 40), max_size=60))
def test_bits_say_what_a_set_of_days_would(steps: list[int]) -> None:
    today, days, day = 20_000, 0, 20_000
    here: set[int] = set()
    for step in steps:
        today += step
        if abs(today - day) >= DAYS_KEPT:
            here = set()
        days, day = with_today(days, day, today)
        here = {each for each in here | {today} if max(here | {today}) - each < DAYS_KEPT}
        assert days_here(days, day, max(here)) == len(here)
        assert days.bit_length() <= DAYS_KEPT
