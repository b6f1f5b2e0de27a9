"""Writes the stories that the browser client's fold is tested with: ``python -m tests.record_stories``.

A listener takes part in a story on a real server, and everything its sockets say and hear is written down. What it must
make of that is not asked of it: it is read afterwards, by a new socket of the same person, as the server has it then.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.guests import Guest
from tests.house import House, house

STORIES = Path(__file__).resolve().parent.parent / "web_client" / "test" / "stories"
FAR = 520
"""More messages than a log is caught up with in one go."""


class Listener(Guest):
    """A guest that also keeps what it sends, in the one order of both."""

    async def _send(self, command: dict[str, Any]) -> None:
        self.frames.append(msgspec.json.encode({"sent": command}))
        await super()._send(command)

    async def pages_back(self, circle: str, before: int, limit: int) -> int:
        """Read one page; returns the seq it begins at."""
        page = await self.asks("history.page", circle=circle, before=before, limit=limit)
        return int(page["events"][0]["seq"])

    async def catches_up(self, other: Guest, circle: str) -> None:
        """Wait until one has heard what the other says last."""
        await other.says("That is all.", circle)
        await self.hears("That is all.", circle)


async def an_evening(place: House) -> tuple[Listener, str]:
    """Everything that can happen to words, heard live, after a short absence, and read back in pages."""
    ana, bo, cleo = await people(place, "Ana", "Bo", "Cleo")
    circle = await bo.opens()
    await ana.enters(circle)
    await ana.watches(ana.me)
    first = await bo.says("Good evening.")
    await cleo.enters(circle)
    mine = await ana.says("I am tired today.", reply_to=first)
    gone = await cleo.says("I should not have said this.")
    await bo.asks("gesture.make", circle=circle, target=mine, gesture="hear_you")
    await cleo.asks("gesture.make", circle=circle, target=mine, gesture="same_here")
    await cleo.asks("gesture.undo", circle=circle, target=mine, gesture="same_here")
    await ana.asks("gesture.make", circle=circle, target=first, gesture="thank_you")
    await bo.asks("message.edit", circle=circle, target=first, body="Good evening, all.")
    await cleo.asks("message.take_back", circle=circle, target=gone)
    await ana.asks("aside.set", circle=circle, participant=participant(cleo, circle))
    await ana.asks("message.flag", circle=circle, target=first, category="pressure")
    async with ana.offline():
        for number in range(60):
            await bo.says(f"While Ana was away, {number}.")
        await bo.asks("message.edit", circle=circle, target=first, body="Good evening to all of you.")
        await cleo.asks("circle.leave", circle=circle)
        await bo.asks("circle.close", circle=circle)
    await ana.asks("circle.go_on", circle=circle)
    await ana.catches_up(bo, circle)
    return ana, circle


async def far_away(place: House) -> tuple[Listener, str]:
    """So much is missed that the log begins anew; then some of it is read back."""
    ana, bo = await people(place, "Ana", "Bo")
    circle = await bo.opens()
    await ana.enters(circle)
    early = await ana.says("Before I go.")
    async with ana.offline():
        for number in range(FAR):
            await bo.says(f"{number}")
    await ana.asks("message.edit", circle=circle, target=early, body="Before I went.")
    await ana.sees(f"circle/{circle}", lambda event: event.get("target") == early, "her own change")
    low = await ana.pages_back(circle, ana.logs[f"circle/{circle}"].start, 60)
    await ana.pages_back(circle, low, 40)
    await ana.catches_up(bo, circle)
    return ana, circle


async def coming_and_fading(place: House) -> tuple[Listener, str]:
    """Somebody comes later, goes, comes again, and words fade."""
    ana, bo, cleo = await people(place, "Ana", "Bo", "Cleo")
    circle = await bo.opens(keep_for=3_600_000)
    before = await bo.says("Before Ana came.")
    await ana.enters(circle)
    await bo.asks("message.edit", circle=circle, target=before, body="Changed, from before Ana.")
    await bo.says("Welcome.")
    await ana.hears("Welcome.")
    await ana.asks("circle.leave", circle=circle)
    await ana.notices(lambda note: note.get("reset") == "left", "that she has left")
    await bo.says("While Ana was out.")
    await ana.enters(circle)
    await cleo.enters(circle)
    await bo.says("These words will fade.")
    await ana.hears("These words will fade.")
    await place.clock.passes(hours=2)
    await ana.sees(f"circle/{circle}", lambda event: event["kind"] == "words.faded", "that words faded")
    await ana.catches_up(bo, circle)
    return ana, circle


async def people(place: House, *names: str) -> list[Any]:
    """The first of them is the listener."""
    found = [Listener(place.url, names[0]), *(Guest(place.url, name) for name in names[1:])]
    return [await each.comes_in() for each in found]


def participant(guest: Guest, circle: str) -> str:
    return str(guest.logs[f"circle/{circle}"].view["mine"]["participant"])


async def expected(listener: Listener, circle: str) -> dict[str, Any]:
    """What the server says now to a new socket of the same person, read to the beginning."""
    again = Guest(listener.url, listener.name)
    again.cookie = listener.cookie
    await again.opens_a_socket()
    answer = await again.watches(f"circle/{circle}")
    held = listener.logs[f"circle/{circle}"]
    events: list[dict[str, Any]] = []
    before = answer["head"] + 1
    while before > answer["base"]:
        page = await again.asks("history.page", circle=circle, before=before, limit=200)
        events = page["events"] + events
        before = page["events"][0]["seq"]
    own = await again.watches(again.me)
    await again.leaves_the_page()
    low = low_of(listener, circle)
    mine = answer["mine"]
    return {
        "circles": {
            circle: {
                "inside": True,
                "last": answer["head"],
                "base": answer["base"],
                "low": low,
                "state": answer["circle"]["state"],
                "messages": [message(e) for e in events if e["seq"] >= low and said(e)],
                "participants": {each["id"]: each["name"] for each in answer["participants"]},
                "aside": sorted(mine.get("aside", [])),
                "given": by_target(mine.get("given", []), lambda each: each["gesture"]),
                "answered": by_target(mine.get("received", []), lambda each: [each["by"], each["gesture"]]),
                "flags": {str(each["target"]): each["status"] for each in answer.get("flags", [])},
            }
        },
        **({"person": place_of(own)} if listener.me in listener.logs else {}),
    } | ({} if held.last == answer["head"] else {"unfinished": True})


def low_of(listener: Listener, circle: str) -> int:
    """From where on the listener has read, going by what it was answered."""
    low = 0
    for frame in map(msgspec.json.decode, listener.frames):
        answer = frame.get("ok", {})
        if answer.get("on") == f"circle/{circle}":
            low = low if answer["reason"] == "resumed" else answer["start"]
        elif answer.get("events"):
            low = answer["events"][0]["seq"]
        elif frame.get("event", {}).get("kind") == "words.faded":
            low = max(low, frame["event"]["floor"] + 1)
    return low


def said(logged: dict[str, Any]) -> bool:
    return bool(logged["event"]["kind"] == "message.posted")


def message(logged: dict[str, Any]) -> dict[str, Any]:
    event = logged["event"]
    return {
        "seq": logged["seq"],
        "by": event["by"],
        "name": event["name"],
        "body": event.get("body"),
        "reply_to": event.get("reply_to"),
        "edited": event.get("edited", False),
        "rephrased": event.get("rephrased", False),
        "folded": event.get("cover") == "folded",
        "received": event.get("received", False),
    }


def by_target(gestures: list[dict[str, Any]], what: Callable[[dict[str, Any]], Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in gestures:
        found.setdefault(str(each["target"]), []).append(what(each))
    return found


def place_of(own: dict[str, Any]) -> dict[str, Any]:
    letters = [each["id"] for each in own["person"].get("letters", [])]
    return {"last": own["head"], "circles": list(own["person"].get("circles", [])), "letters": letters}


async def record(story: Callable[[House], Awaitable[tuple[Listener, str]]]) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder) / "data") as place:
            listener, circle = await story(place)
            written = {
                "frames": [json.loads(frame) for frame in listener.frames],
                "expected": await expected(listener, circle),
            }
            await listener.leaves_the_page()
    assert "unfinished" not in written["expected"], "the listener had not heard everything"
    path = STORIES / f"{story.__name__}.json"
    lines = ",\n".join(json.dumps(frame, ensure_ascii=False) for frame in written["frames"])
    path.write_text(f'{{"frames": [\n{lines}\n],\n"expected": {json.dumps(written["expected"], indent=1)}}}\n')
    return path


async def main() -> None:
    STORIES.mkdir(parents=True, exist_ok=True)
    for story in (an_evening, far_away, coming_and_fading):
        print(await record(story))


if __name__ == "__main__":
    asyncio.run(main())
