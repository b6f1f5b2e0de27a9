"""Ballots, draws, appeals and deadlines of several processes at the same moment, on PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Iterator
from secrets import randbelow
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, draw, nonces
from moderation.models import CaseRow, FlagRow
from moderation.models_ledger import DrawRow, JournalRow, NonceRow
from moderation.models_panels import CaseWordsRow, SealedRow, SeatRow
from moderation.wire import FlagMessage, WithdrawFlag
from moderation.wire_panels import AddSide, CastBallot, LeaveSeat, MakeAppeal, MessageMark, TakeSeat, UndoBallot
from rooms.log import deliver
from rooms.models import EventRow
from rooms.units import DAY, HOUR, MINUTE, SECOND
from rooms.wire import TakeBackMessage
from rooms.work import Refusal, Work
from server import errands
from server.errands import DrawLots, KeepRecord, TendCase
from server.handlers import HANDLERS
from server.locks import lock
from tests.moderation.bench_of import REVIEWERS, Bench
from tests.moderation.place import CIRCLE, OTHER, Place, named
from tests.moderation.test_at_once import at_once

Act = Callable[[Connection], None]


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    place = Place(database_url)
    place.people("Ana", "Bo", "Fern", "Otter", age=3 * DAY)
    bench = Bench(place)
    bench.people(*REVIEWERS)
    yield bench
    place.close()


@pytest.fixture
def words(bench: Bench) -> int:
    return bench.place.says("Ana", "something hurtful")


def acts(place: Place, who: str | None, command: Any, became: list[str]) -> Act:
    """One command as a process runs it: what it may write to held first, people's logs last."""

    def act(conn: Connection) -> None:
        person = None if who is None else named(who)
        lock(conn, [(person, command)], place.now)
        work = Work(conn, who=person, now=place.now, limits=place.limits, pick=randbelow)
        savepoint = conn.begin_nested()
        try:
            HANDLERS[type(command)](work, command)
            work.finish()
        except Refusal as refusal:
            work.abandon()
            savepoint.rollback()
            became.append(refusal.code)
            return
        savepoint.commit()
        deliver([work])
        became.append("done")

    return act


def together(bench: Bench, url: str, *asked: tuple[str | None, Any]) -> list[str]:
    """What became of each, in no order."""
    became: list[str] = []
    at_once(bench.place, url, [acts(bench.place, who, command, became) for who, command in asked])
    return sorted(became)


def a_ballot(bench: Bench, name: str, content: int = 1) -> CastBallot:
    return CastBallot(
        seat=bench.seats()[name].id,
        messages=(MessageMark(item=0, content=content),),
        code="disrespect" if content else None,
        sentence="It mocks somebody." if content else "",
    )


def tend(bench: Bench) -> TendCase:
    (row,) = bench.place.rows(CaseRow)
    return TendCase(row.id)


def sitting(bench: Bench, words: int) -> list[str]:
    for name in ("Bo", "Fern"):
        bench.place.flags(name, words)
    found = bench.convene()
    assert len(found) == 3
    return found


def the_case(bench: Bench) -> core.Case:
    (row,) = bench.place.rows(CaseRow)
    return bench.place.run(None, lambda work: cases.load(work, row.id)).case


def kinds(bench: Bench) -> Counter[str]:
    return Counter(row.kind for row in bench.place.rows(JournalRow))


def told(bench: Bench) -> Counter[str]:
    return Counter(row.kind for row in bench.place.rows(EventRow))


def test_all_ballots_at_once_are_all_there_and_decide_once(bench: Bench, words: int, database_url: str) -> None:
    names = sitting(bench, words)
    assert together(bench, database_url, *((name, a_ballot(bench, name)) for name in names)) == ["done"] * 3
    panel = the_case(bench).review.panel
    assert panel is not None
    assert len(panel.ballots(1)) == 3
    assert len(bench.place.rows(CaseWordsRow)) == 3
    bench.place.now += 11 * SECOND
    bench.place.now += 5 * MINUTE
    assert together(bench, database_url, *((None, tend(bench)) for _ in range(4))) == ["done"] * 4
    assert kinds(bench)["decided"] == 1
    assert [each.about for each in bench.place.letters("Ana")] == ["decided"]


def test_one_juror_with_two_screens_casts_one_ballot(bench: Bench, words: int, database_url: str) -> None:
    one, *_ = sitting(bench, words)
    became = together(bench, database_url, (one, a_ballot(bench, one, 0)), (one, a_ballot(bench, one, 1)))
    assert became == ["ballot.cast", "done"]
    panel = the_case(bench).review.panel
    assert panel is not None
    assert len(panel.ballots(1)) == 1


def test_undoing_and_the_end_of_the_undoing_leave_a_whole_ballot_or_none(
    bench: Bench, words: int, database_url: str
) -> None:
    one, *_ = sitting(bench, words)
    bench.casts(one, 1)
    bench.place.now += bench.place.limits.undo
    became = together(bench, database_url, (one, UndoBallot(seat=bench.seats()[one].id)), (None, tend(bench)))
    assert became == ["ballot.final", "done"]
    assert len(bench.place.rows(CaseWordsRow)) == 1


def test_a_flag_that_folds_and_one_taken_back_end_alike_in_either_order(
    bench: Bench, words: int, database_url: str
) -> None:
    place = bench.place
    place.flags("Bo", words)
    flag = FlagMessage(circle=CIRCLE, target=words, category="disrespect")
    back = WithdrawFlag(circle=CIRCLE, target=words)
    assert together(bench, database_url, ("Fern", flag), ("Otter", flag), ("Bo", back)) == ["done"] * 3
    standing = [row for row in place.rows(FlagRow) if not row.withdrawn]
    assert len(standing) == 2
    assert place.folded(words)
    assert told(bench)["message.folded"] - told(bench)["message.unfolded"] == 1
    assert {place.my_flags(name)[words] for name in ("Fern", "Otter")} == {"folded"}
    assert place.my_flags("Bo")[words] == "withdrawn"


def test_a_flag_of_somebody_who_takes_a_seat_meanwhile_does_one_of_the_two(
    bench: Bench, words: int, database_url: str
) -> None:
    """Reviewers may sit in the circle too; a party never votes, and who votes is never a party."""
    place = bench.place
    place.enters("Rook", ago=DAY)
    seq = place.says("Ana", "more of it")
    place.flags("Bo", seq)
    bench.draw()
    offered = bench.seats("offered")
    assert "Rook" in offered  # with so few, all of them are asked
    for name in list(offered):
        if name != "Rook" and name in bench.seats("offered"):
            bench.take(name)
    flag = FlagMessage(circle=CIRCLE, target=seq, category="disrespect")
    take = TakeSeat(seat=offered["Rook"].id)
    became = together(bench, database_url, ("Rook", flag), ("Rook", take))
    seated = set(bench.seats("reading"))
    flagged = named("Rook") in {row.person_id for row in place.rows(FlagRow)}
    assert became.count("done") >= 1
    assert not (flagged and "Rook" in seated)


def test_a_ballot_and_the_end_of_the_seat_end_in_a_vote_or_in_a_seat_for_another(
    bench: Bench, words: int, database_url: str
) -> None:
    one, two, three = sitting(bench, words)
    ballot = a_ballot(bench, one)
    bench.place.now += bench.place.limits.ballot_away
    became = together(bench, database_url, (one, ballot), (None, tend(bench)))
    panel = the_case(bench).review.panel
    voted = panel is not None and any(
        seat.juror == named(one) and panel.ballot(seat) is not None for seat in panel.seated
    )
    assert voted == (became == ["done", "done"]), became
    assert voted or one not in bench.seats(), (became, two, three)


def test_the_last_seats_go_by_lot_and_only_once_whoever_is_fastest(bench: Bench, words: int, database_url: str) -> None:
    for name in ("Bo", "Fern"):
        bench.place.flags(name, words)
    bench.draw()
    offered = bench.seats("offered")
    became = together(bench, database_url, *((name, TakeSeat(seat=row.id)) for name, row in offered.items()))
    assert set(became) <= {"done", "seat.not_found", "seat.none"}
    case = the_case(bench)
    panel = case.review.panel
    assert panel is not None
    assert len(panel.seated) == 3
    assert sorted(bench.seats()) == sorted(str(seat.juror).rstrip("-") for seat in panel.seated)
    assert kinds(bench)["ballot"] == 1
    said_yes = {seat.rank for seat in panel.seats if seat.state in ("seated", "spare", "yes")}
    assert {seat.rank for seat in panel.seated} == set(sorted(said_yes)[:3])


def test_leaving_and_taking_at_once_never_seats_four(bench: Bench, words: int, database_url: str) -> None:
    names = sitting(bench, words)
    leaves = [(name, LeaveSeat(seat=bench.seats()[name].id)) for name in names[:2]]
    assert together(bench, database_url, *leaves) == ["done", "done"]
    offered = bench.seats("offered")
    together(bench, database_url, *((name, TakeSeat(seat=row.id)) for name, row in offered.items()))
    panel = the_case(bench).review.panel
    assert panel is not None
    assert len(panel.seated) == 3
    assert len(bench.seats("reading")) == 3


def test_several_clocks_draw_one_panel_for_one_case(bench: Bench, words: int, database_url: str) -> None:
    bench.place.flags("Bo", words)
    (row,) = bench.place.rows(CaseRow)
    together(bench, database_url, *((None, DrawLots(row.id)) for _ in range(6)))
    assert len(bench.place.rows(DrawRow)) == 1
    assert kinds(bench)["draw"] == 1
    asked = [row.person_id for row in bench.place.rows(SeatRow)]
    assert len(asked) == len(set(asked))


def test_lots_for_two_cases_at_once_never_ask_one_person_for_both(bench: Bench, words: int, database_url: str) -> None:
    place = bench.place
    place.circle(OTHER, host="Otter")
    place.enters("Ana", "Bo", circle_id=OTHER)
    elsewhere = place.says("Ana", "more of it", circle_id=OTHER)
    place.flags("Bo", words)
    place.flags("Bo", elsewhere, circle_id=OTHER)
    place.does(None, HANDLERS[KeepRecord], KeepRecord())
    lots = place.read(lambda conn: errands.waiting(conn, place.now, place.limits))
    draws = [each for each in lots if isinstance(each, DrawLots)]
    assert len(draws) == 2
    together(bench, database_url, *((None, each) for each in draws))
    seats = [row.person_id for row in place.rows(SeatRow) if row.ended_at is None]
    assert len(seats) == len(set(seats))
    assert len(seats) >= 3


def test_an_appeal_and_the_end_of_its_time_end_in_one_of_the_two(bench: Bench, words: int, database_url: str) -> None:
    for name in sitting(bench, words):
        bench.casts(name, 1, 1)
    bench.passes(6 * MINUTE)
    letter = next(each for each in bench.place.letters("Ana") if each.appeal_until is not None)
    assert letter.appeal_until is not None
    bench.place.passes(letter.appeal_until - bench.place.now - 1)
    appeal = ("Ana", MakeAppeal(letter=letter.id))
    assert together(bench, database_url, appeal, (None, tend(bench)), appeal) in (
        ["appeal.not_now", "done", "done"],
        ["done", "done", "done"],
    )
    assert kinds(bench)["appeal"] == 1
    assert the_case(bench).review.stage == "appeal_wait"


def test_an_appeal_that_comes_with_the_end_of_its_time_is_late(bench: Bench, words: int, database_url: str) -> None:
    for name in sitting(bench, words):
        bench.casts(name, 1, 1)
    bench.passes(6 * MINUTE)
    letter = next(each for each in bench.place.letters("Ana") if each.appeal_until is not None)
    assert letter.appeal_until is not None
    bench.place.now = letter.appeal_until
    appeal = ("Ana", MakeAppeal(letter=letter.id))
    assert together(bench, database_url, appeal, (None, tend(bench))) == ["appeal.late", "done"]
    assert the_case(bench).closed == "final"
    assert kinds(bench)["appeal"] == 0


def test_author_and_flagger_who_appeal_at_once_are_heard_once(bench: Bench, words: int, database_url: str) -> None:
    """Of a case in which both may: one message left, another folded."""
    other = bench.place.says("Ana", "and this")
    for seq in (words, other):
        bench.place.flags("Bo", seq)
    for name in bench.convene():
        ballot = CastBallot(
            seat=bench.seats()[name].id,
            messages=(MessageMark(item=0, content=1), MessageMark(item=1, content=0)),
            code="disrespect",
            sentence="It mocks somebody.",
        )
        bench.place.does(name, HANDLERS[CastBallot], ballot)
    bench.passes(6 * MINUTE)
    asked = []
    for name in ("Ana", "Bo"):
        letter = next(each for each in bench.place.letters(name) if each.appeal_until is not None)
        asked.append((name, MakeAppeal(letter=letter.id)))
    became = together(bench, database_url, *asked)
    assert became == ["appeal.once", "done"]
    assert kinds(bench)["appeal"] == 1


def test_a_side_and_the_last_ballot_at_once_lose_neither(bench: Bench, words: int, database_url: str) -> None:
    names = sitting(bench, words)
    for name in names[:2]:
        bench.casts(name, 1)
    letter = next(each for each in bench.place.letters("Ana") if each.side_until is not None)
    side = AddSide(letter=letter.id, body="I was tired.")
    assert together(bench, database_url, ("Ana", side), (names[2], a_ballot(bench, names[2]))) == ["done", "done"]
    written = Counter(row.kind for row in bench.place.rows(CaseWordsRow))
    assert written == {"side": 1, "sentence": 3}


def test_a_decision_and_words_taken_back_meanwhile_end_alike(bench: Bench, words: int, database_url: str) -> None:
    for name in sitting(bench, words):
        bench.casts(name, 1)
    bench.place.now += 6 * MINUTE
    place = bench.place

    def takes_back(conn: Connection) -> None:
        command = TakeBackMessage(circle=CIRCLE, target=words)
        acts(place, "Ana", command, [])(conn)

    at_once(place, database_url, [takes_back, acts(place, None, tend(bench), [])])
    assert not place.folded(words)
    assert all(row.body is None for row in place.rows(SealedRow) if row.seq == words)
    assert kinds(bench)["decided"] <= 1
    bench.passes(HOUR)
    assert bench.seats() == {}


@pytest.mark.parametrize("first_fails", [False, True])
def test_processes_that_make_the_very_first_nonce_at_once_use_one(
    bench: Bench, database_url: str, *, first_fails: bool
) -> None:
    """And where the command of whoever was first comes to nothing, the next one's is there."""
    place = bench.place
    made = Barrier(2)
    used: list[tuple[int, bytes]] = []

    def first(conn: Connection) -> None:
        work = Work(conn, who=None, now=place.now, limits=place.limits, pick=randbelow)
        command = conn.begin_nested()
        found = nonces.for_case(work, place.now)
        made.wait()
        if first_fails:
            command.rollback()
        else:
            used.append(found)

    def second(conn: Connection) -> None:
        work = Work(conn, who=None, now=place.now, limits=place.limits, pick=randbelow)
        assert work.conn.execute(select(col(NonceRow.id))).first() is None
        made.wait()
        used.append(nonces.for_case(work, place.now))

    at_once(place, database_url, [first, second])
    (row,) = place.rows(NonceRow)
    assert set(used) == {(row.id, bytes(row.nonce))}
    assert len(used) == (1 if first_fails else 2)
    (noted,) = [entry for entry in place.rows(JournalRow) if entry.kind == "nonce"]
    assert noted.commitment == draw.commitment(bytes(row.nonce))
