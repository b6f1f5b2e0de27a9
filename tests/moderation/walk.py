"""A place in which something of everything is going on, for walking every command with every role.

The place goes through stages; at each, any command may be tried by anybody, and is undone again.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

import msgspec
from sqlalchemy import Connection, insert, update
from sqlmodel import col, select

from moderation import reviewing
from moderation.models import CaseMessageRow, FlagRow, LetterRow
from moderation.models_care import CareOffer
from moderation.models_ledger import NonceRow
from moderation.models_panels import HoldRow, SeatRow
from moderation.operating import InviteModerator
from moderation.wire import FlagCommand
from moderation.wire_care import CareCommand, WorryAbout
from moderation.wire_panels import CastBallot, HoldMessage, MessageMark, PanelCommand
from rooms.agreement_state import unpack
from rooms.log import deliver
from rooms.models import Agreement, Circle, EventRow, Invite, Person, RoundRow
from rooms.models_door import Waiter
from rooms.models_plans import PlanRow
from rooms.posting import POSTED
from rooms.units import HOUR, MINUTE
from rooms.wire import MakeGesture, MakeInvite, Preferences
from rooms.wire_schedule import PlanCircle, When
from rooms.work import Refusal, Work
from server import errands
from server.handlers import BATCHES, HANDLERS
from server.protocol import DoorCommand
from server.upkeep import StillHere
from tests.moderation import sight
from tests.moderation.bench_of import REVIEWERS, Bench
from tests.moderation.place import CIRCLE, Place, named

T = TypeVar("T")
NOTHING = "AAAAAAAAAAAAAAAA"
INSIDE = ("Heron", "Ana", "Bo", "Fern", "Otter")
MODERATORS = ("Moss", "Mink")
SOON = 4 * MINUTE
"""After which everything has happened that waits a moment: letters, lots, ballots that can be undone."""
KINDS: Mapping[str, Any] = {each.__struct_config__.tag: each for each in get_args(DoorCommand)}
WAITS = (*get_args(FlagCommand), *get_args(CareCommand), *get_args(PanelCommand))
"""Commands after which something may happen later by itself."""
WEEKLY = When(zone="Europe/Berlin", first="2027-01-20", at="19:30", lasts=60)
Handlers = Mapping[type, Callable[[Work, Any], Any]]


@dataclass
class Tried:
    """What a command did: refused with a code, or what others read differently, at once and soon after."""

    refused: str | None
    changes: list[tuple[sight.Piece, bytes, str]]


class Walk:
    """Ana says what is flagged; Bo and Fern flag; Otter only listens; Heron hosts; Dee waits at the door."""

    def __init__(self, url: str) -> None:
        self.place = place = Place(url)
        self.bench = Bench(place)
        place.people("Ana", "Bo", "Fern", "Otter", age=3 * 24 * HOUR)
        place.person("Dee")
        self.bench.people(*REVIEWERS)
        self.bench.people(*MODERATORS, role="moderator")
        self.everybody = (*INSIDE, "Dee", *REVIEWERS, *MODERATORS)

        def furnish(work: Work) -> None:
            agreement = {"circle_id": CIRCLE, "version": 1, "text": "I listen.\nI am kind.", "agreed_at": work.now}
            work.conn.execute(insert(Agreement).values(**agreement))
            since = work.now - 5 * 24 * HOUR
            # One nonce for all that is tried, so that the lots fall alike.
            nonce = {"id": 1, "nonce": b"n" * 32, "committed_at": since, "usable_from": since}
            work.conn.execute(insert(NonceRow).values(**nonce))
            work.conn.execute(update(Circle).where(col(Circle.id) == CIRCLE).values(listening=True))
            waits = {"circle_id": CIRCLE, "person_id": named("Dee"), "seen_at": work.now + 365 * 24 * HOUR}
            work.conn.execute(insert(Waiter).values(**waits))
            willing = msgspec.json.encode(Preferences(company=True))
            people = Person.__table__  # type: ignore[attr-defined]
            work.conn.execute(
                people.update().where(people.c.id.in_([named("Bo"), named("Fern")])).values(preferences=willing)
            )

        place.run(None, furnish)
        self.said = {name: place.says(name, f"Words of {name}.") for name in INSIDE}
        self.more = place.says("Ana", "More words of Ana.")
        self.does("Otter", MakeInvite(circle=CIRCLE))
        self.does(
            "Heron", PlanCircle(key="plan" + "-" * 18, topic="Early evenings", agreement="I listen.", when=WEEKLY)
        )
        (self.plan,) = [row.id for row in place.rows(PlanRow)]
        self.does("Otter", MakeGesture(circle=CIRCLE, target=self.said["Ana"], gesture="hear_you"))
        self.code = place.run(None, lambda work: reviewing.invite_moderator(work, InviteModerator())).made.code
        self.enough = False
        """All that lacks is one more."""
        self.watchers: tuple[str, ...] = ()
        self._seen: sight.Sight = Counter()
        self._seen_soon: sight.Sight = Counter()

    def close(self) -> None:
        self.place.close()

    def does(self, who: str, command: Any) -> None:
        self.place.does(who, HANDLERS[type(command)], command)

    def stays(self) -> None:
        """Everybody's screen is here; and what everybody reads is noted, as it is and as it will be soon by itself."""
        here = tuple(self.place.seat(name) for name in INSIDE)
        self.place.does(None, HANDLERS[StillHere], StillHere(here))
        read = self.sat()
        idle = [next((each for each in some if each not in read), "Dee") for some in (REVIEWERS, MODERATORS)]
        self.watchers = tuple(sorted({*INSIDE, "Dee", *read, *idle}))
        self._seen = self._undone(lambda conn: self._look(conn, self.place.now))
        self._seen_soon = self._undone(self._look_soon)

    def tries(self, who: str | None, command: Any, handlers: Handlers = HANDLERS) -> Tried:
        """Run a command as the door does, look at what everybody else can read, and undo it all."""
        person = None if who is None else named(who)

        def attempt(conn: Connection) -> Tried:
            work = self._work(conn, person)
            try:
                if (batch := BATCHES.get(type(command))) is not None and type(command) not in handlers:
                    (answered,) = batch([(work, command)])
                    if isinstance(answered, Refusal):
                        raise answered
                else:
                    handlers[type(command)](work, command)
                work.finish()
            except Refusal as refusal:
                work.abandon()
                return Tried(refusal.code, [])
            deliver([work])
            if type(command) in WAITS:
                # Logs keep what comes and goes meanwhile, so one look is enough.
                changed = sight.changes(self._seen_soon, self._look_soon(conn))
            else:
                changed = sight.changes(self._seen, self._look(conn, self.place.now))
            return Tried(None, [each for each in changed if each[0].who != person])

        return self._undone(attempt)

    def _look_soon(self, conn: Connection) -> sight.Sight:
        now = self.place.now + SOON
        for _ in range(3):
            works = []
            for command in errands.waiting(conn, now, self.place.limits):
                work = self._work(conn, None, now)
                HANDLERS[type(command)](work, command)
                work.finish()
                works.append(work)
            deliver(works)
        return self._look(conn, now)

    def _look(self, conn: Connection, now: int) -> sight.Sight:
        """People who sit nowhere are alike, so one of them is enough."""
        return sight.look(conn, [named(each) for each in self.watchers], now, self.place.limits)

    def _work(self, conn: Connection, person: str | None, now: int | None = None) -> Work:
        pick = random.Random(7).randrange
        return Work(conn, who=person, now=now or self.place.now, limits=self.place.limits, pick=pick)

    def _undone(self, look: Callable[[Connection], T]) -> T:
        found: list[T] = []

        class Undo(Exception):
            pass

        def act(conn: Connection) -> None:
            found.append(look(conn))
            raise Undo

        with contextlib.suppress(Undo):
            self.place.store.write_now(act)
        return found[0]

    @property
    def round(self) -> str:
        """The round that is on in the circle, or was the last."""
        return next((row.id for row in self.place.rows(RoundRow)), NOTHING)

    # --- what there is to ask for

    def commands(self, tag: str, who: str | None) -> Iterator[Any]:
        """Commands of a kind worth trying: about one's own things, and about those of others."""
        kind = KINDS[tag]
        needed = [each.name for each in msgspec.structs.fields(kind) if each.required]
        variants: list[dict[str, Any]] = [{}]
        for name in needed:
            variants = [{**each, name: value} for each in variants for value in self._values(tag, name, who)]
        for each in variants:
            if kind is HoldMessage:
                yield kind(**each, mine=True)
            if kind is WorryAbout:
                yield kind(**each, target=self.said["Otter"])
                yield kind(**each, participant=self.place.seat("Otter"))
                continue
            if kind is CastBallot:
                for level in (0, 2):
                    yield self._ballot(each["seat"], level)
                continue
            yield kind(**each)

    def _ballot(self, seat: str, level: int) -> CastBallot:
        words = {"code": "disrespect", "clause": 1, "sentence": "It mocks somebody."} if level else {}
        marks = (MessageMark(item=0, content=level),)
        return CastBallot(seat=seat, messages=marks, person=3 if level else 0, **words)  # type: ignore[arg-type]

    def _values(self, tag: str, name: str, who: str | None) -> list[Any]:
        match name:
            case "circle":
                return [CIRCLE]
            case "target":
                if tag in ("message.edit", "message.take_back") and not self.place.rows(CaseMessageRow):
                    return sorted({self.said["Ana"], self.said.get(who or "Otter", self.said["Otter"])})
                return [self.said["Ana"]]
            case "participant":
                return [self.place.seat("Otter")]
            case "seat":
                return self._own_and_foreign(SeatRow, SeatRow.person_id, who)
            case "letter":
                return self._own_and_foreign(LetterRow, LetterRow.person_id, who)
            case "offer":
                return self._own_and_foreign(CareOffer, CareOffer.person_id, who, CareOffer.offer)
            case "round":
                return [self.round, NOTHING]
            case "turn":
                return [1, 2]
            case "invite":
                return [*self.place.read(lambda conn: list(conn.execute(select(Invite.id)).scalars())), NOTHING]
            case "agreement" if tag in ("circle.open", "plan.make"):
                return ["I listen."]
            case "code":
                return [self.code]
            case "plan":
                return [self.plan]
            case "of":
                return [self.plan, "mine"]
            case "matter":
                (kept,) = self.place.read(
                    lambda conn: conn.execute(select(col(Circle.matter)).where(Circle.id == CIRCLE))
                ).one()
                return [NOTHING if (matter := unpack(kept)) is None else matter.id]
            case "key":
                return [f"{tag.replace('.', '_'):-<22}"]
            case "yes" | "sure":
                return [True]
            case "flags":
                return [(0,)]
            case _:
                return [_OTHERS[name]]

    def _own_and_foreign(self, table: Any, owner: Any, who: str | None, key: Any = None) -> list[str]:
        """All of one's own, and one of somebody else."""
        rows = self.place.read(
            lambda conn: conn.execute(select(key if key is not None else table.id, owner).order_by(key or table.id))
        )
        me = None if who is None else named(who)
        found = list(rows)
        own = [each for each, person in found if person == me]
        foreign = [each for each, person in found if person != me]
        return own + foreign[-1:] or [NOTHING]

    # --- who is who

    def sat(self) -> set[str]:
        """Who sits, is asked to, or sat until it was decided."""
        rows = self.place.rows(SeatRow)
        return {row.person_id.rstrip("-") for row in rows if row.state != "gone"}

    def parties(self, seq: int) -> set[str]:
        """Who flagged, held or co-signed this message, as it stands."""
        query = (
            select(FlagRow.person_id)
            .join(CaseMessageRow, col(CaseMessageRow.id) == col(FlagRow.case_message_id))
            .where(CaseMessageRow.seq == seq, ~col(FlagRow.withdrawn))
        )
        held = select(HoldRow.person_id).where(HoldRow.seq == seq)
        return set(self.place.read(lambda conn: [*conn.execute(query).scalars(), *conn.execute(held).scalars()]))

    def sender(self, seq: int) -> str | None:
        """Whose message that is: a participant's id."""
        found = select(EventRow.sender).where(EventRow.seq == seq, EventRow.kind == POSTED)
        sender: str | None = self.place.read(lambda conn: conn.execute(found).scalar())
        return sender


_OTHERS: Mapping[str, Any] = {
    "body": "Other words.",
    "gesture": "hear_you",
    "category": "threat",
    "agreement": 1,
    "seq": 3,
    "preferences": Preferences(calm=True, gentle_notes=False),
    "topic": "Another room",
    "pace": "gentle",
    "version": 1,
    "revision": 1,
    "text": "I listen.\nI rest.",
    "reason": "It leaves somebody out.",
    "words": "A quiet evening.",
    "messages": (),
    "when": WEEKLY,
    "day": "2027-01-20",
    "to": "2027-01-21",
    "at": "20:00",
}
"""Good values of fields; one that is not known fails the test, so that each new command is looked at here."""
