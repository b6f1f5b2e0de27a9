"""People and circles for a measurement, made over HTTP as a browser would: come in, open, enter; then the loader's plan."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

AT_ONCE = 16
"""Kept connections over which everybody comes in."""


@dataclass(frozen=True)
class Person:
    cookie: str


@dataclass(frozen=True)
class Circle:
    id: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Left:
    """What was said in a circle while everybody was away: ``count`` posts after ``seq``."""

    epoch: str
    seq: int
    count: int


class Line:
    """One kept HTTP connection to the server on loopback."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self.reader = reader
        self.writer = writer
        self.host = host

    @classmethod
    async def to(cls, port: int) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", port), f"localhost:{port}")

    async def get(self, path: str, cookie: str) -> Any:
        """The decoded answer. Raises RuntimeError for any status but 200."""
        answer, _ = await self._asked("GET", path, b"", cookie)
        return answer

    async def post(self, path: str, json: Any, cookie: str = "") -> tuple[Any, str]:
        """The decoded answer and the cookie it sets, if any. Raises RuntimeError for any status but 200."""
        return await self._asked("POST", path, msgspec.json.encode(json), cookie)

    async def _asked(self, method: str, path: str, body: bytes, cookie: str) -> tuple[Any, str]:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nOrigin: http://{self.host}\r\nCookie: {cookie}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1) for line in answer.split("\r\n")[1:] if ": " in line)
        content = await self.reader.readexactly(int(fields["content-length"]))
        if not answer.startswith("HTTP/1.1 200"):
            raise RuntimeError(f"{path} was answered {answer.split(' ')[1]}: {content.decode()[:200]}")
        given = [line[12:].split(";")[0] for line in answer.split("\r\n") if line.lower().startswith("set-cookie: ")]
        return msgspec.json.decode(content), given[0] if given else ""

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def furnish(port: int, circles: int, each: int, *, seated: bool = True) -> list[Circle]:
    """So many circles with so many people in each, nobody in two. Not ``seated``: only their hosts have entered yet."""
    lines = [await Line.to(port) for _ in range(min(AT_ONCE, circles * each))]
    places = list(range(circles * each))
    people: dict[int, Person] = {}
    ids: dict[int, str] = {}

    async def come_in(line: Line) -> None:
        while places:
            place = places.pop()
            _, cookie = await line.post("/api/come-in", {"name": f"Heron {place}"})
            people[place] = Person(cookie)

    async def open_circles(line: Line) -> None:
        while unopened:
            circle = unopened.pop()
            command = {
                "do": "circle.open",
                "key": secrets.token_urlsafe(16),
                "topic": "Quiet evenings",
                "agreement": "I listen.",
                "capacity": max(each, 2),
            }
            answer, _ = await line.post("/api/commands", command, people[circle * each].cookie)
            ids[circle] = answer["circle"]

    async def enter(line: Line) -> None:
        while outside:
            place = outside.pop()
            command = {"do": "circle.enter", "circle": ids[place // each], "agreement": 1}
            await line.post("/api/commands", command, people[place].cookie)

    await asyncio.gather(*map(come_in, lines))
    unopened = list(range(circles))
    await asyncio.gather(*map(open_circles, lines))
    outside = [place for place in range(circles * each) if place % each and seated]
    await asyncio.gather(*map(enter, lines))
    await asyncio.gather(*(line.close() for line in lines))
    return [Circle(ids[circle], tuple(people[circle * each + i] for i in range(each))) for circle in range(circles)]


async def speak(port: int, circles: Sequence[Circle], count: int) -> list[Left]:
    """In each circle its host says so many things, marked so that the loader knows which they are."""
    lines = [await Line.to(port) for _ in range(min(AT_ONCE, len(circles)))]
    silent = list(enumerate(circles))
    left: dict[int, Left] = {}

    async def say(line: Line) -> None:
        while silent:
            number, circle = silent.pop()
            cookie = circle.people[0].cookie
            seqs = []
            for which in range(count):
                command = {
                    "do": "message.post",
                    "circle": circle.id,
                    "key": secrets.token_urlsafe(16),
                    "body": f"~m{number}.{which}. and we sit and listen to one another for as long as the evening lasts.",
                }
                answer, _ = await line.post("/api/commands", command, cookie)
                seqs.append(answer["seq"])
            page = await line.get(f"/api/circles/{circle.id}/events?after={seqs[0]}&limit=1", cookie)
            left[number] = Left(page["epoch"], seqs[0] - 1, count)

    await asyncio.gather(*map(say, lines))
    await asyncio.gather(*(line.close() for line in lines))
    return [left[number] for number in range(len(circles))]


def plan(
    port: int,
    circles: Sequence[Circle],
    *,
    enter: bool = False,
    left: Sequence[Left] = (),
    pages: int = 0,
    ports: Callable[[int], int] | None = None,
    options: str = "",
) -> str:
    """What the loader is to do with them (see loader.c): everybody watches their circle, and is ready once it answers.

    ``enter``: they enter it first. ``left``: they hold what stood before, and are ready once they have what was said
    since. ``pages``: they ask so often for a page of what was said. ``ports`` tells by somebody's place in their circle which server they go to. ``options`` are more lines.
    """
    lines = ['R\t"re":1,"ok"', 'A\t{"heads"\t{"do":"beat"}', *options.splitlines()]
    if enter:
        lines.append('H\t"re":2,"ok"\t{"do":"log.watch","ref":1,"on":"circle/@PLACE@"}')
    for number, circle in enumerate(circles):
        begin = f'{{"do":"log.watch","ref":1,"on":"circle/{circle.id}"}}'
        if enter:
            begin = f'{{"do":"circle.enter","ref":2,"circle":"{circle.id}","agreement":1}}'
        elif left:
            missed = left[number]
            begin = f'{begin[:-1]},"epoch":"{missed.epoch}","after":{missed.seq}}}'
            lines.append(f"E\t{number}\t{missed.seq}\t{missed.count}")
            before = missed.seq + missed.count + 1
            page = f'{{"do":"history.page","ref":3,"circle":"{circle.id}","before":{before},"limit":200}}'
            begin = "\x1f".join((begin, *(page for _ in range(pages))))
        post = f'{{"do":"message.post","ref":@REF@,"circle":"{circle.id}","key":"@KEY@","body":"@BODY@"}}'
        lines.append(f"P\t{number}\t{post}\t{circle.id}")
        for place, person in enumerate(circle.people):
            to = ports(place) if ports else port
            headers = f"Host: localhost:{to}\x1fOrigin: http://localhost:{to}\x1fCookie: {person.cookie}"
            lines.append(f"C\t{number}\t/ws\t{headers}\t{begin}\t{to}")
    return "\n".join(lines) + "\n"
