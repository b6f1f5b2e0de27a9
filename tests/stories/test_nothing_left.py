"""What is over leaves nothing: circles that are put away, guests who cannot come back, logs that only grow."""

import asyncio
import datetime
import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlmodel import select

from rooms.models_plans import PlanRow
from server.metrics.figures import text as figures
from server.metrics.take import take
from server.upkeep import Tidy
from tests.disk import nothing_is_left
from tests.guests import Guest, new_key
from tests.house import House, house
from tests.servers import PostgresServer
from tests.stories.test_panels import REVIEWERS, convene, letter, people, seat, those_who_review
from tests.where_words_are import SAID, WORDS, holding

NAME, TOPIC, ABOUT = "Marker Wren", "A marker of a topic", "A marker of a line at the door"
AS_LONG_AS_PEOPLE_STAY = {each for each in WORDS if each.split(".")[0] not in SAID}


async def test_a_circle_that_is_over_and_its_guests_are_gone_from_the_disk(quick: House, tmp_path: Path) -> None:
    ana, bo = await Guest(quick.url, NAME).comes_in(), await Guest(quick.url, "Bo").comes_in()
    circle = await ana.opens(TOPIC, about=ABOUT, agreement="A marker of an agreement", keep_for=0)
    await bo.enters(circle)
    await ana.says("Good night.")
    await bo.says("Good night to you.")
    await ana.asks("circle.close", circle=circle)
    await quick.clock.passes(minutes=10)
    await bo.notices(lambda note: note.get("reset") == "left", "the end")
    await ana.posts("/api/sign-out", {})
    await quick.parts.door.submit(None, Tidy())
    # What tidying removed is scrubbed with the next words that go, at the latest with the next round of seats.
    await quick.parts.clock.keep_seats()
    await nothing_is_left(quick, tmp_path / "data", NAME, TOPIC, ABOUT, "A marker of an agreement")
    assert (await bo.gets("/api/me")).json()["name"] == "Bo", "somebody who is still here was forgotten"
    assert await bo.opens()


async def test_a_log_that_only_grows_is_cut_and_screens_begin_anew(quick: House) -> None:
    ana, bo = await Guest(quick.url, "Ana").comes_in(), await Guest(quick.url, "Bo").comes_in()
    circle = await ana.opens()
    await bo.enters(circle)
    seq = await ana.says("I am glad you are here.")
    await ana.watches(ana.me)
    for _ in range(530):
        await bo.asks("gesture.make", circle=circle, target=seq, gesture="hear_you")
        await bo.asks("gesture.undo", circle=circle, target=seq, gesture="hear_you")
    async with ana.offline():
        await bo.asks("gesture.make", circle=circle, target=seq, gesture="same_here")
    made = await ana.sees(ana.me, lambda e: e.get("gesture") == "same_here", "the gesture")
    assert made["name"] == "Bo"
    again = await Guest.watches(ana, ana.me, epoch=ana.logs[ana.me].epoch, after=5)
    assert again["reason"] == "faded"


@pytest.fixture(params=["sqlite", "postgres_redis"])
async def lasting(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """Flags of people who have just come count, and nobody's session ends before the story does."""
    settings: dict[str, Any] = {"established_hours": 0, "established_minutes": 0}
    settings |= {"guest_hours": 10_000, "session_days": 1_000, "session_idle_days": 1_000}
    if request.param == "postgres_redis":
        settings |= {each: request.getfixturevalue(each) for each in ("database_url", "redis_url")}
    async with house(tmp_path / "data", **settings) as opened:
        yield opened


async def test_words_that_ended_are_in_no_table_no_file_no_log_and_no_redis(
    lasting: House, tmp_path: Path, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    """A marker is said in every place there is for words; then time passes, and it is nowhere."""
    caplog.set_level(logging.DEBUG)
    # Letters that look like no others: also what a name looks like has to be found.
    mark = "".join(secrets.choice("adehkst") for _ in range(24))
    heron, ana, *others = said_by = await people(
        lasting, *(f"{name} {mark}" for name in ("Heron", "Ana", "Bo", "Fern"))
    )
    circle = await everything_is_said(lasting, said_by, mark)
    parts = lasting.parts

    def held() -> set[str]:
        return parts.store.read_now(lambda conn: holding(conn, mark))

    was = held()
    assert was == set(WORDS), f"said nowhere: {set(WORDS) - was}; where no words may be: {was - set(WORDS)}"
    if parts.store.vacuum is not None:
        parts.store.vacuum.every = 0

    await lasting.clock.passes(minutes=10)
    for _ in range(4):
        await lasting.clock.passes(hours=24 * 31)
        await parts.door.submit(None, Tidy())
    assert held() == AS_LONG_AS_PEOPLE_STAY
    plan = parts.store.read_now(lambda conn: conn.execute(select(PlanRow.id)).scalar_one())
    await heron.asks("plan.stop", plan=plan)
    await heron.asks("circle.close", circle=circle)
    await ana.asks("person.forget", sure=True)
    for _ in range(14):  # some minutes more where a round is on
        await lasting.clock.passes(minutes=1)
    for each in (heron, *others):
        await each.leaves_the_page()
        await each.posts("/api/sign-out", {})
    for _ in range(2):
        await lasting.clock.passes(hours=24 * 31)
        await parts.door.submit(None, Tidy())
    assert held() == set()
    await parts.clock.keep_seats()
    await nothing_is_left(lasting, tmp_path / "data", mark)
    assert not files_with(tmp_path, mark)
    assert mark not in caplog.text.lower()
    assert mark not in figures(await take(parts, parts.metrics.lag)).decode().lower()
    if not parts.store.sqlite:
        asked = request.getfixturevalue("redis_server")
        assert mark not in kept_by(asked.url).lower()
        async with asyncio.timeout(30):  # somebody who reads a table just then is not kept waiting
            while in_postgres(request.getfixturevalue("postgres_server"), mark):
                parts.words_gone = True
                await parts.clock.perform()


async def everything_is_said(place: House, said_by: Sequence[Guest], mark: str) -> str:
    """By people who talk, flag, judge and are judged; returns their circle."""
    heron, ana, bo, fern = said_by
    reviewers = await those_who_review(place, *REVIEWERS)
    first = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=40)
    when = {"zone": "Europe/Berlin", "first": str(first), "at": "19:30", "lasts": 60}
    await heron.asks(
        "plan.make", key=new_key(), topic=f"Plan {mark}", about=f"About {mark}", agreement=f"I {mark}.", when=when
    )
    circle = await heron.opens(
        f"Topic {mark}", about=f"About {mark}", agreement=f"I listen {mark}.", keep_for=30 * 86_400_000
    )
    for each in (ana, bo, fern):
        await each.enters(circle)
    await place.clock.passes(hours=20)
    for each in (bo, fern):
        await each.says(f"{each.name} is here.", circle)
    kept = await ana.posts("/api/keep-place", {"sign_in_name": mark, "passphrase": "four or five plain words"})
    assert kept.status == 200
    await ana.asks("preferences.set", preferences={"muted": [mark]})
    await bo.says(f"Yes {mark}", circle, reply_to=await heron.says(f"Offered {mark}.", circle, prompt=True))
    changed = await bo.says(f"Once {mark}.", circle, meet="ideas")
    await bo.asks("message.edit", circle=circle, target=changed, body=f"Now {mark}.")
    await fern.asks("message.ask_gently", circle=circle, target=changed)
    await fern.posts("/api/search", {"words": mark})
    words = await ana.says(f"Nobody wants your {mark}.", circle)
    for each in (bo, fern):
        await each.asks("message.flag", circle=circle, target=words, category="disrespect")
    sitting = await convene(place, reviewers)
    asked = await letter(ana, "reading")
    await ana.asks("side.add", letter=asked["id"], body=f"I was tired, {mark}.")
    for each, content in zip(sitting, (1, 0, 2), strict=True):
        await judges(each, "reading", content, mark)
    await place.clock.passes(seconds=11)
    for each in sitting:
        await each.asks("panel.say", seat=await seat(each, "talk"), body=f"I think {mark}.")
    for each in sitting:
        await each.asks("panel.ready", seat=await seat(each, "talk"))
    for each in sitting:
        await judges(each, "again", 1, mark)
    await place.clock.passes(seconds=11)
    told = await letter(ana, "decided")
    assert mark in str(told["statement"])
    await ana.asks("appeal.make", letter=told["id"], body=f"Please read {mark}.")
    small = await fern.opens(capacity=2)
    await bo.enters(small)
    await ana.asks("door.wait", circle=small, agreement=1, name=f"A {mark}")
    await fern.asks("circle.close", circle=small)
    await bo.asks("carry.give", circle=small, words=f"I carry {mark}.")
    await heron.asks("round.offer", circle=circle, key=new_key(), question=f"What of {mark}?")
    await heron.asks("agreement.propose", circle=circle, version=1, text=f"I speak {mark}.")
    matter = (await ana.gets(f"/api/circles/{circle}/agreement")).json()["matter"]["id"]
    await ana.asks("agreement.object", circle=circle, matter=matter, revision=1, reason=f"No {mark}.")
    return circle


async def judges(guest: Guest, state: str, content: int, mark: str) -> None:
    reason = {"code": "disrespect", "clause": 1, "sentence": f"It mocks {mark}."} if content else {}
    marks = [{"item": 0, "content": content}]
    await guest.asks("ballot.cast", seat=await seat(guest, state), messages=marks, person=0, **reason)


def kept_by(redis_url: str) -> str:
    """Every key of a Redis and what it holds."""
    client = redis.Redis.from_url(redis_url)
    read: dict[Any, Any] = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"stream": client.xrange,
    }
    try:
        return repr([(key, read[client.type(key)](key)) for key in client.scan_iter()])
    finally:
        client.close()


def files_with(folder: Path, mark: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and mark.encode() in path.read_bytes().lower()]


def in_postgres(server: PostgresServer, mark: str) -> list[str]:
    """Files of a database in which a marker stands; its write-ahead log is the operator's and apart."""
    server.run("CHECKPOINT")
    return files_with(server.folder / "data" / "base", mark)
