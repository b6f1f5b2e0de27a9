"""Every command there is, tried by everybody, at every stage of a case: what it does to others is what the list says.

What others can read is compared before and after, at once and a few minutes later. A change that does not follow from
the reach of a listed power, from speaking for oneself, or from sitting at a table, fails; and so does a power that
somebody has who does not hold it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, effects, letters, pauses
from moderation.models import LetterRow
from moderation.models_panels import SeatRow
from moderation.powers import ASKING, AT_THE_TABLE, IN_ROUNDS, POWERS, SERVING, TALK, TOGETHER
from moderation.wire import FlagMoved
from moderation.wire_care import WorryAbout
from rooms import covers, messages
from rooms.leaving import go
from rooms.log import tell
from rooms.models import Circle, EventRow, ParticipantRow, Person
from rooms.units import HOUR, MINUTE, SECOND
from rooms.wire import CloseCircle, GoOn
from rooms.wire_agreement import ProposeAgreement
from rooms.wire_hosting import OfferHost
from rooms.wire_round import AskHolder, BeginRound, JoinRound, LayDownPiece, OfferRound
from rooms.wire_space import AskBreath
from rooms.work import Work
from server.handlers import HANDLERS
from tests.moderation.place import CIRCLE, named
from tests.moderation.sight import PUBLIC, Piece
from tests.moderation.walk import INSIDE, KINDS, Handlers, Tried, Walk

REACH: dict[str, str] = {
    tag.removesuffix(" mine"): power.reach for power in (*POWERS, *TOGETHER) for tag in power.commands
}
REACH |= dict.fromkeys(TALK, "talk") | dict.fromkeys(ASKING, "panel") | dict.fromkeys(SERVING, "serving")
REACH |= dict.fromkeys(AT_THE_TABLE, "table") | dict.fromkeys(IN_ROUNDS, "turn")
Change = tuple[Piece, bytes, str]


class Judge:
    """Whether what others read differently after a command is within its reach."""

    def __init__(self, walk: Walk, who: str, command: Any) -> None:
        self.walk = walk
        self.who = who
        self.command = command
        self.tag = command.__struct_config__.tag
        self.seat = walk.place.seat(who)
        self.target = getattr(command, "target", None) or 0
        author = walk.sender(self.target) if self.target else None
        self.author = next((name for name in INSIDE if walk.place.seat(name) == author), None)
        self.table = {named(name) for name in walk.sat()}

    def unlisted(self, tried: Tried) -> list[Change]:
        within: Callable[[Piece, bytes, str], bool] = getattr(self, f"_{REACH[self.tag]}")
        return [each for each in tried.changes if not within(*each)]

    # --- by reach

    def _nobody(self, piece: Piece, value: bytes, way: str) -> bool:
        """Nothing but that there is one more room to be seen from outside, or one that waits changes; a seat left is offered to others."""
        opened = self.tag == "circle.open" and piece.kind == "outside" and way == "new"
        planned = self.tag.startswith("plan.") and piece.kind == "outside" and piece.where != CIRCLE
        return opened or planned or (self.tag.startswith("seat.") and self._offers(piece, value))

    def _self(self, piece: Piece, value: bytes, way: str) -> bool:
        """A flag asks for people who read it, and one of several flags does what several flags do."""
        if self.tag not in ("message.flag", "flag.withdraw"):
            return False
        others = self.walk.parties(self.target) - {named(self.who)}
        return self._offers(piece, value) or (bool(others) and self._message(piece, value, way))

    def _turn(self, piece: Piece, value: bytes, way: str) -> bool:
        """Who is in the round, and that the piece went on from whoever had it; nothing of anybody else."""
        return self._of_round(piece)

    def _author(self, piece: Piece, value: bytes, way: str) -> bool:
        return self.author is not None and piece.who == named(self.author) and self._letter(piece, "gentle")

    def _person(self, piece: Piece, value: bytes, way: str) -> bool:
        """Somebody is asked whether they would like company; or, who holds the piece, whether it goes on."""
        if self.tag == "piece.ask":
            return piece.who == named("Heron") and piece.sort in ("piece.asked", "my_round")
        asked = (piece.kind == "me" and piece.sort in ("care", "offers")) or piece.sort == "care.now"
        return piece.who == named("Otter") and asked

    def _message(self, piece: Piece, value: bytes, way: str) -> bool:
        """How others see one message, word of it to its writer and to who flagged it, and the panel that reads it."""
        if piece.about == self.target and piece.kind in ("event", "flag", "letter", "circle"):
            return True
        put_away = piece.sort == "letter.dismissed" and self._concerned(piece.who)
        gestures = self._own_words() and piece.kind == "circle" and piece.sort == "given"
        return put_away or gestures or self._offers(piece, value) or self._at_table(piece)

    def _circle(self, piece: Piece, value: bytes, way: str) -> bool:
        """That it closes or stays, that everybody goes slowly for a moment; nothing about a message or a person."""
        if self.tag in ("circle.close", "tend.greet", "tend.agreement") and self.who != "Heron":
            # Whoever does not hold it only wishes, until a second person does.
            return piece.sort in ("space.changed", "space", "wished")
        told = piece.kind == "event" and piece.sort.split(".")[0] in ("circle", "space", "hosting", "agreement")
        shown = piece.sort in (
            "state",
            "closes_at",
            "host",
            "hosting",
            "announced_closing",
            "space",
            "wished",
            "matter",
            "asked_to_hold",
        )
        return told or (piece.kind == "circle" and shown) or piece.kind == "outside" or self._of_round(piece)

    def _talk(self, piece: Piece, value: bytes, way: str) -> bool:
        """What somebody says and does themselves, and that they are there."""
        mine = self.seat in (piece.where, piece.sort)
        if self.tag == "circle.enter" and way == "new":
            mine = mine or piece.sort == "participant.entered" or f'"{self.who}"'.encode() in value
        if self.tag == "message.post" or self.tag.startswith("circle."):
            seen = piece.kind == "outside" or (piece.kind == "circle" and piece.sort in ("fullness", "news", "mine"))
            return (mine and piece.kind in ("event", "there")) or seen or self._left_behind(piece)
        if self.tag.startswith("gesture."):
            given = (piece.kind == "circle" and piece.sort == "received") or piece.sort.startswith("gesture.")
            first = piece.sort == "message.received" and piece.about == self.target
            return (piece.who == named(self.author or "") and given) or first or self._about_own(piece)
        if self.tag.startswith("care."):
            return piece.who in (named("Bo"), named("Fern")) and (piece.sort in ("care", "wanted", "care.now"))
        if self.tag == "person.forget":
            mine = mine or self.seat.encode() in value or self._left_behind(piece)
            away = self._offers(piece, value) or self._at_table(piece) or piece.kind in ("outside", "circle")
            return mine or self._about_own(piece) or away
        return False

    def _panel(self, piece: Piece, value: bytes, way: str) -> bool:
        """Other people are asked to read; those who read hear what the author says."""
        mine = piece.kind in ("flag", "letter", "event") and self._concerned(piece.who) and piece.about != 0
        return self._offers(piece, value) or self._at_table(piece) or (mine and self.tag == "appeal.make")

    def _serving(self, piece: Piece, value: bytes, way: str) -> bool:
        return self._offers(piece, value)

    def _table(self, piece: Piece, value: bytes, way: str) -> bool:
        """Those at the same table; others hear that it has begun; and what it decides once all have said it."""
        if self._at_table(piece) or self._offers(piece, value):
            return True
        concerned = self._concerned(piece.who)
        if self.tag == "seat.take":
            reading = b'"reading"' in value or piece.kind == "letter" or piece.sort.startswith("letter.")
            return concerned and piece.kind in ("letter", "flag", "event") and reading
        return self.walk.enough and (concerned or piece.kind in ("event", "flag", "letter"))

    # --- what a change is

    def _left_behind(self, piece: Piece) -> bool:
        """Who goes takes along what they held: a host the space, somebody in a round their turn."""
        held = self.who == "Heron" and piece.sort in ("circle.stays_open", "space.changed", "space")
        turns = ("piece.passed", "piece.given", "round", "my_round")
        return held or (self.tag != "message.post" and piece.sort in turns)

    def _of_round(self, piece: Piece) -> bool:
        told = piece.kind == "event" and piece.sort.startswith(("round.", "piece."))
        shown = piece.kind == "circle" and piece.sort in ("round", "my_round")
        return self.tag.startswith(("round.", "piece.")) and (told or shown)

    def _offers(self, piece: Piece, value: bytes) -> bool:
        """Lots fall; a seat is offered to somebody, or not any more; and how many cases wait for one."""
        if piece == Piece(PUBLIC, "draw", "", 0, ""):
            return True
        if piece.kind == "desk":
            return piece.sort == "counts"
        if piece.kind == "me" and piece.sort == "seats":
            return piece.who not in self.table or b'"offered"' in value
        if piece.kind == "seat":
            return piece.sort == "offered"
        return piece.sort == "seat.moved" and (b'"offered"' in value or b'"gone"' in value)

    def _at_table(self, piece: Piece) -> bool:
        here = piece.kind in ("seat", "case", "desk") or piece.sort in ("seats", "seat.moved")
        return piece.who in self.table and here

    def _letter(self, piece: Piece, about: str) -> bool:
        return (piece.kind == "letter" and piece.sort == about) or piece.sort in ("letter.came", "letters")

    def _concerned(self, who: str) -> bool:
        return who in {named("Ana"), *self.walk.parties(self.walk.said["Ana"])}

    def _own_words(self) -> bool:
        return self.author == self.who

    def _about_own(self, piece: Piece) -> bool:
        return piece.about in (self.walk.said.get(self.who), self.walk.more if self.who == "Ana" else None)


def holds(walk: Walk, who: str, command: Any) -> bool:
    """Whether somebody whose command was done is one of those whom the list gives it to."""
    tag = command.__struct_config__.tag
    if tag in ("piece.pass", "piece.come_back"):
        return who == "Heron"
    power = next((each for each in POWERS if tag in each.commands), None)
    if tag in AT_THE_TABLE or (power is not None and power.holder == "reviewer"):
        rows = walk.place.rows(SeatRow)
        return any(row.id == command.seat and row.person_id == named(who) for row in rows)
    if power is not None and power.holder == "author":
        return walk.sender(command.target) == walk.place.seat(who)
    if tag == "circle.keep_open":
        return who == "Heron"
    if tag.startswith("plan.") and tag != "plan.make":
        return who == "Heron"
    return power is None or power.holder in ("anyone", "subject", "host")


# --- the stages


ALL = tuple(sorted(KINDS))
WORDS = ("message.edit", "message.rephrase", "message.take_back", "person.forget")
OF_FLAGS = ("message.flag", "flag.withdraw", "message.hold", "hold.cosign", "message.ask_gently")
AT_SEATS = (*AT_THE_TABLE, "seat.leave", "seat.heavy")
OF_AGREEMENTS = tuple(each for each in KINDS if each.startswith("agreement."))
OF_ROUNDS = tuple(tag for tag in ALL if tag.startswith(("round.", "piece.")))
Stage = tuple[str, tuple[str, ...]]


def course(walk: Walk) -> Iterator[Stage]:
    """From talk among friends to a decision; at each stage what is worth trying there."""
    place, bench = walk.place, walk.bench
    words = walk.said["Ana"]
    yield "talk", ALL
    place.flags("Bo", words)
    walk.does("Otter", AskBreath(circle=CIRCLE))
    walk.does("Otter", OfferHost(circle=CIRCLE))
    walk.does("Bo", WorryAbout(circle=CIRCLE, participant=place.seat("Otter")))
    yield (
        "flagged",
        (
            *OF_FLAGS,
            "person.forget",
            "breath.ask",
            "doors.rest",
            "pace.choose",
            "bell.ring",
            "host.offer",
            "host.agree",
            "host.stop",
            "host.shift",
            "care.worry",
            "care.answer",
            "care.reach_out",
        ),
    )
    place.flags("Fern", words)
    place.passes(2 * MINUTE)
    yield "folded", (*OF_FLAGS, *WORDS, "letter.dismiss")
    bench.holds("Otter", words)
    yield "held", ("hold.cosign", "message.hold", "flag.withdraw", *WORDS)
    bench.draw()
    yield "offered", (*AT_SEATS, *SERVING, "message.flag")
    for name in bench.seats("offered"):
        if name in bench.seats("offered"):
            bench.take(name)
    one, two, three = sorted(bench.seats("reading"))
    yield "reading", (*AT_SEATS, *SERVING, *ASKING, *OF_FLAGS, *WORDS, "letter.dismiss")
    bench.casts(one, 1, 2)
    bench.casts(two, 1, 2)
    bench.passes(11 * SECOND)
    walk.enough = True
    yield "one missing", AT_SEATS
    bench.casts(three, 2, 0)
    yield "all in", AT_SEATS
    bench.passes(11 * SECOND)
    assert set(bench.seats("talk")) == {one, two, three}
    walk.enough = False
    yield "at talk", (*AT_SEATS, *ASKING)
    bench.ready(one, two, three)
    for name in (one, two, three):
        bench.casts(name, 1, 2)
    bench.passes(MINUTE)
    assert place.my_flags("Bo")[words] == "confirmed"
    yield "decided", (*ASKING, *AT_SEATS, *OF_FLAGS, *WORDS, "letter.dismiss")


def left_as_it_is(walk: Walk) -> Iterator[Stage]:
    """A panel finds nothing wrong; and the host announces the closing."""
    place, bench = walk.place, walk.bench
    for name in ("Bo", "Fern"):
        place.flags(name, walk.said["Ana"])
    sitting = bench.convene()
    for name in sitting:
        bench.casts(name, 0)
    bench.passes(MINUTE)
    yield "kept", (*ASKING, *AT_SEATS, *OF_FLAGS)
    seats_of = {row.person_id.rstrip("-"): row.id for row in place.rows(SeatRow) if row.state == "done"}
    for name in sitting[1:]:
        bench.marks(name, seats_of[name], 0, 1)
    walk.enough = True
    yield "two marked it", ("faith.mark",)
    walk.enough = False
    walk.does("Heron", CloseCircle(circle=CIRCLE))
    yield "closing", ("circle.close", "circle.keep_open", "circle.go_on", "circle.leave")
    walk.does("Bo", GoOn(circle=CIRCLE))
    yield "one would go on", ("circle.go_on", "circle.keep_open")


def in_a_round(walk: Walk) -> Iterator[Stage]:
    """Heron offers a round; Ana and Bo join; Heron has the piece."""
    place = walk.place
    walk.does("Heron", OfferRound(circle=CIRCLE, key="o" * 22, question="What helped?"))
    for name in ("Ana", "Bo"):
        walk.does(name, JoinRound(circle=CIRCLE, round=walk.round))
    yield "gathering", OF_ROUNDS
    walk.does("Ana", BeginRound(circle=CIRCLE, round=walk.round))
    yield "one would begin", ("round.begin", "round.step_out")
    walk.does("Bo", BeginRound(circle=CIRCLE, round=walk.round))
    place.passes(3 * MINUTE + SECOND)
    yield "going", (*OF_ROUNDS, "message.post", "circle.leave", "person.forget")
    walk.does("Bo", AskHolder(circle=CIRCLE, round=walk.round))
    walk.does("Ana", LayDownPiece(circle=CIRCLE, round=walk.round))
    yield "one lacks", OF_ROUNDS


def over_an_agreement(walk: Walk) -> Iterator[Stage]:
    """Bo proposes something else to agree on."""
    walk.does("Bo", ProposeAgreement(circle=CIRCLE, version=1, text="I listen.\nI am kind.\nI rest."))
    yield "proposed", OF_AGREEMENTS


def roles(walk: Walk, tag: str, stage: str) -> list[str | None]:
    """Nobody, the author, a flagger, somebody who only listens, the host, somebody outside; those who sit, and not."""
    sits = sorted(walk.sat())[:3]
    idle = sorted(set(walk.watchers) - {*INSIDE, "Dee", *walk.sat()})
    if tag in SERVING:
        return [None, "Dee", *idle] if stage == "talk" else [None, *idle[:1], *sits[:1]]
    if tag == "person.forget" and stage != "talk":
        return [None, "Ana", "Bo", *sits[:1]]
    if stage == "talk":
        return [None, "Ana", "Otter", "Heron", "Dee", *idle[:1]]
    return [None, "Ana", "Bo", "Otter", "Heron", "Dee", *idle, *sits]


@pytest.mark.parametrize("way", [course, left_as_it_is, in_a_round, over_an_agreement])
def test_nobody_does_to_others_what_is_not_in_the_list(way: Callable[[Walk], Iterator[Stage]], walk: Walk) -> None:
    done: set[str] = set()
    found: list[str] = []
    for stage, tags in way(walk):
        walk.stays()
        for tag in tags:
            for who in roles(walk, tag, stage):
                for command in walk.commands(tag, who):
                    tried = walk.tries(who, command)
                    if who is None:
                        assert tried.refused is not None, (stage, tag)
                        continue
                    if tried.refused is not None:
                        continue
                    done.add(tag)
                    if not holds(walk, who, command):
                        found.append(f"{stage}: {who} did {tag}, which is not theirs")
                    found += [
                        f"{stage}: {tag} by {who}: {change}" for change in Judge(walk, who, command).unlisted(tried)
                    ]
    assert not found, "\n".join(found)
    if way is course:
        assert set(KINDS) - done == {
            "circle.go_on",
            "faith.mark",
            "carry.give",
            "tend.prompt",
            *OF_ROUNDS,
            *OF_AGREEMENTS,
        } - {
            "round.offer",
            "agreement.propose",
        }, "tried in vain"
    elif way is left_as_it_is:
        assert {"circle.go_on", "faith.mark"} <= done
    elif way is over_an_agreement:
        assert set(OF_AGREEMENTS) - done == {"agreement.propose"}, "tried in vain"
    else:
        assert set(OF_ROUNDS) - done == {"round.offer"}, "tried in vain"


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    walk = Walk(f"sqlite:///{tmp_path / 'circles.db'}")
    yield walk
    walk.close()


# --- the walk finds what should not be


def _others_row(work: Work) -> tuple[Circle, EventRow]:
    """Words of Otter, whom nobody flagged."""
    circle = work.db.get_one(Circle, CIRCLE)
    row = work.conn.execute(
        select(EventRow.seq).where(EventRow.log_id == circle.log_id, EventRow.body == "Words of Otter.")
    ).scalar_one()
    return circle, work.db.get_one(EventRow, (circle.log_id, row))


def folds_alone(work: Work, _: Any) -> None:
    covers.fold(work, *_others_row(work), work.now + HOUR, "disrespect")


def takes_back(work: Work, _: Any) -> None:
    messages.withdraw(work, *_others_row(work))


def sends_away(work: Work, _: Any) -> None:
    circle, row = _others_row(work)
    go(work, circle, work.db.get_one(ParticipantRow, row.sender))


def pauses_somebody(work: Work, _: Any) -> None:
    pauses.begin(work, 1, named("Ana"), CIRCLE, 3, work.now + HOUR)


def writes_to(work: Work, _: Any) -> None:
    letters.write(work, named("Ana"), CIRCLE, 4, "gentle", due_at=work.now + 3 * MINUTE)


def puts_away_a_letter(work: Work, _: Any) -> None:
    work.conn.execute(delete(LetterRow).where(col(LetterRow.person_id) == named("Ana")))


def changes_preferences(work: Work, _: Any) -> None:
    work.conn.execute(update(Person).where(col(Person.id) == named("Ana")).values(preferences=b'{"calm":true}'))


def frees_a_seat(work: Work, _: Any) -> None:
    """Of somebody else at the table."""
    other = select(SeatRow).where(SeatRow.person_id != work.who, SeatRow.state == "reading").limit(1)
    row = work.conn.execute(other).one()
    kept = cases.load(work, row.case_id)
    effects.carry_out(work, kept, core.decline(kept.case, row.person_id, now=work.now, limits=work.limits))


def closes_at_once(work: Work, _: Any) -> None:
    due_closing = work.db.get_one(Circle, CIRCLE)
    due_closing.state, due_closing.closes_at = "closing", work.now
    work.db.add(due_closing)


def tells_who_flagged(work: Work, _: Any) -> None:
    log_id = work.db.get_one(Person, named("Ana")).log_id
    tell(work, log_id, FlagMoved(circle=CIRCLE, target=4, status="received"))


ADDED: list[tuple[str, str, str, Callable[[Work, Any], None]]] = [
    ("Bo", "message.flag", "a flag that folds alone", folds_alone),
    ("Heron", "read.mark", "a host who takes back others' words", takes_back),
    ("Heron", "aside.set", "a host who sends people away", sends_away),
    ("Mink", "reviewing.set", "a moderator who folds outside of a panel", folds_alone),
    ("a juror", "ballot.cast", "a juror who pauses alone", pauses_somebody),
    ("a juror", "seat.leave", "a juror who frees the seats of others", frees_a_seat),
    ("a juror", "seat.heavy", "a juror who puts away letters of others", puts_away_a_letter),
    ("Bo", "message.flag", "a flag of which the author hears", tells_who_flagged),
    ("Bo", "care.worry", "worry that pauses", pauses_somebody),
    ("Bo", "message.ask_gently", "a gentle note that folds", folds_alone),
    ("Otter", "preferences.set", "preferences of somebody else", changes_preferences),
    ("Otter", "letter.dismiss", "letters to others, a little later", writes_to),
    ("Otter", "gesture.make", "a gesture that closes the room", closes_at_once),
    ("Otter", "breath.ask", "a breath that sends people away", sends_away),
    ("Dee", "circle.open", "opening a room that takes back words in another", takes_back),
]


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A panel sits."""
    walk = Walk(f"sqlite:///{tmp_path_factory.mktemp('walk') / 'circles.db'}")
    stage = next(name for name, _ in course(walk) if name == "reading")
    assert stage
    walk.stays()
    yield walk
    walk.close()


@pytest.mark.parametrize(("who", "tag", "what", "added"), ADDED, ids=[each[2] for each in ADDED])
def test_a_power_that_is_not_in_the_list_is_found(
    who: str, tag: str, what: str, added: Callable[[Work, Any], None], reading: Walk
) -> None:
    if who == "a juror":
        who = sorted(reading.bench.seats("reading"))[0]
    command = next(iter(reading.commands(tag, who)))

    def handler(work: Work, command: Any) -> None:
        added(work, command)

    handlers: Handlers = {**HANDLERS, type(command): handler}
    tried = reading.tries(who, command, handlers)
    assert tried.refused is None
    assert Judge(reading, who, command).unlisted(tried)


@pytest.mark.parametrize(
    ("who", "tag"),
    [("Bo", "message.take_back"), ("Otter", "circle.keep_open"), ("Dee", "ballot.cast"), ("Ana", "seat.leave")],
)
def test_a_power_in_the_wrong_hands_is_found(who: str, tag: str, reading: Walk) -> None:
    juror = sorted(reading.bench.seats("reading"))[0]
    assert not holds(
        reading,
        who,
        next(iter(reading.commands(tag, juror if "." in tag and "seat" in KINDS[tag].__struct_fields__ else "Ana"))),
    )
