"""The hot path: posts, as many at once as one commit holds, in five statements."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import col

from rooms import bulk, rounds, rules, space, waiting
from rooms.bulk import Seat, Stored
from rooms.log import kept
from rooms.models import Circle, EventRow
from rooms.space import Space
from rooms.text import body as clean_body
from rooms.wire import PostMessage
from rooms.wire_messages import MessagePosted
from rooms.work import Announcement, Answered, Refusal, Work

POSTED = str(MessagePosted.__struct_config__.tag)
_said = select(col(EventRow.kind)).where(
    col(EventRow.log_id) == bindparam("log"), col(EventRow.seq) == bindparam("target")
)
_packed = msgspec.msgpack.Encoder().encode
_fades = update(Circle).where(col(Circle.id) == bindparam("circle"))


@dataclass(slots=True)
class Post:
    """One post on its way: what was asked, what is known of its writer's seat, and what became of it."""

    work: Work
    command: PostMessage
    body: str = ""
    print: bytes = b""
    seat: Seat = None  # type: ignore[assignment]  # known of every post that is not refused
    seq: int = 0
    epoch: str = ""
    result: Answered | Refusal | None = None

    @property
    def stored(self) -> Stored:
        """What another post under the same key finds."""
        return Stored(self.seat.id, self.command.key, self.seq, self.print, self.epoch)


def post(work: Work, command: PostMessage) -> Answered:
    """One post; raises its refusal."""
    (result,) = post_all([(work, command)])
    if isinstance(result, Refusal):
        raise result
    return result


def post_all(asked: Sequence[tuple[Work, PostMessage]]) -> list[Answered | Refusal]:
    """Store posts in the order asked; each is answered or refused by itself.

    The same sender, key and content again is answered as it was the first time, within one batch too; with other
    content it is ``key.reused``. All works share one connection. Nothing is written for what is refused.
    """
    conn = asked[0][0].conn
    posts = [Post(work, command) for work, command in asked]
    _judge(conn, posts)
    fresh = [each for each in posts if each.result is None]
    first: dict[tuple[str, str], Post] = {}
    for each in fresh:
        first.setdefault((each.seat.id, each.command.key), each)
    _store(conn, list(first.values()))
    for each in first.values():
        if each.seat.piece_with == each.seat.id:
            rounds.shared(each.work, each.seat.circle, each.seat.id)
    for each in fresh:
        original = first[each.seat.id, each.command.key]
        each.result = _done(each) if original is each else again(each, original.stored)
    return [each.result for each in posts if each.result is not None]


def fingerprint(command: PostMessage, body: str) -> bytes:
    """Keyed by the message's own random key, so that it says nothing about the words once the key is gone."""
    said = (command.circle, body, command.reply_to, command.meet, command.prompt)
    return blake2b(_packed(said), key=command.key.encode(), digest_size=16).digest()


def _judge(conn: Connection, posts: Sequence[Post]) -> None:
    """Answer what was stored before and refuse what may not be; leave the rest without a result."""
    seats = bulk.seats(conn, {(each.command.circle, each.work.person) for each in posts})
    going = []
    for each in posts:
        command = each.command
        try:
            each.body = clean_body(command.body, each.work.limits)
            seat = seats.get((command.circle, each.work.person))
            if seat is None:
                raise Refusal("circle.not_found")
        except Refusal as refusal:
            each.result = refusal
            continue
        each.seat = seat
        each.print = fingerprint(command, each.body)
        going.append(each)
    known = _known(conn, going)
    pace = Pace(conn, going)
    for each in going:
        before = known.get((each.seat.id, each.command.key))
        try:
            if before is not None:
                each.result = again(each, before)
                continue
            rules.may_talk(each.seat.state)
            rules.may_post(each.seat.paused_until, now=each.work.now)
            _refuse_reply_to_nothing(conn, each)
            _refuse_out_of_turn(each)
            pace.let(each)
        except Refusal as refusal:
            each.result = refusal


class Pace:
    """Lets posts of a batch go, or wait: asks the database only where some circle is held out of the usual."""

    def __init__(self, conn: Connection, posts: Sequence[Post]) -> None:
        self._held: dict[int, Space] = {}
        for each in posts:
            kept = each.seat.space
            if kept is not None and each.seat.log_id not in self._held:
                self._held[each.seat.log_id] = space.load(kept)
        self._said: dict[int, dict[str, int]] = {log_id: {} for log_id in self._held}
        self._going: dict[str, str] = {}
        if self._held:
            limits, now = posts[0].work.limits, posts[0].work.now
            since = now - max(limits.breath_between, limits.gentle_between, 2 * limits.one_between)
            spaced = [log_id for log_id, held in sorted(self._held.items()) if waiting.is_spaced(held, now)]
            for log_id, sender, at in bulk.said_since(conn, [(log_id, since) for log_id in spaced]):
                self._said[log_id][sender] = at

    def let(self, each: Post) -> None:
        """Raises ``circle.waiting``. The same key twice in one batch is one message."""
        sender, now = each.seat.id, each.work.now
        held = self._held.get(each.seat.log_id)
        if held is None or self._going.get(sender) == each.command.key:
            return
        said = self._said[each.seat.log_id]
        own = said.get(sender)
        if own is not None and held.breath_from is not None and own < held.breath_from and held.pace != "gentle":
            own = None  # the first words of a breath go at once
        others = max((at for who, at in said.items() if who != sender), default=None)
        wait = waiting.held(held, own=own, others=others, limits=each.work.limits, now=now)
        if wait is not None:
            raise waiting.refusal(wait, now)
        said[sender], self._going[sender] = now, each.command.key


def _refuse_out_of_turn(each: Post) -> None:
    seat = each.seat
    refusal = waiting.piece(holder=seat.piece_with, round_=seat.round_id or "", who=seat.id)
    if refusal is not None:
        raise refusal


def _known(conn: Connection, posts: Sequence[Post]) -> dict[tuple[str, str], Stored]:
    return bulk.stored(conn, {(each.seat.id, each.command.key) for each in posts})


def _refuse_reply_to_nothing(conn: Connection, each: Post) -> None:
    target = each.command.reply_to
    if target is None:
        return
    kind = conn.execute(_said, {"log": each.seat.log_id, "target": target}).scalar_one_or_none()
    if target < each.seat.from_seq or kind != POSTED:
        raise Refusal("message.not_found")


def _store(conn: Connection, posts: Sequence[Post]) -> None:
    """Give each its place, write all of them, and announce each to its own work."""
    rows = []
    fading: dict[int, Post] = {}
    for each, log_id, address, epoch, seq in bulk.numbered(conn, ((each.seat.log_id, each) for each in posts)):
        each.seq, each.epoch = seq, epoch
        event = MessagePosted(
            by=each.seat.id,
            name=each.seat.name,
            at=each.work.now,
            body=each.body,
            key=each.command.key,
            reply_to=each.command.reply_to,
            meet=each.command.meet,
            prompt=each.command.prompt,
            share=each.seat.piece_with == each.seat.id,
        )
        each.work.announce(Announcement(address, epoch, seq, event))
        rows.append(_row(each, event))
        if each.seat.fades_at is None and each.seat.keep_for > 0:
            fading.setdefault(log_id, each)
    for each in fading.values():
        conn.execute(_fades.values(fades_at=each.work.now + each.seat.keep_for), {"circle": each.seat.circle})
    if rows:
        bulk.insert(conn, rows)


def _row(each: Post, event: MessagePosted) -> tuple[Any, ...]:
    """The columns that `bulk.insert` writes."""
    held = kept(msgspec.structs.replace(event, name="", body=None))
    seat, key = each.seat, each.command.key
    return seat.log_id, each.seq, held["kind"], each.work.now, seat.id, key, each.print, each.body, held["data"]


def _done(each: Post) -> Answered:
    return Answered(circle=each.command.circle, epoch=each.epoch, seq=each.seq)


def again(each: Post, before: Stored) -> Answered | Refusal:
    """The first answer once more, or ``key.reused``. Words that were taken back stay taken back."""
    if before.print is not None and not hmac.compare_digest(before.print, each.print):
        return Refusal("key.reused")
    return Answered(circle=each.command.circle, epoch=before.epoch, seq=before.seq, dup=True)
