"""What people say, and what they are called, stays out of logs, reprs, error texts, health and the keys of Redis.

A story is told in marked words, with the most talkative log level and every kind of error that can be provoked.
"""

import asyncio
import contextlib
import datetime
import io
import logging
import re
import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import server.schema as _everything_on_the_wire  # noqa: F401 - so that all of its types are known below
from rooms.models import Table
from rooms.wire import MakeGesture, PostMessage
from rooms.work import Announcement, Answered, Refusal
from server.logs import set_up
from server.redis.parcels import CHANNEL
from tests.guests import Guest, Refused, new_key
from tests.house import House, house
from tests.http import ask
from tests.server.bystander import calling, commands

PASSPHRASE = "marked passphrase of five words"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged from now on, at level debug, in the server's own format."""
    output = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: each.level for name, each in root.manager.loggerDict.items() if isinstance(each, logging.Logger)}
    monkeypatch.setattr(sys, "stderr", output)
    set_up("debug")
    yield output
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture(params=["sqlite", "postgres_redis"])
async def place(request: pytest.FixtureRequest, tmp_path: Path, logged: io.StringIO) -> AsyncIterator[House]:
    settings: dict[str, Any] = {}
    if request.param == "postgres_redis":
        settings["database_url"] = request.getfixturevalue("database_url")
        settings["redis_url"] = request.getfixturevalue("redis_url")
    async with house(tmp_path / "data", log_level="debug", **settings) as opened:
        yield opened


WORDLESS = frozenset(
    "Hello HelloFrame RefusedFrame ResetFrame HereDiff HereFrame WritingFrame HeadsFrame Bye ByeFrame Whisper Parcel"
    " PerformDue TendCase TendRound DrawLots StillHere ScreensMoved HostGone DropPushPlaces _Exceptions Tidy"
    " HelpLine _File Envelope".split()
)
"""Structs that hold numbers, ids and what the operator has written, and may show them."""


class Marks:
    """Words that can be found again, in the forms in which a log may hold them."""

    def __init__(self) -> None:
        self.word = f"marked{secrets.token_hex(8)}"

    def found_in(self, output: str) -> list[str]:
        wanted = re.compile(rf"{self.word}|{self.word.upper()}|marked passphrase|\\u006darked", re.IGNORECASE)
        return [line[:300] for line in output.splitlines() if wanted.search(line)]


async def story(place: House, marks: Marks) -> tuple[Guest, Guest, str]:
    """Everything people can say, said in marked words."""
    word = marks.word
    ana, bo = await Guest(place.url, f"Ana {word}").comes_in(), await Guest(place.url, f"Bo {word}").comes_in()
    kept = await ana.posts("/api/keep-place", {"sign_in_name": word, "passphrase": PASSPHRASE})
    assert kept.status == 200
    circle = await ana.opens(f"T {word}", about=f"About {word}", agreement=f"I {word}.", entry="invited")
    invite = await ana.asks("invite.make", circle=circle)
    await bo.posts("/api/invites/look", {"invite": invite["token"]})
    await bo.enters(circle, invite=invite["code"], name=f"B {word}")
    await ana.watches(ana.me)
    seq = await ana.says(f"Hello {word}.")
    await bo.hears(f"Hello {word}.")
    await bo.says(f"Yes {word}.", reply_to=seq)
    await bo.asks("gesture.make", circle=circle, target=seq, gesture="hear_you")
    await bo.asks("writing.tell", circle=circle)
    await ana.asks("message.edit", circle=circle, target=seq, body=f"Hello again {word}.")
    await bo.asks("message.flag", circle=circle, target=seq, category="pressure")
    await ana.asks("preferences.set", preferences={"muted": [word]})
    await bo.asks("round.offer", circle=circle, key=new_key(), question=f"What {word}?")
    await bo.asks("history.page", circle=circle, before=2**40)
    assert (await bo.gets(f"/api/circles/{circle}/events?after=0")).status == 200
    assert (await bo.posts("/api/search", {"words": word})).json()["found"]
    await ana.says(f"Offered {word}.", meet="ideas", prompt=True)
    soon = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)
    when = {"zone": "Europe/Berlin", "first": str(soon), "at": "19:30", "lasts": 60}
    plan = {"topic": f"P {word}", "about": f"About {word}", "agreement": f"I {word}.", "key": new_key(), "when": when}
    await ana.asks("plan.make", **plan)
    small = await ana.opens(capacity=2, listening=True)
    await bo.enters(small)
    fern = await Guest(place.url, f"Fern {word}").comes_in()
    await fern.asks("door.wait", circle=small, agreement=1, name=f"F {word}")
    await fern.leaves_the_page()
    return ana, bo, circle


async def refused(place: House, ana: Guest, circle: str, marks: Marks) -> None:
    """Marked words in every kind of request that is refused."""
    word = marks.word
    sent = [
        word,
        f'{{"{word}":1}}',
        f'{{"ref":1,"do":"{word}"}}',
        f'{{"ref":1,"do":"message.post","circle":"{circle}","key":"{word}!","body":"{word}"}}',
        f'{{"ref":1,"do":"message.post","circle":"{circle}","key":"{new_key()}","body":"{word}","{word}":"{word}"}}',
        f'{{"ref":1,"do":"message.post","circle":"{circle}","key":"{new_key()}","body":"{word}\\ud800"}}',
        f'{{"ref":1,"do":"message.post","circle":"{circle}","key":"{new_key()}","body":"{word}\\u0000"}}',
        f'{{"ref":1,"do":"message.post","circle":"{circle}","key":"{new_key()}","body":"{word * 200}"}}',
        f'{{"ref":1,"do":"message.post","body":"{word}","circle":{"[" * 20_000}',
    ]
    for message in sent:
        async with calling(ana) as caller:
            await caller.asks(message)
        assert (await commands(ana, message)).status in (400, 422)
    for words in ({"words": word * 99}, {"words": f"{word}\0"}, {"words": word, "circle": "A" * 16}):
        assert (await ana.posts("/api/search", words)).status in (404, 422)
    failing: dict[str, dict[str, Any]] = {
        "round.offer": {"question": word * 99, "key": new_key()},
        "plan.make": {
            "topic": word,
            "agreement": word,
            "key": new_key(),
            "when": {"zone": word, "first": word[:10], "at": "19:30", "lasts": 60},
        },
        "message.edit": {"target": 2**40, "body": word},
        "circle.open": {"topic": word * 9, "agreement": word, "key": new_key()},
        "preferences.set": {"preferences": {"muted": [word * 9]}},
        "circle.enter": {"circle": "A" * 16, "agreement": 1, "invite": word},
    }
    for do, more in failing.items():
        with pytest.raises(Refused):
            await ana.asks(do, **({"circle": circle} if do.startswith(("message", "round")) else {}), **more)
    stranger = Guest(place.url, "Fern")
    for path, body in {
        "/api/come-in": {"name": f"\u202e{word}"},
        "/api/sign-in": {"sign_in_name": word, "passphrase": f"{PASSPHRASE} not quite"},
        "/api/recover": {"sign_in_name": word, "recovery_words": word, "new_passphrase": f"{PASSPHRASE} anew"},
        "/api/invites/look": {"invite": word},
        "/api/search": {"words": word, "circle": word},
        f"/api/{word}": {word: word},
    }.items():
        assert (await stranger.posts(path, body)).status >= 400
    headers = {"Origin": place.url, "Cookie": f"sid={word}", "User-Agent": word, "Referer": f"{place.url}/{word}"}
    for path in (f"/{word}", f"/api/circles/{word}/events?after={word}", f"/help?{word}", f"//{word}", f"/%00{word}"):
        await ask("GET", place.url + path, headers=headers)
    await ask("POST", f"{place.url}/api/commands", body=word.encode(), headers={**headers, "Content-Type": word})
    await ask("POST", f"{place.url}/api/commands", body=word.encode(), headers={"Origin": f"https://{word}"})


async def bugs(place: House, ana: Guest, circle: str, marks: Marks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of ours whose text holds what somebody said: at the door, in a reader, in the asking, in a task."""
    parts, word = place.parts, marks.word

    def breaks(*_: Any, **__: Any) -> Any:
        raise ValueError(f"cannot do {word}", {"body": word})

    with monkeypatch.context() as broken:
        broken.setattr(parts.door.runner, "handlers", {**parts.door.runner.handlers, MakeGesture: breaks})
        with pytest.raises(Refused, match="internal"):
            await ana.asks("gesture.make", circle=circle, target=1, gesture="hear_you")
        answer = await commands(ana, f'{{"do":"gesture.make","circle":"{circle}","target":1,"gesture":"hear_you"}}')
        assert (answer.status, answer.json()["code"]) == (500, "internal")
    with monkeypatch.context() as broken:
        broken.setattr("server.reading.page", breaks)
        broken.setattr("server.reading.since", breaks)
        with pytest.raises(Refused, match="internal"):
            await ana.asks("history.page", circle=circle, before=5)
        answer = await ana.gets(f"/api/circles/{circle}/events")
        assert (answer.status, answer.json()["code"]) == (500, "internal")
        assert word.encode() not in answer.body
        broken.setattr("rooms.search.look", breaks)
        answer = await ana.posts("/api/search", {"words": word})
        assert (answer.status, answer.json()["code"]) == (500, "internal")
        assert word.encode() not in answer.body
    with monkeypatch.context() as broken:
        broken.setattr("server.asking.Asking._tell_writing", breaks)
        with pytest.raises(Refused, match="internal"):
            await ana.asks("writing.tell", circle=circle)

    async def fails() -> None:
        breaks()

    task = parts.spawn(fails())
    await asyncio.wait([task])
    del task
    asyncio.get_running_loop().call_exception_handler(
        {"message": "callback failed", "exception": ValueError(word), "future": word}
    )
    assert ana.closed_with is None, "no fault of ours costs somebody their socket"


async def database_errors(place: House, ana: Guest, circle: str, marks: Marks) -> None:
    """The database refuses, and its own text holds the words."""
    write = place.parts.store.write
    word = marks.word
    if place.parts.store.sqlite:
        await write(lambda conn: conn.execute(text(
            f"create trigger refuses before insert on gesture begin select raise(abort, '{word}'); end")))  # fmt: skip
    else:
        await write(
            lambda conn: conn.execute(
                text(f"alter table gesture add constraint {word} check (gesture <> 'hear_you') not valid")
            )
        )
    with pytest.raises(Refused):
        await ana.asks("gesture.make", circle=circle, target=await first_of_bo(ana, circle), gesture="hear_you")
    await write(lambda conn: conn.execute(text("alter table aside rename to aside_away")))
    for do, more in (("history.page", {"before": 5}), ("log.watch", {})):
        asked = {"circle": circle, **more} if do == "history.page" else {"on": f"circle/{circle}"}
        with contextlib.suppress(Refused):
            await ana.asks(do, **asked)
    await write(lambda conn: conn.execute(text("alter table aside_away rename to aside")))


async def first_of_bo(ana: Guest, circle: str) -> int:
    events = ana.logs[f"circle/{circle}"].events
    mine = next(event["by"] for event in events.values() if str(event.get("body", "")).startswith("Hello"))
    return next(seq for seq, event in events.items() if event["kind"] == "message.posted" and event["by"] != mine)


async def test_nothing_that_is_said_is_logged(
    place: House, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = Marks()
    ana, bo, circle = await story(place, marks)
    await refused(place, ana, circle, marks)
    await bugs(place, ana, circle, marks, monkeypatch)
    await database_errors(place, ana, circle, marks)
    for path in ("/health/live", "/health/ready", "/api/me", "/api/names"):
        answer = await ask("GET", place.url + path)
        assert marks.word.encode() not in answer.body, path
    await ana.asks("person.forget", sure=True)
    await place.parts.clock.perform()
    for each in (ana, bo):
        await each.leaves_the_page()
    output = logged.getvalue()
    assert output.count("ValueError") >= 5, "the errors that were provoked are in the log, by their kind"
    assert '"bug"' in output
    assert not marks.found_in(output)


async def test_redis_has_no_words_in_its_keys(
    tmp_path: Path, database_url: str, redis_url: str, logged: io.StringIO
) -> None:
    """Frames pass through it and are kept nowhere: a message's words are in what is published and in nothing else."""
    marks = Marks()
    port = int(redis_url.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"MONITOR\r\n")
    assert await reader.readline() == b"+OK\r\n"
    async with house(tmp_path / "data", database_url=database_url, redis_url=redis_url) as opened:
        ana, bo, _circle = await story(opened, marks)
        for each in (ana, bo):
            await each.leaves_the_page()
    writer.write(b"QUIT\r\n")
    asked = (await reader.read()).decode().splitlines()
    writer.close()
    published = 0
    for line in asked:
        words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
        if words and words[0].upper() in ("PUBLISH", "SPUBLISH"):
            published += marks.word in words[2]
            assert words[1].startswith(CHANNEL)
            words = words[:2]
        assert not marks.found_in(" ".join(words)), line
    assert published, "what was said was seen on its way to other processes"


async def test_rows_commands_events_and_refusals_do_not_show_what_they_hold(tmp_path: Path) -> None:
    marks = Marks()
    shown: list[object] = []
    async with house(tmp_path / "data") as opened:
        ana, bo, _ = await story(opened, marks)
        # The database's own errors, and what they are raised from.
        for statement in (f"insert into person (id) values ('{marks.word}')", "insert into person (id) values (:word)"):
            with pytest.raises(DBAPIError) as raised:
                opened.parts.store.write_now(lambda conn: conn.execute(text(statement), {"word": marks.word}))  # noqa: B023
            if ":word" in statement:
                shown += [raised.value, str(raised.value), repr(raised.value.orig)]
        for each in (ana, bo):
            await each.leaves_the_page()
        kinds = [each for each in subclasses(Table) if hasattr(each, "__table__")]
        shown += [kind(**{column.name: marks.word for column in kind.__table__.columns}) for kind in kinds]
        assert len(kinds) > 10
    wire = [
        each for each in subclasses(Struct) if each.__module__.partition(".")[0] in ("rooms", "moderation", "server")
    ]
    for of_wire in wire:
        if of_wire.__name__ not in WORDLESS:
            shown.append(of_wire(**dict.fromkeys(of_wire.__struct_fields__, marks.word)))
    post = PostMessage(circle="A" * 16, key=new_key(), body=marks.word)
    shown += [Announcement("circle/x", "e", 1, post), Answered(made=post), Refusal("body.too_long", most=4)]  # type: ignore[arg-type]
    assert len(shown) > 80
    for what in shown:
        assert not marks.found_in(f"{what!r} {what!s} {[what]!r}"), type(what)


def subclasses(kind: Any) -> list[Any]:
    return [each for below in kind.__subclasses__() for each in (below, *subclasses(below))]
