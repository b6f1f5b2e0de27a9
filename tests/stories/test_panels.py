"""From a hurtful message to a panel of strangers, an appeal and its end, over real sockets on every kind of server."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from tests.guests import Guest, Refused
from tests.house import House

REVIEWERS = ("Rook", "Reed", "Rush", "Rye", "Rose", "Rune", "Rill", "Rain")


async def people(place: House, *names: str) -> list[Guest]:
    found = [await Guest(place.url, name).comes_in() for name in names]
    for each in found:
        await each.watches(each.me)
    return found


async def those_who_review(place: House, *names: str) -> list[Guest]:
    found = await people(place, *names)
    for each in found:
        await each.asks("reviewing.begin", skips=["spam"])
    return found


def told(guest: Guest) -> str | None:
    """How their seat stands, as they were last told."""
    moves = mine(guest, "seat.moved")
    return moves[-1]["seat"]["state"] if moves else None


def last_seat(guest: Guest, state: str) -> dict[str, Any] | None:
    moves = [each["seat"] for each in mine(guest, "seat.moved")]
    return moves[-1] if moves and moves[-1]["state"] == state else None


def is_told(guest: Guest, state: str) -> bool:
    return told(guest) == state


def mine(guest: Guest, kind: str) -> list[dict[str, Any]]:
    return [event for event in guest.logs[guest.me].events.values() if event["kind"] == kind]


def letters(guest: Guest, about: str) -> list[dict[str, Any]]:
    return [each["letter"] for each in mine(guest, "letter.came") if each["letter"]["about"] == about]


async def letter(guest: Guest, about: str) -> dict[str, Any]:
    return await guest.until(lambda: next(iter(letters(guest, about)), None), f"a letter about {about}")  # type: ignore[no-any-return]


async def seat(guest: Guest, state: str) -> str | None:
    """The seat they hold, if it stands like that."""
    seats = (await guest.gets("/api/desk")).json().get("seats", [])
    return next((each["id"] for each in seats if each["state"] == state), None)


async def convene(place: House, reviewers: Iterable[Guest]) -> list[Guest]:
    """Lots are drawn; everybody who is asked says yes; those who sit are told that they may read."""
    await place.clock.passes(seconds=1)
    for each in reviewers:
        offered = await seat(each, "offered")
        if offered is not None:
            await each.asks("seat.take", seat=offered)
    sitting = [each for each in reviewers if await seat(each, "reading") is not None]
    for each in sitting:
        await each.until(partial(is_told, each, "reading"), "the seat")
    return sitting


async def casts(guest: Guest, content: int, person: int = 0) -> None:
    reason = {"code": "disrespect", "clause": 1, "sentence": "It mocks somebody."} if content or person else {}
    marks = [{"item": 0, "content": content}]
    await guest.asks("ballot.cast", seat=await seat(guest, "reading"), messages=marks, person=person, **reason)


async def test_strangers_decide_and_other_strangers_hear_the_appeal(place: House) -> None:
    (heron, ana, bo, fern) = await people(place, "Heron", "Ana", "Bo", "Fern")
    reviewers = await those_who_review(place, *REVIEWERS)
    circle = await heron.opens(agreement="I listen.\nI am kind.")
    for each in (ana, bo, fern):
        await each.enters(circle)
    await place.clock.passes(hours=20)
    for each in (bo, fern):
        await each.says(f"{each.name} is here.", circle)
    words = await ana.says("Nobody wants to hear your sad stories.", circle)
    for each in (bo, fern):
        await each.asks("message.flag", circle=circle, target=words, category="disrespect")
    await heron.sees(f"circle/{circle}", lambda e: e["kind"] == "message.folded" and e["target"] == words, "a fold")

    sitting = await convene(place, reviewers)
    assert len(sitting) == 3
    place_of = f"/api/seats/{await seat(sitting[0], 'reading')}"
    case = (await sitting[0].gets(place_of)).json()
    assert case["agreement"] == ["I listen.", "I am kind."]
    assert [line["body"] for line in case["messages"][0]["lines"] if line.get("flagged")] == [
        "Nobody wants to hear your sad stories."
    ]
    assert not {"Ana", "Bo", "Fern", "Heron"} & {line["by"] for line in case["messages"][0]["lines"]}
    assert (await bo.gets(place_of)).status == 404
    asked = await letter(ana, "reading")
    await ana.asks("side.add", letter=asked["id"], body="I was tired.")
    for each in sitting:
        await casts(each, 1, 2)
    await place.clock.passes(seconds=11)

    told = await letter(ana, "decided")
    (outcome,) = told["statement"]["outcomes"]
    assert (outcome["target"], outcome["content"]) == (words, 1)
    assert told["statement"]["clause"] == "I listen."
    assert told["statement"]["agreed"] == 3
    await heron.sees(
        f"circle/{circle}", lambda e: e["kind"] == "message.folded" and e.get("reason") == "disrespect", "its reason"
    )
    await letter(bo, "decided")
    verdict = {"contents": [1], "person": 2, "code": "disrespect", "agreed": 3, "size": 3}
    for each in sitting:
        done = await each.until(partial(last_seat, each, "done"), "the end of the panel")
        assert done["verdict"] == verdict
        again = Guest(place.url, each.name)
        again.cookie = each.cookie
        await again.opens_a_socket()
        await again.watches(again.me)
        assert (await again.until(partial(last_seat, again, "done"), "it, read back"))["verdict"] == verdict
        await again.leaves_the_page()
    assert not any(b'"verdict"' in frame for each in (heron, ana, bo, fern) for frame in each.frames)

    await ana.asks("appeal.make", letter=told["id"], body="Please read what came before.")
    others = await convene(place, reviewers)
    assert len(others) >= 3
    assert not {each.name for each in sitting} & {each.name for each in others}
    for each in others:
        await casts(each, 0)
    await place.clock.passes(seconds=11)
    await heron.sees(
        f"circle/{circle}", lambda e: e["kind"] == "message.unfolded" and e["target"] == words, "its return"
    )
    with pytest.raises(Refused, match=r"appeal\."):
        await ana.asks("appeal.make", letter=letters(ana, "decided")[-1]["id"])
