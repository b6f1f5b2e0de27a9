"""What somebody curious, hostile or gone could find out or bring about at a panel, and does not."""

from dataclasses import replace

import pytest
from sqlalchemy import insert

from moderation import cases, desk, due, effects, forgetting, holding, objections, panels, seats
from moderation.models import CaseRow, FlagRow, LetterRow, ReviewerRow
from moderation.models_ledger import JournalRow
from moderation.models_panels import CaseWordsRow, HoldRow, SealedRow, SeatRow
from moderation.wire_panels import CastBallot, LeaveHeavySeat, MakeAppeal, MessageMark
from rooms import tidy
from rooms.models import Circle
from rooms.units import DAY, HOUR, MINUTE
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
    bench.place.says("Bo", "a line before")
    return bench.place.says("Ana", "something hurtful")


def decided(bench: Bench, words: int, content: int) -> list[str]:
    bench.place.flags("Fern", words)
    sitting = bench.convene()
    for name in sitting:
        bench.casts(name, content)
    bench.passes(5 * MINUTE + 1)
    return sitting


def seat_of(place: Place, name: str) -> str:
    found: str = next(row.id for row in place.rows(SeatRow) if row.person_id == named(name))
    return found


def test_flags_of_who_was_not_there_change_neither_who_is_drawn_nor_what_is_read_nor_what_may_follow(
    bench: Bench, place: Place
) -> None:
    place.person("Young", age=0)
    place.enters("Young", ago=0)
    words, other = place.says("Ana", "something hurtful"), place.says("Ana", "something else")
    place.flags("Young", words, "threat")
    place.flags("Young", other, "illegal")
    place.flags("Bo", words, "safety")
    sitting = bench.convene()
    read = bench.reads(sitting[0])
    assert read.seat.kinds == ("safety",)
    assert [each.kinds for each in read.messages] == [("safety",)]
    assert read.person_most == 0
    assert not any(row.hard for row in place.rows(SeatRow))


def test_that_a_panel_left_a_message_as_it_is_cannot_be_found_out_by_co_signing(
    bench: Bench, words: int, place: Place
) -> None:
    decided(bench, words, 0)
    for seq in (words, place.says("Heron", "never flagged")):
        with pytest.raises(Refusal, match=r"^hold\.none$"):
            bench.cosigns("Otter", seq)


def test_a_message_of_a_case_that_is_over_is_still_there_for_who_would_hold_it(
    bench: Bench, words: int, place: Place
) -> None:
    place.limits = replace(place.limits, appeal_window=DAY)
    decided(bench, words, 0)
    bench.passes(2 * DAY)
    with pytest.raises(Refusal, match=r"^hold\.not_now$"):
        bench.holds("Otter", words)


def test_who_sits_and_is_gone_from_here_keeps_nobody_from_speaking_to_the_panel(
    bench: Bench, words: int, place: Place
) -> None:
    place.flags("Fern", words)
    gone, stays, _ = bench.convene()
    place.does(None, lambda work, _: tidy.erase_people(work, [named(gone)]), None)
    heard = bench.place.heard
    before = len(heard)
    bench.side("Ana", "I meant it kindly.")
    assert f"person/{named(stays)}" in {each.address for each in heard[before:]}
    assert bench.reads(stays).side == "I meant it kindly."


def lets_go_of(place: Place, *names: str) -> None:
    """Guests of whom nobody can come back."""
    people = [named(name) for name in names]

    def tidied(work: Work, _: None) -> None:
        forgetting.tidy(work, people)
        tidy.erase_people(work, people)

    place.does(None, tidied, None)


def test_guests_who_are_let_go_of_stand_in_no_case_and_what_their_flags_did_stays(
    bench: Bench, words: int, place: Place
) -> None:
    place.flags("Bo", words)
    sitting = decided(bench, words, 1)
    folded = place.folded(words)
    lets_go_of(place, "Bo", *sitting)
    gone = {named(name) for name in ("Bo", *sitting)}
    for table in (FlagRow, HoldRow, LetterRow, SeatRow):
        assert not gone & {row.person_id for row in place.rows(table)}
    assert [row.person_id for row in place.rows(FlagRow)].count(None) == 1
    assert folded
    assert place.folded(words)
    bench.passes(31 * DAY)
    assert place.rows(FlagRow) == []


def test_lots_that_fall_on_somebody_who_is_gone_go_to_the_next(bench: Bench, words: int, place: Place) -> None:
    bench.people("Sage", "Sorrel", "Sedge", "Swift")
    place.flags("Fern", words)
    bench.draw()
    asked = set(bench.seats("offered"))
    later = {row.person_id.rstrip("-") for row in place.rows(ReviewerRow)} - asked
    assert len(asked) == 9
    assert len(later) == 3
    here, *gone = sorted(later)
    lets_go_of(place, *gone)
    for name in sorted(asked):
        bench.leave(name)
    assert set(bench.seats()) == {here}, "nothing waits for the others"


def test_a_copy_that_outlived_its_line_goes_with_its_writer(bench: Bench, words: int, place: Place) -> None:
    decided(bench, words, 1)

    def fade(work: Work, _: None) -> None:
        circle = work.db.get_one(Circle, CIRCLE)
        circle.keep_for, circle.fades_at = MINUTE, work.now

    place.does(None, fade, None)
    bench.passes(HOUR)
    assert {row.seq: row.body for row in place.rows(SealedRow)}[words - 1] == "a line before"
    place.is_forgotten("Bo")
    assert {row.seq: row.body for row in place.rows(SealedRow)}[words - 1] is None


def test_a_legal_order_keeps_the_copy_of_words_that_are_taken_back(bench: Bench, words: int, place: Place) -> None:
    decided(bench, words, 1)

    def hold(work: Work, _: None) -> None:
        holding.legal_hold(work, CIRCLE, words, "illegal", ordered=True, release=False)

    place.does(None, hold, None)
    place.takes_back("Ana", words)
    assert {row.seq: row.body for row in place.rows(SealedRow)}[words] == "something hurtful"


@pytest.mark.parametrize("content", [0, 1])
def test_a_court_can_have_words_covered_also_when_their_case_is_over(
    bench: Bench, words: int, place: Place, content: int
) -> None:
    place.limits = replace(place.limits, appeal_window=DAY)
    decided(bench, words, content)
    bench.passes(2 * DAY)
    before = place.cover(words)

    def by_law(*, ordered: bool = False, release: bool = False) -> None:
        def act(work: Work, _: None) -> None:
            holding.legal_hold(work, CIRCLE, words, "illegal", ordered=ordered, release=release)

        place.does(None, act, None)

    with pytest.raises(Refusal, match=r"^hold\.cleared$"):
        by_law()
    with pytest.raises(Refusal, match=r"^hold\.none$"):
        by_law(release=True)
    assert len(place.rows(CaseRow)) == 1, "what is refused opens no case"
    by_law(ordered=True)
    assert place.cover(words) == "held"
    bench.passes(7 * DAY - 1)
    by_law(ordered=True)
    assert len(place.rows(CaseRow)) == 2, "stated again, it is the same"
    place.flags("Otter", words)
    assert place.cover(words) == "held"
    by_law(release=True)
    assert place.cover(words) == before, "what the panel made of it stands again"


def test_of_two_seats_on_one_panel_the_open_one_counts_whatever_the_clocks_said(
    bench: Bench, words: int, place: Place
) -> None:
    def offer(work: Work, _: None) -> None:
        row = {"case_id": 7, "panel": 1, "person_id": named("Rook"), "hard": False}
        work.conn.execute(insert(SeatRow).values(id="a", offered_at=20, ended_at=30, state="gone", **row))
        work.conn.execute(insert(SeatRow).values(id="b", offered_at=10, state="offered", **row))
        assert seats.of_case(work, 7)[1, named("Rook")].id == "b"

    place.does(None, offer, None)


def test_who_has_decided_reads_for_as_long_as_marks_are_taken_and_no_longer(
    bench: Bench, words: int, place: Place
) -> None:
    one, *_ = decided(bench, words, 0)
    seat = seat_of(place, one)
    assert bench.reads(one, seat).flags == (0,)
    place.now += DAY
    with pytest.raises(Refusal, match=r"^seat\.not_found$"):
        bench.reads(one, seat)


def test_a_case_whose_waits_have_become_longer_is_not_looked_at_for_ever(
    bench: Bench, words: int, place: Place
) -> None:
    place.flags("Fern", words)
    bench.draw()
    place.limits = replace(place.limits, fallback_after=2 * HOUR)
    place.now += 31 * MINUTE
    (waiting,) = place.read(lambda conn: due.cases_due(conn, place.now))
    place.does(None, lambda work, _: due.tend(work, waiting), None)
    assert place.read(lambda conn: due.cases_due(conn, place.now)) == []


def test_a_ballot_sent_again_does_not_bring_another_sentence(bench: Bench, words: int, place: Place) -> None:
    place.flags("Fern", words)
    one, *_ = bench.convene()
    for sentence in ("It was hurtful.", "Something else."):
        marks = (MessageMark(item=0, content=1),)
        ballot = CastBallot(seat=seat_of(place, one), messages=marks, code="disrespect", sentence=sentence)
        place.does(one, panels.cast, ballot)
    assert [row.body for row in place.rows(CaseWordsRow)] == ["It was hurtful."]


def test_a_panel_after_one_that_came_to_nothing_begins_with_a_bare_table(
    bench: Bench, words: int, place: Place
) -> None:
    def hold(work: Work, _: None) -> None:
        holding.legal_hold(work, CIRCLE, words, "illegal", ordered=False, release=False)

    place.does(None, hold, None)
    one, *_ = bench.convene()
    bench.casts(one, 1)
    assert [row.kind for row in place.rows(CaseWordsRow)] == ["sentence"]
    bench.passes(DAY + HOUR)
    assert place.rows(CaseWordsRow) == []
    sitting = bench.convene()
    assert one not in sitting
    for name in sitting:
        bench.casts(name, 0)
    bench.passes(5 * MINUTE)
    held = place.run(None, lambda work: desk.views(cases.load(work, 1).case, work.limits))
    done = {name.rstrip("-"): view.verdict for (_, name), view in held.items() if view.state == "done"}
    assert done.keys() == {one, *sitting}
    assert done.pop(one) is None, "theirs decided nothing"
    assert {None if each is None else each.contents for each in done.values()} == {(0,)}


def test_a_flag_while_a_panel_reads_is_told_to_no_juror(bench: Bench, words: int, place: Place) -> None:
    place.flags("Bo", words)
    sitting = bench.convene()
    heard = {address for address, _ in place.flags("Otter", words, "pressure")}
    assert not heard & {f"person/{named(name)}" for name in sitting}


def test_counts_of_a_moderator_do_not_move_with_a_flag(bench: Bench, words: int, place: Place) -> None:
    bench.people("Mara", role="moderator")
    place.now += HOUR - place.now % HOUR + MINUTE
    place.flags("Bo", words)
    counts = bench.desk("Mara").counts
    assert counts is not None
    assert (counts.open, counts.waiting) == (0, 0)
    place.now += HOUR
    counts = bench.desk("Mara").counts
    assert counts is not None
    assert (counts.open, counts.waiting) == (1, 1)


def test_what_a_juror_said_at_the_table_goes_with_them(bench: Bench, words: int, place: Place) -> None:
    place.flags("Bo", words)
    one, *others = bench.convene()
    bench.casts(one, 1)
    for name in others:
        bench.casts(name, 0)
    bench.passes(MINUTE)
    bench.says(one, "I read it twice.")
    bench.says(others[0], "So did I.")
    place.is_forgotten(one)
    assert [row.body for row in place.rows(CaseWordsRow) if row.kind == "said"] == ["So did I."]


def test_that_was_heavy_is_heard_also_when_the_case_is_gone(bench: Bench, words: int, place: Place) -> None:
    one, *_ = decided(bench, words, 0)
    seat = seat_of(place, one)
    place.does(None, lambda work, _: effects.erase(work, cases.load(work, place.rows(CaseRow)[0].id)), None)
    place.does(one, panels.leave_heavy, LeaveHeavySeat(seat=seat))
    (rest,) = [row.rest_until for row in place.rows(ReviewerRow) if row.person_id == named(one)]
    assert rest == place.now + DAY


def test_what_is_held_is_no_context_of_anything_else(bench: Bench, place: Place) -> None:
    held = place.says("Heron", "somebody's address")
    bench.holds("Fern", held, "privacy")
    words = place.says("Ana", "something hurtful")
    place.flags("Bo", words)
    bodies = {(row.case_id, row.body) for row in place.rows(SealedRow)}
    assert len([body for _, body in bodies if body == "somebody's address"]) == 1


def objects(bench: Bench, name: str, body: str) -> None:
    """To whatever was left as it is."""
    letter = next(each for each in bench.place.letters(name) if each.about == "kept")
    assert letter.appeal_until is not None
    bench.place.does(name, objections.make_appeal, MakeAppeal(letter=letter.id, body=body))


def test_who_asks_another_panel_does_not_learn_that_somebody_else_did(bench: Bench, words: int, place: Place) -> None:
    place.flags("Bo", words)
    decided(bench, words, 0)
    objects(bench, "Fern", "Please read what came before.")
    objects(bench, "Bo", "It was meant.")
    assert [each.appeal_until for name in ("Bo", "Fern") for each in place.letters(name)] == [None, None]
    sitting = bench.convene()
    assert bench.reads(sitting[0]).objection == "Please read what came before.\n\nIt was meant."
    objected = [entry for entry in place.rows(JournalRow) if entry.kind == "appeal"]
    assert len(objected) == 1
    for name in sitting:
        bench.casts(name, 0)
    bench.passes(6 * MINUTE)
    told = [each for name in ("Bo", "Fern") for each in place.letters(name)]
    assert [(each.about, each.appeal_until, each.statement.second) for each in told if each.statement] == [
        ("kept", None, True)
    ] * 2


def test_what_one_side_objected_outlives_the_other_sides_being_forgotten(
    bench: Bench, words: int, place: Place
) -> None:
    decided(bench, words, 1)
    letter = next(each for each in place.letters("Ana") if each.appeal_until is not None)
    place.does("Ana", objections.make_appeal, MakeAppeal(letter=letter.id, body="I meant it kindly."))
    place.is_forgotten("Fern")
    assert [row.body for row in place.rows(CaseWordsRow) if row.kind == "objection"] == ["I meant it kindly."]


def test_what_somebody_objected_goes_with_them(bench: Bench, words: int, place: Place) -> None:
    place.flags("Bo", words)
    decided(bench, words, 0)
    objects(bench, "Fern", "Please read what came before.")
    place.is_forgotten("Bo")
    assert [row.body for row in place.rows(CaseWordsRow) if row.kind == "objection"] == [
        "Please read what came before."
    ]
    place.is_forgotten("Fern")
    assert not [row for row in place.rows(CaseWordsRow) if row.kind == "objection"]
