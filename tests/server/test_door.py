"""The door: many commands, one commit, and none of them at the others' cost."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from rooms.limits import Limits
from rooms.log import append, new_log, tell
from rooms.models import Table
from rooms.wire_events import CircleOpened, SessionEnded
from rooms.work import Announcement, Answered, Refusal, Work
from server.door import Actor, Door
from server.store import Store

PATIENCE = 30
"""Seconds after which something that should have happened did not."""


@dataclass(frozen=True)
class Say:
    log: int
    fails: str = ""


@dataclass(frozen=True)
class SayTogether:
    log: int
    fails: str = ""


def say(work: Work, command: Say | SayTogether) -> Answered:
    told = append(work, command.log, CircleOpened(at=work.now))
    if command.fails == "refusal":
        raise Refusal("test.refused")
    if command.fails == "bug":
        raise RuntimeError("what somebody wrote")
    if command.fails == "data":
        work.conn.execute(text("INSERT INTO log (id, address) VALUES (1, NULL)"))
    return Answered(seq=told.seq)


def say_together(asked: Sequence[tuple[Work, SayTogether]]) -> list[Answered | Refusal]:
    """As a batch must: a refusal is judged before anything is written, and answered in its place."""
    return [Refusal("test.refused") if command.fails == "refusal" else say(work, command) for work, command in asked]


@dataclass(frozen=True)
class EndSession:
    log: int
    session: str


class Place:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.published: list[Announcement] = []
        self.ended: set[str] = set()
        self.commits_seen: list[int] = []
        self.door = Door(
            store,
            {Say: say, EndSession: self.end_session},
            {SayTogether: say_together},
            limits=Limits(),
            guard=lambda _conn, sessions, _now: frozenset(sessions) - self.ended,
            publish=self.publish,
        )
        self.log = store.write_now(self.make_log)

    def make_log(self, conn: Connection) -> int:
        Table.metadata.create_all(conn)
        work = Work(conn, who=None, now=1, limits=Limits(), pick=lambda _: 0)
        return new_log(work, "circle/AAAAAAAAAAAAAAAA")

    def end_session(self, work: Work, command: EndSession) -> Answered:
        self.ended.add(command.session)
        tell(work, command.log, SessionEnded())
        return Answered()

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """What is announced must be readable by others by then."""
        head = self.store.read_now(lambda conn: conn.execute(text("SELECT head_seq FROM log")).scalar_one())
        assert all(each.seq <= head for each in announcements)
        self.commits_seen.append(len(announcements))
        self.published += announcements


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    place = Place(Store(f"sqlite:///{tmp_path / 'door.db'}"))
    yield place
    await place.door.close()
    place.store.close()


async def test_a_burst_is_one_or_two_commits_and_gapless(place: Place) -> None:
    answers = await asyncio.gather(*(place.door.submit(None, Say(place.log)) for _ in range(100)))
    assert [answer.seq for answer in answers] == list(range(1, 101))
    assert [each.seq for each in place.published] == list(range(1, 101))
    assert len(place.commits_seen) <= 2


@pytest.mark.parametrize("kind", [Say, SayTogether])
@pytest.mark.parametrize("fails", ["refusal", "bug", "data"])
async def test_one_that_fails_leaves_no_trace_and_harms_nobody(
    place: Place, kind: type[Say], fails: str, caplog: pytest.LogCaptureFixture
) -> None:
    before, bad, after = (kind(place.log), kind(place.log, fails), kind(place.log))
    results = await asyncio.gather(
        *(place.door.submit(None, each) for each in (before, bad, after)), return_exceptions=True
    )
    assert [getattr(each, "seq", None) for each in results] == [1, None, 2]
    assert isinstance(results[1], Refusal)
    assert results[1].code == ("test.refused" if fails == "refusal" else "internal")
    assert [each.seq for each in place.published] == [1, 2]
    assert "what somebody wrote" not in caplog.messages


@pytest.mark.parametrize("kind", [Say, SayTogether])
async def test_a_session_that_ends_in_a_batch_does_nothing_more_in_it(place: Place, kind: type[Say]) -> None:
    leaving, other = Actor("p", "leaving"), Actor("p", "other")
    asked = [
        (leaving, kind(place.log)),
        (other, EndSession(place.log, "leaving")),
        (leaving, kind(place.log)),
        (other, kind(place.log)),
        (leaving, kind(place.log)),
    ]
    results = await asyncio.gather(*(place.door.submit(*each) for each in asked), return_exceptions=True)
    said = [each.code if isinstance(each, Refusal) else getattr(each, "seq", None) for each in results]
    assert said == [1, None, "session.ended", 2, "session.ended"]
    assert [each.seq for each in place.published] == [1, 2, 3]
    assert isinstance(place.published[-1].event, SessionEnded), "people are told last"
    assert len(place.commits_seen) == 1, "they were one batch"


async def test_news_that_cannot_be_told_cost_nobody_their_answer(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_announcements: Sequence[Announcement]) -> None:
        raise RuntimeError("what somebody wrote")

    with monkeypatch.context() as broken:
        broken.setattr(place.door, "publish", breaks)
        answer = await asyncio.wait_for(place.door.submit(None, Say(place.log)), 10)
    assert answer.seq == 1
    assert (await asyncio.wait_for(place.door.submit(None, Say(place.log)), 10)).seq == 2


async def test_the_next_commit_runs_beside_the_telling_of_the_last(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, second, told = Store.write_now, threading.Event(), []
    begun: list[int] = []

    def write_now(store: Store, work: object) -> object:
        begun.append(1)
        if len(begun) == 1:
            arrived.wait(PATIENCE)
        else:
            second.set()
        return real(store, work)  # type: ignore[arg-type]

    def publish(announcements: Sequence[Announcement]) -> None:
        place.published += announcements
        told.append(second.wait(PATIENCE))

    arrived = threading.Event()
    monkeypatch.setattr(Store, "write_now", write_now)
    monkeypatch.setattr(place.door, "publish", publish)
    first = place.door.submit(None, Say(place.log))
    while not begun:  # noqa: ASYNC110 - the writer's thread tells nobody here
        await asyncio.sleep(0)
    later = [place.door.submit(None, Say(place.log)) for _ in range(3)]
    arrived.set()
    assert [answer.seq for answer in await asyncio.gather(first, *later)] == [1, 2, 3, 4]
    assert told == [True, True]
    assert [each.seq for each in place.published] == [1, 2, 3, 4]
    assert len(begun) == 2


async def test_nothing_of_an_ended_session_is_done(place: Place) -> None:
    place.ended.add("old")
    old, good = Actor("p", "old"), Actor("p", "new")
    results = await asyncio.gather(
        place.door.submit(old, Say(place.log)), place.door.submit(good, Say(place.log)), return_exceptions=True
    )
    assert isinstance(results[0], Refusal)
    assert results[0].code == "session.ended"
    assert place.published[0].seq == 1
    assert len(place.published) == 1


async def test_what_was_accepted_before_closing_is_done_and_nothing_after(place: Place) -> None:
    accepted = place.door.submit(None, Say(place.log))
    await place.door.close()
    assert (await accepted).seq == 1
    with pytest.raises(Refusal, match="server.closing"):
        await place.door.submit(None, Say(place.log))


async def test_a_lock_that_takes_long_is_tried_again_and_then_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy(Exception):
        sqlite_errorname = "SQLITE_BUSY"

    tries: list[int] = []
    real = Store.write_now

    def busy_twice(store: Store, work: object) -> object:
        tries.append(1)
        if len(tries) <= 2:
            raise OperationalError("", {}, Busy())
        return real(store, work)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "write_now", busy_twice)
    assert (await place.door.submit(None, Say(place.log))).seq == 1
    assert len(tries) == 3
    assert [each.seq for each in place.published] == [1]
