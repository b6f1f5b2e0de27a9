"""Somebody in several circles: following all of them, being seen in one, and leaving them without a common mark."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from server.presence_shared import SharedPresence
from tests.guests import Guest, Refused
from tests.house import House

MINUTE = 60_000


async def guest(place: House, name: str) -> Guest:
    return await Guest(place.url, name).comes_in()


def seen_coming(guest: Guest, circle: str) -> set[str]:
    """Everybody whom this guest was ever told of as coming to the circle's screens."""
    told = [note["here"] for note in guest.notes if note.get("on") == f"circle/{circle}" and "here" in note]
    return {participant for here in told for participant in here.get("came", ())}


async def comes(guest: Guest, circle: str, participant: str, what: str) -> None:
    await guest.until(lambda: participant in seen_coming(guest, circle), what)


async def test_a_circle_is_followed_unseen_while_another_is_on_the_screen(place: House) -> None:
    ana, bo, cleo, dan = [await guest(place, name) for name in ("Ana", "Bo", "Cleo", "Dan")]
    one, two = await ana.opens("One"), await cleo.opens("Two")
    await bo.enters(one)
    await bo.asks("circle.enter", circle=two, agreement=1)
    followed = await bo.watches(f"circle/{two}", present=False)
    in_one = bo.logs[f"circle/{one}"].view["mine"]["participant"]
    in_two = followed["mine"]["participant"]
    await comes(ana, one, in_one, "Bo where he is")

    # What is said there comes at once, and he may answer.
    await cleo.says("Anybody here?", two)
    await bo.hears("Anybody here?", two)
    await bo.says("Not quite.", two)
    await cleo.hears("Not quite.", two)

    # Who comes after him is seen, so whoever was told of him would have been told by now.
    await dan.enters(two)
    in_two_too = dan.logs[f"circle/{two}"].view["mine"]["participant"]
    await comes(cleo, two, in_two_too, "Dan")
    assert in_two not in seen_coming(cleo, two)
    assert in_two not in dan.logs[f"circle/{two}"].view["here"]

    # Who is not seen does not see: neither who is there nor that someone writes.
    await dan.asks("writing.tell", circle=two)
    await cleo.notices(lambda note: note.get("on") == f"circle/{two}" and "writing" in note, "that someone writes")
    await bo.asks("log.unwatch", on="circle/AAAAAAAAAAAAAAAA")
    assert "here" not in followed
    assert not [note for note in bo.notes if note.get("on") == f"circle/{two}"]
    with pytest.raises(Refused, match=r"circle\.not_found"):
        await bo.asks("writing.tell", circle=two)

    # On his screen it is another matter.
    answer = await bo.watches(f"circle/{two}")
    assert {in_two, in_two_too} <= set(answer["here"])
    await comes(cleo, two, in_two, "Bo, once he looks")


async def test_who_looks_elsewhere_is_seen_going_and_hears_on(place: House) -> None:
    presence = cast(SharedPresence, place.parts.presence)
    presence._waits = replace(presence._waits, grace=0.2)
    ana, bo = await guest(place, "Ana"), await guest(place, "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    address = f"circle/{circle}"
    me = bo.logs[address].view["mine"]["participant"]
    await comes(ana, circle, me, "Bo")
    last = await ana.says("You are here.")
    await bo.hears("You are here.")

    answer = await bo.watches(address, epoch=bo.logs[address].epoch, after=last, present=False)

    assert (answer["reason"], answer["start"]) == ("resumed", last + 1)
    await ana.notices(lambda note: me in note.get("here", {}).get("went", ()), "Bo go")
    assert me not in (await ana.watches(address))["here"]
    await ana.says("And now?")
    await bo.hears("And now?")
    assert bo.logs[address].doubled == 0
    # Leaving the page where one is not seen tells nobody anything, and coming back to it is a coming.
    await bo.leaves_the_page()
    await bo.opens_a_socket()
    await ana.until(lambda: me in (came(ana)[-1] if came(ana) else ()), "Bo come back")


def came(guest: Guest) -> list[Any]:
    return [note["here"]["came"] for note in guest.notes if "came" in note.get("here", {})]


async def test_an_unseen_follower_keeps_the_seat(quick: House) -> None:
    ana, bo, cleo = [await guest(quick, name) for name in ("Ana", "Bo", "Cleo")]
    circle = await ana.opens(capacity=2)
    await bo.asks("circle.enter", circle=circle, agreement=1)
    await bo.watches(f"circle/{circle}", present=False)
    held = quick.parts.door.limits.seat_held
    for _ in range(3):
        await quick.clock.passes(seconds=held / 2_000)
        await quick.parts.clock.keep_seats()
    (shown,) = (await cleo.gets("/api/circles")).json()["circles"]
    assert shown["fullness"] == "full"


def of_kind(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda event: event["kind"] == kind


async def test_who_leaves_several_circles_at_once_leaves_no_common_moment(quick: House) -> None:
    ana, bo, cleo = [await guest(quick, name) for name in ("Ana", "Bo", "Cleo")]
    one, two = await ana.opens("One"), await bo.opens("Two")
    for circle in (one, two):
        await cleo.enters(circle)
    await cleo.asks("person.forget", sure=True)
    for who, circle in ((ana, one), (bo, two)):
        for kind in ("participant.entered", "participant.left"):
            event = await who.sees(f"circle/{circle}", of_kind(kind), kind)
            assert event["at"] % MINUTE == 0
            assert 0 <= quick.parts.now() - event["at"] <= 2 * MINUTE
