"""The product made worse in one place each: mistakes that fault runs must find. Applied before the server starts."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text

from rooms import bulk, history, posting
from rooms.work import Announcement
from server import parts
from server.batch import Result, Runner, Waiting
from server.door import Door
from server.feed import Feed, Watch
from server.hub import Hub
from server.redis.line import Line

WINDOW = 0.005
"""Seconds that a commit takes at least where something is told before it, as on a slow disk."""


def answer_before_commit() -> None:
    """Says that it is kept before it is on disk."""

    def tell(door: Door, batch: list[Waiting], results: list[Result], _: list[Announcement]) -> None:
        for each, result in zip(batch, results, strict=True):
            each.answered(result)
            each.answered = lambda _: None

    _before_commit(tell)


def publish_before_commit() -> None:
    """Tells readers of what is not on disk yet."""

    def tell(door: Door, _: list[Waiting], __: list[Result], announcements: list[Announcement]) -> None:
        door.publish(announcements)
        announcements.clear()

    _before_commit(tell)


def max_plus_one() -> None:
    """Takes the number after the highest row, and holds nothing while it does."""
    put(parts, "lock", lambda *_: None)

    def advance(conn: Connection, counts: Mapping[int, int]) -> dict[int, tuple[str, str, int]]:
        highest = {
            log: _one(conn, "SELECT coalesce(max(seq), 0) FROM event WHERE log_id = :log", log) for log in counts
        }
        return {log: _advanced(conn, log, highest[log][0] + counts[log]) for log in sorted(counts)}

    put(bulk, "advance", advance)


def numbers_outside() -> None:
    """Takes numbers in a transaction of their own, as a sequence does: what has the lower one may be kept later."""
    put(parts, "lock", lambda *_: None)

    def advance(conn: Connection, counts: Mapping[int, int]) -> dict[int, tuple[str, str, int]]:
        with _other(conn.engine.url.render_as_string(hide_password=False)).begin() as other:
            return {
                log: _advanced(
                    other, log, _one(other, "SELECT head_seq FROM log WHERE id = :log FOR UPDATE", log)[0] + n
                )
                for log, n in sorted(counts.items())
            }

    put(bulk, "advance", advance)


def read_before_register() -> None:
    """Reads where a log ends, and only then listens to it."""

    async def open_(hub: Hub, address: str) -> Feed | None:
        feed = hub.feeds.get(address)
        if feed is not None and feed.delivered >= 0:
            return feed
        found = await hub.store.read(lambda conn: history.log_head(conn, address))
        if found is None:
            return None
        feed = hub.feeds.get(address)
        if feed is None:
            feed = hub.feeds[address] = Feed(address, hub._missing)
            hub.broker.follow(address)
        feed.log_id, feed.epoch, feed.delivered = found[0], found[1], max(found[2], feed.delivered)
        return feed

    put(Hub, "open", open_)


def swallow_subscribe() -> None:
    """Thinks nothing of Redis confirming a subscription."""
    original = Line._confirmed

    def confirmed(line: Line, partition: int, *, subscribed: bool) -> None:
        if not subscribed:
            original(line, partition, subscribed=False)

    put(Line, "_confirmed", confirmed)


def lookup_outside() -> None:
    """Looks for the key of a post before its transaction, and trusts that."""
    original = posting._known
    seen: dict[int, tuple[Any, dict[Any, Any]]] = {}

    def known(conn: Connection, posts: Sequence[Any]) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        with _other(conn.engine.url.render_as_string(hide_password=False)).connect() as other:
            for each in posts:
                if id(each.command) not in seen:
                    seen[id(each.command)] = each.command, original(other, [each])
                found |= seen[id(each.command)][1]
        return found

    put(posting, "_known", known)


def skip_poll() -> None:
    """Never looks at the heads."""

    async def look(_: Hub) -> None:
        return

    put(Hub, "_look_at_heads", look)


def push_over_gap() -> None:
    """Passes on whatever is newer."""
    original = Feed.arrived

    def arrived(feed: Feed, batch: Iterable[Any]) -> None:
        for each in batch:
            if each.seq > feed.delivered:
                feed.delivered = each.seq - 1
                original(feed, [each])

    put(Feed, "arrived", arrived)


def resume_late() -> None:
    """Begins one event after where a reader was."""
    original = Watch.__init__

    def init(watch: Watch, owner: Any, feed: Feed, *, cursor: int, **more: Any) -> None:
        original(watch, owner, feed, cursor=cursor + (cursor < feed.delivered), **more)

    put(Watch, "__init__", init)


MUTANTS: Mapping[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        answer_before_commit, publish_before_commit, max_plus_one, numbers_outside, read_before_register,
        swallow_subscribe, lookup_outside, skip_poll, push_over_gap, resume_late,
    )
}  # fmt: skip


def apply(name: str) -> None:
    """Nothing where there is no name."""
    if name:
        MUTANTS[name]()


def put(owner: Any, name: str, new: Any) -> None:
    """Put ``new`` in the place of what is there under that name; loud where nothing is."""
    getattr(owner, name)
    setattr(owner, name, new)


def _before_commit(tell: Callable[[Door, list[Waiting], list[Result], list[Announcement]], None]) -> None:
    run, begin = Runner.run, Door._begin
    doors: dict[Runner, tuple[Door, asyncio.AbstractEventLoop]] = {}

    def beginning(door: Door) -> None:
        doors[door.runner] = door, asyncio.get_running_loop()
        begin(door)

    def running(runner: Runner, conn: Connection, batch: list[Waiting], **more: Any) -> Any:
        results, announcements = run(runner, conn, batch, **more)
        door, loop = doors[runner]
        told = list(announcements)
        loop.call_soon_threadsafe(tell, door, batch, results, told)
        time.sleep(WINDOW)
        return results, told

    put(Door, "_begin", beginning)
    put(Runner, "run", running)


@cache
def _other(url: str) -> Engine:
    """Connections that have no part in what the writer does."""
    return create_engine(url)


def _one(conn: Connection, statement: str, log: int) -> Any:
    return conn.execute(text(statement), {"log": log}).one()


def _advanced(conn: Connection, log: int, head: int) -> tuple[str, str, int]:
    changed = "UPDATE log SET head_seq = :head WHERE id = :log RETURNING address, epoch, head_seq"
    return tuple(conn.execute(text(changed), {"log": log, "head": head}).one())
