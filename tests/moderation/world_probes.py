"""What the invariants say of single functions, without a course of events: small spaces wholly, large ones by chance.

Each probe raises `Unlawful` with the number of the invariant that it finds broken.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations_with_replacement
from random import Random
from typing import Any

from sqlalchemy import create_engine
from sqlmodel import col, select

from moderation import case as core
from moderation import chain, draw, fold, holds, sanctions, seats, tally
from moderation.draw import Entry, Proof
from moderation.flagged import Flag
from moderation.fold import Origin, Standing
from moderation.models_panels import SeatRow
from moderation.panel import Candidate
from moderation.state import Case, Conduct, Sanction
from moderation.wire import Category
from rooms.limits import Limits
from rooms.units import DAY, HOUR, MINUTE
from rooms.work import Refusal, Work
from tests.moderation.world import AUTHOR, BEGAN, PEOPLE, ballot
from tests.moderation.world_laws import Unlawful, content_needs, counting, may_decide, needed_flags, person_needs

Probe = Callable[[], None]
PROBES: dict[int, list[Probe]] = {}
LIMITS = Limits()


def probe(number: int) -> Callable[[Probe], Probe]:
    def keep(what: Probe) -> Probe:
        def tries() -> None:
            try:
                what()
            except AssertionError as broken:
                raise Unlawful(number, f"{what.__doc__} {broken}") from broken

        PROBES.setdefault(number, []).append(tries)
        return what

    return keep


def refused(what: Callable[[], object]) -> bool:
    try:
        what()
    except Refusal:
        return True
    return False


# --- folding ----------------------------------------------------------------------------------------------


@probe(2)
def thresholds_are_the_documents() -> None:
    """c(A) is the greater of 2 and half the root of A, rounded up"""
    assert all(fold.threshold(a) == needed_flags(a) for a in range(3_000))


@probe(2)
def flags_count_as_far_as_their_origin_lets_them() -> None:
    """Of young identities that came in one way only some count"""
    rng = Random(2)
    marks = (None, b"a", b"b")
    for _ in range(400):
        flags = [
            Flag(who, "spam", rng.choice(list(Standing)), Origin(rng.choice(marks), rng.choice(marks)))
            for who in PEOPLE[: rng.randint(0, 8)]
        ]
        needed = rng.randint(2, 8)
        found = fold.counted([(each.standing, each.origin) for each in flags], needed)
        assert found == min(needed, counting(flags, needed))


@probe(21)
def flags_have_a_budget() -> None:
    """Nobody flags in more than five cases a day, or counts towards folding one author in more than two"""
    most, day = LIMITS.cases_a_day, LIMITS.day
    for many in range(8):
        at = [BEGAN + n * MINUTE for n in range(many)]
        over = refused(partial(fold.may_open_another, at, now=BEGAN + HOUR, most=most, within=day))
        assert over == (many >= 5)
        assert not refused(partial(fold.may_open_another, at, now=BEGAN + 2 * day, most=most, within=day))
    for other in range(5):
        counts = fold.weighed(Standing.ESTABLISHED, other_cases=other, most=LIMITS.same_author_cases) > 0
        assert counts == (other < 2)


@probe(25)
def quiet_flags_go_on_asking() -> None:
    """A witness whose flags are quiet is still one who asks; somebody who is none is not"""
    for each in Standing:
        quiet = fold.quieted(each)
        assert (quiet is Standing.NONE) == (each is Standing.NONE)
        assert quiet <= 0
    assert fold.weighed(Standing.ASKS, other_cases=0, most=2) is Standing.ASKS


# --- ballots ----------------------------------------------------------------------------------------------


def adopted(marks: tuple[int, ...], n: int, axis: tally.Axis, most: int) -> int:
    return tally.adopted(marks, n, axis, most).level


@probe(3)
def levels_take_as_many_as_the_document_says() -> None:
    """Every adopted level has enough ballots at or above it, and no higher one within the bounds has"""
    for n in (2, 3, 5, 7, 9):
        axes: tuple[tuple[tally.Axis, int, Callable[[int, int], int]], ...]
        axes = (("content", 2, content_needs), ("person", 5, person_needs))
        for axis, top, needs in axes:
            for marks in combinations_with_replacement(range(top + 1), n):
                found = adopted(marks, n, axis, top)
                enough = [level for level in range(1, top + 1) if sum(m >= level for m in marks) >= needs(level, n)]
                assert found == max(enough, default=0), (axis, marks)


@probe(8)
def moderators_alone_are_no_majority() -> None:
    """As many as a mixed panel may hold, all of one mind, adopt nothing"""
    for n in range(2, 10):
        assert adopted((5,) * (n // 2), n, "person", 5) == 0
        assert adopted((2,) * (n // 2), n, "content", 2) == 0


@probe(9)
def few_people_may_do_little() -> None:
    """Levels grow with the people who could be drawn, and with the size of the panel, as the document says"""
    for e in range(40):
        assert tuple(tally.possible(e)) == may_decide(e)
    by_size = {1: (0, 0), 2: (1, 1), 3: (1, 3), 5: (2, 4), 7: (2, 5), 9: (2, 5)}
    for n, most in by_size.items():
        assert tuple(tally.competence(n)) == most
    soft: tuple[Category, ...] = ("disrespect", "pressure", "safety")
    for code in soft:
        assert tally.content_mark(ballot({3: 2}, code=code), 3) < 2
    assert tally.person_mark(ballot({}, 5, "disrespect"), (), since=0) == 3
    assert tally.person_mark(ballot({}, 5, "threat"), (), since=0) == 5


@probe(10)
def softer_ballots_never_raise() -> None:
    """For panels of three to nine and all their ballots: no softer or missing one leads to more"""
    for n in range(3, 10):
        axes: tuple[tuple[tally.Axis, int], ...] = (("content", 2), ("person", 5))
        for axis, top in axes:
            found = {
                (marks, most): adopted(marks, n, axis, most)
                for size in range(n + 1)
                for marks in combinations_with_replacement(range(top + 1), size)
                for most in range(top + 1)
            }
            for (marks, most), level in found.items():
                for place, mark in enumerate(marks):
                    rest = (*marks[:place], *marks[place + 1 :])
                    assert found[rest, most] <= level, (axis, n, marks, rest)
                    if mark > 0:
                        softer = tuple(sorted((*rest, mark - 1)))
                        assert found[softer, most] <= level, (axis, n, marks, softer)


# --- pauses, holds ----------------------------------------------------------------------------------------


@probe(12)
def pauses_run_side_by_side() -> None:
    """Several pauses end when the last of them does, never after their sum"""
    rng = Random(12)
    for _ in range(200):
        made = []
        for _ in range(rng.randint(0, 4)):
            start = BEGAN - rng.randint(0, HOUR)
            until = start + rng.randint(1, DAY)
            made.append(Sanction(rng.choice((3, 4, 5)), start, until, until, over=rng.random() < 0.2))
        ends = [each.until for each in made if not each.over and each.until > BEGAN]
        assert sanctions.paused_until(made, now=BEGAN) == max(ends, default=None)


@probe(12)
def pauses_have_lengths() -> None:
    """Fifteen minutes or an hour, four hours or a day, seven days; longer only after one within thirty days here"""
    before = [(), (Conduct(3, BEGAN - DAY, here=True),), (Conduct(4, BEGAN - DAY, here=True),)]
    far = [(Conduct(4, BEGAN - DAY, here=False),), (Conduct(4, BEGAN - 31 * DAY, here=True),)]
    lengths = {
        level: [sanctions.length(level, conduct, now=BEGAN, limits=LIMITS) // MINUTE for conduct in (*before, *far)]
        for level in range(6)
    }
    assert lengths == {
        0: [0] * 5,
        1: [0] * 5,
        2: [0] * 5,
        3: [15, 60, 60, 15, 15],
        4: [240, 240, 1440, 240, 240],
        5: [10080] * 5,
    }


@probe(18)
def holds_have_a_budget() -> None:
    """One person holds twice a day at most, and two messages with their own data at most"""
    for many in range(5):
        at = [BEGAN - n * HOUR for n in range(many)]
        assert refused(partial(holds.may_hold, at, now=BEGAN, limits=LIMITS)) == (many >= 2)
        assert refused(partial(holds.may_hold_own, many, limits=LIMITS)) == (many >= 2)
    assert not refused(lambda: holds.may_hold([BEGAN - 25 * HOUR] * 3, now=BEGAN, limits=LIMITS))
    assert refused(lambda: holds.may_hold([], BEGAN + 1, now=BEGAN, limits=LIMITS))


# --- the record and the draw ------------------------------------------------------------------------------


def record(many: int, salt: int = 0) -> list[dict[str, object]]:
    after, entries = chain.Head(0, chain.BEGIN), list[dict[str, object]]()
    for n in range(many):
        fields = {"hour": n // 3, "type": ("fold", "stage", "pause")[n % 3], "facts": {"item": n + salt}}
        prev = after.hash
        entry, after = chain.link(after, fields)
        entries.append({**fields, "seq": n + 1, "prev": prev, "hash": after.hash})
        assert after.hash == hashlib.sha256(entry.encode() + bytes.fromhex(prev)).hexdigest()
    return entries


@probe(26)
def edits_drops_and_reorders_are_found() -> None:
    """Whoever holds an older head finds any entry that was changed, left out or moved before or after it"""
    whole = record(9)
    assert chain.verify(whole) == chain.Head(9, str(whole[-1]["hash"]))
    heads = [
        chain.Head(n, str(whole[n - 1]["hash"])) if n else chain.Head(0, chain.BEGIN) for n in range(len(whole) + 1)
    ]
    changed: list[tuple[int, list[dict[str, object]]]] = [(0, record(9, salt=7))]
    for place in range(len(whole)):
        changed.append((place, [*whole[:place], *whole[place + 1 :]]))
        changed.append((place, [*whole[:place], {**whole[place], "hour": 99}, *whole[place + 1 :]]))
        changed.append((place, [*whole[:place], {**whole[place], "hash": "0" * 64}, *whole[place + 1 :]]))
        relinked = {name: value for name, value in whole[place].items() if name not in ("hash", "prev", "seq")}
        changed.append((place, relink(whole[:place], {**relinked, "hour": 99}, whole[place + 1 :])))
        if place + 1 < len(whole):
            changed.append((place, [*whole[:place], whole[place + 1], whole[place], *whole[place + 2 :]]))
    for place, entries in changed:
        for head in heads[place + 1 :]:
            assert not agrees(entries, head), "a changed record passes"
    for head in heads:
        assert agrees(whole, head)
        assert chain.verify(whole[head.seq :], head) == heads[-1]


def relink(
    before: list[dict[str, object]], changed: dict[str, object], rest: list[dict[str, object]]
) -> list[dict[str, object]]:
    """A chain that holds in itself, written anew from one entry on."""
    last = chain.Head(len(before), str(before[-1]["hash"])) if before else chain.Head(0, chain.BEGIN)
    entries = list(before)
    for each in (changed, *rest):
        fields = {name: value for name, value in each.items() if name not in ("hash", "prev", "seq")}
        prev = last.hash
        _, last = chain.link(last, fields)
        entries.append({**fields, "seq": last.seq, "prev": prev, "hash": last.hash})
    return entries


def agrees(entries: list[dict[str, object]], head: chain.Head) -> bool:
    """Whether somebody who holds this head could take these entries for the record that it ends."""
    try:
        return chain.verify(entries[: head.seq]) == head
    except chain.Broken:
        return False


@probe(27)
def draws_can_be_recomputed() -> None:
    """The published order follows from nonce, case and pool alone; anything else published in its place is found"""
    rng = Random(27)
    for count in (3, 6, 11, 14, 30):
        nonce = rng.randbytes(32)
        pool = [f"{rng.getrandbits(128):032x}" for _ in range(count)]
        drawn = draw.order(nonce, "case", pool)
        assert sorted(drawn) == sorted(pool)
        assert drawn == draw.order(nonce, "case", reversed(pool))
        if count > 3:
            assert drawn != draw.order(rng.randbytes(32), "case", pool)
            assert drawn != draw.order(nonce, "another case", pool)
        seated = drawn[: min(3, count)]
        made = draw.proof(nonce, "case", pool=pool, seated=seated, secret=b"secret")
        assert draw.verify(made, nonce) == ()
        assert made.band == draw.band(count)
        assert len(made.entries) == draw.padded(count) >= count
        assert draw.verify(made, rng.randbytes(32))
        for forged in forgeries(made):
            assert draw.verify(forged, nonce), "a forged draw passes"
        for other in range(draw.padded(count), count, -1):
            assert draw.band(other) == made.band


def forgeries(made: Proof) -> Iterator[Proof]:
    entries = made.entries
    yield Proof(made.case, made.commitment, made.pool_hash, made.band, (entries[1], entries[0], *entries[2:]))
    yield Proof(made.case, made.commitment, made.pool_hash, made.band, entries[1:])
    yield Proof(made.case, made.commitment, made.pool_hash, made.band, (*entries[:-1], Entry("f" * 32, "skipped")))
    if len(entries) > 3:
        # Of fewer, lots may fall in the same order by chance.
        yield Proof("another", made.commitment, made.pool_hash, made.band, entries)
    yield Proof(made.case, draw.commitment(b"another"), made.pool_hash, made.band, entries)
    yield Proof(made.case, made.commitment, draw.pool_hash(["another"]), made.band, entries)
    late = next((n for n, each in enumerate(entries) if each.became == "not_reached"), None)
    if late is not None:
        # Somebody further back is put on a seat, and somebody before them was not asked.
        yield Proof(
            made.case,
            made.commitment,
            made.pool_hash,
            made.band,
            (*entries[:late], entries[late], *entries[late + 1 : -1], Entry(entries[-1].pseudonym, "seated")),
        )


@probe(27)
def lots_are_fair() -> None:
    """Nobody comes first more often than others"""
    first: dict[str, int] = dict.fromkeys(PEOPLE[:5], 0)
    for n in range(500):
        first[draw.order(n.to_bytes(32), f"case {n}", first)[0]] += 1
    assert min(first.values()) > 60


# --- load -------------------------------------------------------------------------------------------------


@probe(29)
def nobody_reads_too_much() -> None:
    """One open case, five a day, two hard ones, and ten minutes between them, asked of the tables themselves"""
    engine = create_engine("sqlite://")
    SeatRow.metadata.create_all(engine, tables=[SeatRow.metadata.tables[name] for name in ("seat", "pause")])
    rng = Random(29)
    people = PEOPLE[:4]
    now = BEGAN
    open_: dict[str, tuple[str, bool, int]] = {}
    read: list[tuple[str, int, bool]] = []
    ended: dict[str, int] = {}
    with engine.begin() as conn:
        for case_id in range(1, 160):
            now += rng.randint(1, 20) * MINUTE
            work = Work(conn, who=None, now=now, limits=LIMITS, pick=rng.randrange)
            hard = rng.random() < 0.4
            for who in sorted({*people} - seats.busy(work, people, hard=hard)):
                assert who not in open_, "two at once"
                day = [each for each in read if each[0] == who and each[1] > now - DAY]
                assert len(day) < 5, "six a day"
                assert not hard or sum(each[2] for each in day) < 2, "three hard ones a day"
                assert now - ended.get(who, 0) >= 10 * MINUTE, "no rest between"
                if rng.random() < 0.7:
                    open_[who] = (seats.offer(work, case_id, 1, who, hard=hard), hard, now)
            for who, (seat_id, was_hard, _) in list(open_.items()):
                chance = rng.random()
                if chance < 0.5:
                    seats.move(work, seat_id, "reading", taken=True)
                    read.append((who, now, was_hard))
                    ended[who] = now
                    seats.move(work, seat_id, "done")
                    del open_[who]
                elif chance < 0.6:
                    seats.move(work, seat_id, "gone")
                    del open_[who]
        taken = conn.execute(
            select(SeatRow.person_id, SeatRow.taken_at).where(col(SeatRow.taken_at).is_not(None))
        ).all()
        assert len(taken) == len(read) > 20


# --- order ------------------------------------------------------------------------------------------------


@probe(30)
def order_within_a_moment_changes_nothing() -> None:
    """Flags, flags taken back, acceptances and ballots of one moment come to the same in any order"""
    rng = Random(30)
    for _ in range(12):
        start = core.add(Case(BEGAN, BEGAN + LIMITS.fold_life, author=AUTHOR), 3, rng.choice((3, 24)))
        flags = [Flag(who, "disrespect", rng.choice(list(Standing))) for who in PEOPLE[:4]]
        flagged = in_any_order(start, [(core.flag, 3, each) for each in flags], rng)
        in_any_order(flagged, [(core.withdraw, 3, who) for who in PEOPLE[:3]], rng)
        if not flagged.messages[0].asked:
            continue
        pool = [Candidate(who, moderator=rng.random() < 0.4) for who in PEOPLE[6:20]]
        drawn, _ = core.draw(flagged, pool, live=True, now=BEGAN, limits=LIMITS)
        panel = drawn.review.panel
        assert panel is not None
        asked = [seat.juror for seat in panel.seats]
        in_any_order(drawn, [(core.accept, who) for who in asked[: rng.randint(2, 5)]], rng)
        sitting = in_any_order(drawn, [(core.accept, who) for who in asked], rng)
        seated = sitting.review.panel.seated if sitting.review.panel else ()
        votes = [(core.cast, seat.juror, ballot({3: rng.randint(0, 2)}, rng.randint(0, 3))) for seat in seated]
        in_any_order(sitting, votes, rng)


def in_any_order(case: Case, events: Sequence[tuple[Any, ...]], rng: Random) -> Case:
    """What is left of them when each is done that may be; ``events`` are calls at one moment."""

    def after(order: Sequence[tuple[Any, ...]]) -> Case:
        left = case
        for event, *what in order:
            try:
                left, _ = event(left, *what, now=BEGAN + MINUTE, limits=LIMITS)
            except Refusal:
                continue
        return left

    found = [after(events), *(after(rng.sample(events, len(events))) for _ in range(5))]
    same(found)
    return found[0]


def same(cases: list[Case]) -> None:
    """But for the order in which flags are kept."""

    def told(case: Case) -> object:
        flags = [tuple(sorted(repr(flag) for flag in each.flags)) for each in case.messages]
        return case.closed, case.review, [each.view for each in case.messages], flags

    assert all(told(each) == told(cases[0]) for each in cases)
