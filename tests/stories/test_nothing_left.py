"""What is over leaves nothing: circles that are put away, guests who cannot come back, logs that only grow."""

from pathlib import Path

from server.upkeep import Tidy
from tests.disk import nothing_is_left
from tests.guests import Guest
from tests.house import House

NAME, TOPIC, ABOUT = "Marker Wren", "A marker of a topic", "A marker of a line at the door"


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
