"""Panels through tables and logs: people drawn by lot read, vote and decide, on both databases."""

import pytest

from moderation.models import CaseRow, FlagRow, LetterRow, ReviewerRow
from moderation.models_panels import CaseWordsRow, ConductRow, SealedRow, SeatRow
from moderation.wire import Letter
from rooms.models import Circle, EventRow
from rooms.units import DAY, HOUR, MINUTE, SECOND
from rooms.work import Refusal, Work
from tests.moderation.bench_of import REVIEWERS, Bench
from tests.moderation.place import CIRCLE, Place, named

WITNESSES = ("Bo", "Fern", "Otter")


@pytest.fixture
def bench(place: Place) -> Bench:
    bench = Bench(place)
    place.people("Ana", *WITNESSES, age=3 * DAY)
    bench.people(*REVIEWERS)
    return bench


@pytest.fixture
def words(bench: Bench) -> int:
    """Something hurtful that Ana said, with a line before and after it."""
    bench.place.says("Bo", "a line before")
    seq = bench.place.says("Ana", "something hurtful")
    bench.place.says("Fern", "a line after")
    return seq


def decided(
    bench: Bench, words: int, content: int = 1, person: int = 0, names: tuple[str, ...] = ("Bo", "Fern")
) -> list[str]:
    for name in names:
        bench.place.flags(name, words)
    sitting = bench.convene()
    assert len(sitting) == 3
    for name in sitting:
        bench.casts(name, content, person)
    bench.passes(5 * MINUTE + 1)
    return sitting


def letter(bench: Bench, name: str, about: str) -> Letter:
    return next(each for each in bench.place.letters(name) if each.about == about)


def test_three_people_who_have_nothing_to_do_with_it_are_asked_and_read_it_without_names(
    bench: Bench, words: int
) -> None:
    bench.place.flags("Bo", words)
    sitting = bench.convene()
    assert len(sitting) == 3
    assert set(sitting) <= set(REVIEWERS)
    case = bench.reads(sitting[0])
    (message,) = case.messages
    assert [(line.body, line.flagged) for line in message.lines] == [
        ("a line before", False), ("something hurtful", True), ("a line after", False),
    ]  # fmt: skip
    assert [line.by for line in message.lines] == ["A", "B", "C"]
    assert "Ana" not in repr(case.messages[0].lines)
    assert case.seat.answered == 0


def test_who_is_not_drawn_has_nothing_to_read(bench: Bench, words: int) -> None:
    bench.place.flags("Bo", words)
    sitting = bench.convene()
    seat = bench.seats()[sitting[0]].id
    for name in ("Ana", "Bo", "Heron", sitting[1]):
        with pytest.raises(Refusal, match=r"seat\.not_found"):
            bench.reads(name, seat)


def test_a_decision_folds_the_message_and_gives_everybody_its_reasons(bench: Bench, words: int) -> None:
    decided(bench, words, content=1, person=2)
    told = letter(bench, "Ana", "decided").statement
    assert told is not None
    assert [(each.target, each.content) for each in told.outcomes] == [(words, 1)]
    assert (told.person, told.agreed, told.size, told.code) == (2, 3, 3, "disrespect")
    assert len(told.sentences) == 3
    assert letter(bench, "Ana", "decided").appeal_until is not None
    theirs = letter(bench, "Bo", "decided")
    assert not theirs.mine
    assert theirs.appeal_until is None
    assert theirs.statement is not None
    assert theirs.statement.person == 0
    assert bench.place.my_flags("Bo")[words] == "confirmed"
    assert bench.seats() == {}


def test_what_is_left_as_it_is_never_folds_again(bench: Bench, words: int) -> None:
    decided(bench, words, content=0)
    assert not bench.place.folded(words)
    bench.place.flags("Otter", words)
    assert not bench.place.folded(words)
    assert letter(bench, "Bo", "kept").appeal_until is not None


def test_one_flag_alone_asks_for_a_panel_and_changes_nothing_for_others(bench: Bench, words: int) -> None:
    bench.place.flags("Bo", words)
    assert not bench.place.folded(words)
    sitting = bench.convene()
    for name in sitting:
        bench.casts(name, 1)
    bench.passes(MINUTE)
    assert bench.place.my_flags("Bo")[words] == "confirmed"


def test_a_ballot_can_be_undone_for_some_seconds_and_then_no_more(bench: Bench, words: int) -> None:
    bench.place.flags("Bo", words)
    one, *_ = bench.convene()
    bench.casts(one, 1)
    bench.undoes(one)
    assert bench.reads(one).mine is None
    assert bench.place.rows(CaseWordsRow) == []
    bench.casts(one, 0)
    bench.passes(11 * SECOND)
    with pytest.raises(Refusal, match=r"ballot\.final"):
        bench.undoes(one)


def test_ballots_stay_sealed_until_all_have_voted(bench: Bench, words: int) -> None:
    bench.place.flags("Bo", words)
    one, two, _ = bench.convene()
    bench.casts(one, 1, 1)
    bench.passes(11 * SECOND)
    case = bench.reads(two)
    assert case.mine is None
    assert case.seat.answered == 1
    assert b"hurtful." not in b"".join(bench.place.stream(f"person/{named(two)}"))


def test_a_split_is_talked_over_and_voted_on_again(bench: Bench, words: int) -> None:
    bench.place.flags("Bo", words)
    one, two, three = bench.convene()
    bench.casts(one, 1, 2)
    bench.casts(two, 0)
    bench.casts(three, 1)
    bench.passes(11 * SECOND)
    assert bench.view(one).state == "talk"
    bench.says(one, "It reads as mockery to me.")
    said = bench.reads(two).talk
    assert [(line.body, line.mine) for line in said] == [("It reads as mockery to me.", False)]
    bench.ready(one, two, three)
    assert bench.view(one).state == "again"
    for name in (one, two, three):
        bench.casts(name, 1, 1)
    bench.passes(11 * SECOND)
    told = letter(bench, "Ana", "decided").statement
    assert told is not None
    assert told.person == 1


def test_who_leaves_a_seat_is_replaced_by_the_next_in_the_order(bench: Bench, words: int) -> None:
    bench.place.flags("Bo", words)
    one, *_ = bench.convene()
    bench.leave(one)
    bench.passes(SECOND)
    for name in list(bench.seats("offered")):
        if name in bench.seats("offered"):
            bench.take(name)
    assert len(bench.seats("reading")) == 3
    assert one not in bench.seats()


def test_that_was_heavy_hands_over_and_rests(bench: Bench, words: int) -> None:
    bench.place.flags("Bo", words)
    one, *_ = bench.convene()
    bench.heavy(one)
    bench.place.flags("Fern", bench.place.says("Heron", "another thing"))
    bench.passes(20 * MINUTE)
    assert one not in bench.seats()


def test_the_author_may_add_a_side_once(bench: Bench, words: int) -> None:
    bench.place.flags("Bo", words)
    one, *_ = bench.convene()
    bench.side("Ana", "I meant it kindly.")
    assert bench.reads(one).side == "I meant it kindly."
    with pytest.raises(StopIteration):
        bench.side("Ana", "again")


def test_a_pause_waits_until_the_author_could_be_heard_then_stops_posting_and_ends_by_itself(
    bench: Bench, words: int
) -> None:
    decided(bench, words, content=1, person=3)
    told = letter(bench, "Ana", "decided").statement
    assert told is not None
    assert told.person == 3
    with pytest.raises(Refusal, match=r"participant\.paused"):
        bench.place.says("Ana", "but")
    bench.place.says("Bo", "others go on")
    bench.passes(HOUR)
    bench.place.says("Ana", "back again")


def test_saying_it_differently_ends_a_pause(bench: Bench, words: int) -> None:
    decided(bench, words, content=1, person=3)
    bench.place.rephrases("Ana", words, "What I meant was something else.")
    bench.place.says("Ana", "and on we go")


def test_an_appeal_goes_to_other_people_and_can_only_become_milder(bench: Bench, words: int) -> None:
    first = decided(bench, words, content=1)
    bench.appeals("Ana", "Please read what came before.")
    second = bench.convene()
    assert len(second) >= 3
    assert not set(first) & set(second)
    assert bench.reads(second[0]).objection == "Please read what came before."
    for name in second:
        bench.casts(name, 0)
    bench.passes(MINUTE)
    assert not bench.place.folded(words)
    told = letter(bench, "Ana", "decided")
    assert told.appeal_until is None
    assert told.statement is not None
    assert told.statement.second


def test_an_appeal_that_nobody_can_hear_ends_for_the_gentler_side(place: Place) -> None:
    bench = Bench(place)
    place.people("Ana", *WITNESSES, age=3 * DAY)
    bench.people(*REVIEWERS[:3])
    seq = place.says("Ana", "something hurtful")
    decided(bench, seq)
    bench.appeals("Ana")
    bench.passes(72 * HOUR + MINUTE)
    bench.passes(7 * DAY + HOUR)
    assert not place.folded(seq)


def test_nobody_reads_about_words_they_flagged_or_that_name_them(bench: Bench) -> None:
    bench.place.enters("Rook", "Reed", ago=DAY)
    seq = bench.place.says("Ana", "reed, you never listen")
    for name in ("Bo", "Rook"):
        bench.place.flags(name, seq)
    assert not {"Rook", "Reed"} & set(bench.convene())


def test_two_reviewers_decide_as_a_pair_and_only_together(place: Place) -> None:
    bench = Bench(place)
    place.people("Ana", *WITNESSES, age=3 * DAY)
    bench.people(*REVIEWERS[:2])
    seq = place.says("Ana", "something hurtful")
    place.flags("Bo", seq)
    sitting = bench.convene()
    assert len(sitting) == 2
    for name in sitting:
        bench.casts(name, 1, 1)
    bench.passes(MINUTE)
    assert place.folded(seq)
    bench.passes(7 * DAY + HOUR)
    assert not place.folded(seq)


def test_without_people_to_read_a_case_lapses_after_three_days(bench: Bench, words: int, place: Place) -> None:
    for name in ("Bo", "Fern"):
        place.flags(name, words)
    assert place.folded(words)
    bench.passes(73 * HOUR)
    assert not place.folded(words)


def test_a_hold_covers_at_once_and_ends_by_itself(bench: Bench, words: int, place: Place) -> None:
    bench.holds("Bo", words)
    assert place.folded(words)
    assert bench.seats() == {}
    bench.passes(11 * MINUTE)
    assert not place.folded(words)
    with pytest.raises(Refusal, match=r"hold\."):
        bench.holds("Fern", words)


def test_sealed_copies_go_with_their_writers_words(bench: Bench, words: int, place: Place) -> None:
    place.flags("Bo", words)
    sealed = {row.seq: row.body for row in place.rows(SealedRow)}
    assert sealed[words] == "something hurtful"
    place.takes_back("Bo", words - 1)
    assert {row.seq: row.body for row in place.rows(SealedRow)}[words - 1] is None


def test_a_case_that_is_over_leaves_no_copies_and_no_sentences(bench: Bench, words: int, place: Place) -> None:
    decided(bench, words)
    bench.passes(31 * DAY)
    assert place.rows(SealedRow) == []
    assert place.rows(CaseWordsRow) == []


def test_a_circle_that_did_not_agree_to_panels_has_none(bench: Bench, place: Place, words: int) -> None:
    def without(work: Work, _: None) -> None:
        work.db.get_one(Circle, CIRCLE).panels = False

    place.does(None, without, None)
    for name in ("Bo", "Fern"):
        place.flags(name, words)
    assert bench.convene() == []
    assert place.folded(words)


def test_a_decision_can_be_contested_after_the_circle_and_its_words_are_gone(
    bench: Bench, words: int, place: Place
) -> None:
    decided(bench, words, content=1, person=1)

    def over(work: Work, _: None) -> None:
        circle = work.db.get_one(Circle, CIRCLE)
        circle.state, circle.closed_at, circle.keep_for, circle.fades_at = "closed", work.now, 0, work.now

    place.does(None, over, None)
    bench.passes(MINUTE)
    assert place.rows(EventRow) == [] or all(row.body is None for row in place.rows(EventRow))
    bench.appeals("Ana", "It was meant kindly.")
    others = bench.convene()
    assert len(others) >= 3
    assert "Bo" not in others
    (message,) = bench.reads(others[0]).messages
    assert message.gone
    assert any(line.body == "something hurtful" for line in message.lines)
    for name in others:
        bench.casts(name, 0, 0, items=0)
    bench.passes(MINUTE)
    told = letter(bench, "Ana", "decided").statement
    assert told is not None
    assert told.person == 0


def test_somebody_who_is_erased_leaves_no_link_in_any_case(bench: Bench, words: int, place: Place) -> None:
    sitting = decided(bench, words)
    for name in ("Bo", sitting[0], "Heron"):
        place.is_forgotten(name)
        wanted = named(name).encode()
        for table in (CaseRow, FlagRow, SeatRow, LetterRow, ReviewerRow, ConductRow):
            for row in place.rows(table):
                assert not any(wanted in str(value).encode() for value in row), (name, table)
        assert place.folded(words), name


def test_who_is_told_that_their_flags_were_an_attack_may_still_ask_others(bench: Bench, words: int) -> None:
    sitting = decided(bench, words, content=0)
    seats = {row.person_id.rstrip("-"): row.id for row in bench.place.rows(SeatRow) if row.state == "done"}
    for name in sitting:
        bench.marks(name, seats[name], 0, 1)
    told = letter(bench, "Bo", "attack")
    assert told.statement is not None
    assert [(each.target, each.content) for each in told.statement.outcomes] == [(words, 0)]
    assert told.appeal_until is not None
    bench.appeals("Bo")
    assert len(bench.convene()) >= 3


def test_who_covered_a_message_is_told_too_that_it_was_an_attack(bench: Bench, words: int) -> None:
    bench.holds("Otter", words)
    bench.place.flags("Bo", words, "threat")
    sitting = bench.convene()
    for name in sitting:
        bench.casts(name, 0)
    bench.passes(5 * MINUTE + 1)
    seats = {row.person_id.rstrip("-"): row.id for row in bench.place.rows(SeatRow) if row.state == "done"}
    for name in sitting:
        bench.marks(name, seats[name], 0, 1)
    told = letter(bench, "Otter", "misheld")
    assert told.until == bench.place.now + bench.place.limits.holds_rest
    assert letter(bench, "Bo", "attack").until is None
    other = bench.place.says("Ana", "something else")
    with pytest.raises(Refusal, match=r"^hold\.budget$"):
        bench.holds("Otter", other)
    bench.passes(told.until - bench.place.now)
    bench.holds("Otter", other)
