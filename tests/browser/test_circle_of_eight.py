"""A circle of eight in real browsers: from a hurtful message to its letter, other people who read it anew, and other words.

Watched from every side, nobody learns who flagged.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import expect
from sqlalchemy import Connection
from sqlmodel import col, select

from moderation.models_panels import SeatRow
from tests.browser.conftest import Comes
from tests.browser.panels import SENTENCE, UNKIND, folds, opens_a_letter
from tests.browser.people import DESK, PHONE, Person, speaks_of
from tests.guests import Guest
from tests.house import House, house

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
EIGHT = ("Ana", "Bo", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal")
ELSEWHERE = ("Rook", "Reed", "Rush", "Rye", "Rose")
KINDER = "I was hurt, and I said it badly."
ABOUT_FLAGS = ("message.folded", "message.unfolded", "message.rephrased", "letter.", "seat.", "flag.", "pause.")


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[House]:
    """A server whose waits are a twentieth of what people are given."""
    settings = {"established_hours": 0, "established_minutes": 0, "guest_hours": 10_000, "time_scale": 20}
    async with house(tmp_path / "data", **settings) as opened:
        opened.parts.auth.now = opened.parts.now
        yield opened


class Reviewers:
    """Those who may be drawn: five of the circle, with pages, and five who sit in no circle at all."""

    def __init__(self, place: House, pages: list[Person], guests: list[Guest]) -> None:
        self.place = place
        self.pages = {person_of(each): each for each in pages}
        self.guests = {each.me.removeprefix("person/"): each for each in guests}

    async def take_their_seats(self, panel: int) -> None:
        """Lots are drawn, and everybody who is asked says yes, until all seats are taken."""
        with self.place.clock.standing_still():
            await self._take_them(panel)

    async def _take_them(self, panel: int) -> None:
        await self.place.clock.passes(seconds=1)
        while offered := await self.seats(panel, "offered"):
            seat = offered[0]
            if page := self.pages.get(str(seat.person_id)):
                await page.presses("Take the seat")
                await expect(
                    page.page.get_by_role("heading", name=re.compile("^Your (seat is kept|panel can begin)$"))
                ).to_be_visible()
            else:
                await self.guests[str(seat.person_id)].asks("seat.take", seat=seat.id)

    async def keep_it_folded(self, panel: int) -> set[str]:
        """Everybody who sits reads it and answers; returns who sat."""
        with self.place.clock.standing_still():
            return await self._keep_it(panel)

    async def _keep_it(self, panel: int) -> set[str]:
        sitting = await self.seats(panel, "reading")
        for seat in sitting:
            if page := self.pages.get(str(seat.person_id)):
                await page.presses("Read")
                await expect(page.page.get_by_text(UNKIND)).to_be_visible()
                await folds(page, "Ask them to say it differently")
            else:
                reason = {"person": 2, "code": "disrespect", "clause": 1, "sentence": SENTENCE}
                marks = [{"item": 0, "content": 1}]
                await self.guests[str(seat.person_id)].asks("ballot.cast", seat=seat.id, messages=marks, **reason)
        return {str(seat.person_id) for seat in sitting}

    async def seats(self, panel: int, state: str) -> list[Any]:
        def look(conn: Connection) -> list[Any]:
            wanted = select(SeatRow).where(col(SeatRow.panel) == panel, col(SeatRow.state) == state)
            return list(conn.execute(wanted).all())

        return await self.place.parts.store.read(look)


def person_of(page: Person) -> str:
    hello = next(frame for frame in page.heard if '"hello"' in frame)
    return str(msgspec.json.decode(hello)["hello"]["me"]).removeprefix("person/")


def events(frames: list[str], *kinds: str) -> list[str]:
    """The frames that carry such events; a kind ending with a dot stands for all that begin so."""
    return [frame for frame in frames if any(f'"kind":"{kind}' in frame for kind in kinds)]


def participant_of(page: Person, name: str) -> str:
    for frame in events(page.heard, "participant.entered"):
        event = msgspec.json.decode(frame)["event"]
        if event["name"] == name:
            return str(event["participant"])
    raise AssertionError(f"{name} was not seen to come in")


async def test_a_circle_of_eight_from_the_first_flag_to_other_words(
    place: House, somebody: Comes, guest: Guests
) -> None:
    people = [await somebody(**(PHONE if at % 2 else DESK)) for at in range(8)]
    ana, bo, cleo, *others = people
    circle = await ana.holds_a_room(agreement="I listen.\nI speak for myself.")
    for each, name in zip(people[1:], EIGHT[1:], strict=True):
        await each.sits_in(circle, name)
    outside = [await guest(name) for name in ELSEWHERE]
    for page in others:
        await page.posts("/api/commands", {"do": "reviewing.begin"})
    for each_guest in outside:
        await each_guest.asks("reviewing.begin")
    reviewers = Reviewers(place, others, outside)
    # Nobody is asked to read who came in the younger half of the server's life.
    await place.clock.passes(minutes=5)
    await bo.says("I had a hard week, and I do not know how to go on.")
    await ana.sees("I had a hard week, and I do not know how to go on.")
    message = await ana.says(UNKIND)
    await expect(message).to_have_attribute("data-seq", re.compile(r"\d"))
    seq = int(str(await message.get_attribute("data-seq")))
    message = ana.page.locator(f'[data-seq="{seq}"]')
    for each in people[1:]:
        await each.sees(UNKIND)
    before = {each.name: len(each.heard) for each in people}

    # Two flag it, and it is folded for all as soon as the second has: no moment passes, and nothing said later is first.
    async def hears_of_it(each: Person, later: str) -> None:
        heard = before[each.name]
        await each.until(lambda: any(later in frame for frame in each.heard[heard:]), "hears what was said later")
        told = [frame for frame in each.heard[heard:] if later in frame or events([frame], "message.folded")]
        assert events(told[:1], "message.folded"), f"{each.name} heard of the fold late"

    with place.clock.standing_still():
        for flagger in (bo, cleo):
            await flagger.does("This goes against", UNKIND)
            await flagger.dialog.get_by_role("button", name=re.compile("^Disrespect")).click()
        await bo.dialog.get_by_role("button", name="Flag it").click()
        await expect(bo.dialog).to_have_count(0)
        assert not events(ana.heard[before["Ana"] :], *ABOUT_FLAGS)
        await cleo.dialog.get_by_role("button", name="Flag it").click()
        await expect(cleo.dialog).to_have_count(0)
        await cleo.says("Shall we go on?")
        await asyncio.gather(*(hears_of_it(each, "Shall we go on?") for each in people))
    for each in others:
        row = each.page.locator(f'[data-seq="{seq}"]')
        await expect(row).to_contain_text("This message is folded. You can open it.")
    await expect(message).to_contain_text("Your message is folded for a while. Others can open it.")

    # Three people drawn by lot read it and decide; the writer gets the reasons.
    await reviewers.take_their_seats(1)
    first = await reviewers.keep_it_folded(1)
    assert len(first) == 3
    await expect(message).to_contain_text("Your message stays folded. Others can open it.")
    letter = await opens_a_letter(ana)
    for part in (
        "The message stays folded. Anyone can open it.",
        "They ask you to say it differently.",
        "They read it as: disrespect.",
        SENTENCE,
        "I listen.",
        "3 of 3 people drawn by lot decided this.",
        "You can ask another panel until",
    ):
        await expect(letter).to_contain_text(part)
    await expect(bo.page.locator(f'[data-seq="{seq}"]')).to_contain_text("keep it folded for everyone")

    # She asks other people, and not one of them sat there before.
    await letter.get_by_role("button", name="Ask another panel").click()
    await letter.get_by_label("What they should know").fill("I was hurt myself that day.")
    await letter.get_by_role("button", name="Ask another panel").click()
    await expect(ana.page.get_by_text("Another panel is being drawn.")).to_be_visible()
    await reviewers.take_their_seats(2)
    second = await reviewers.keep_it_folded(2)
    assert len(second) == 5
    assert not first & second
    letter = await opens_a_letter(ana)
    await expect(letter).to_contain_text("This was the second panel. There is no further one.")
    await expect(letter.get_by_role("button", name="Ask another panel")).to_have_count(0)

    # She says it differently, and everybody reads that.
    await letter.get_by_role("button", name="Say it differently").click()
    await ana.box.fill(KINDER)
    await ana.presses("Save")
    await expect(message).to_contain_text(KINDER)
    await expect(message).not_to_contain_text("folded")
    for each in people[1:]:
        await each.goes_to(f"#/c/{circle}")
        await each.sees(KINDER)
        await expect(each.page.get_by_text(UNKIND)).to_have_count(0)

    # Nothing that anybody was sent about it names those who flagged, nor does any page.
    flaggers = [name for each in (bo, cleo) for name in (person_of(each), participant_of(ana, each.name), each.name)]
    for each in people:
        told = events(each.heard[before[each.name] :], *ABOUT_FLAGS)
        assert told, f"{each.name} was told nothing"
        assert not [name for frame in told for name in flaggers if f'"{name}"' in frame], each.name
    for each in (ana, *others):
        assert not events(each.heard[before[each.name] :], "flag."), each.name
    for each_guest in outside:
        heard = [frame.decode() for frame in each_guest.frames]
        assert not [name for frame in heard for name in flaggers if speaks_of(frame, name)], each_guest.name
