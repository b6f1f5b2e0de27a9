"""A case with its panel: a circle in which something was said, and strangers with pages who may be drawn to read it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.people import DESK, PHONE, Person
from tests.guests import Guest
from tests.house import House

Guests = Callable[[str], Awaitable[Guest]]
UNKIND = "Nobody here should listen to you."
SENTENCE = "It tells somebody that they do not count."


@dataclass
class Panel:
    """Ana's words were flagged by Dan and Eve in a circle; three people with pages may be drawn to read them."""

    place: House
    ana: Person
    others: list[Guest]
    jurors: list[Person]
    spare: list[Guest]
    circle: str
    seq: int

    async def is_seated(self) -> None:
        """The three with pages take the seats; whoever else was asked lets the time for it go by."""
        for juror in self.jurors:
            await juror.presses("Take the seat")
            await expect(juror.heading("Panels")).to_be_visible()
        if self.spare:
            await self.place.clock.passes(hours=4, minutes=1)
        for juror in self.jurors:
            await expect(juror.heading("Your panel can begin")).to_be_visible()

    async def reads(self) -> None:
        for juror in self.jurors:
            await juror.presses("Read")
            await expect(juror.page.get_by_text(UNKIND)).to_be_visible()

    async def has_decided(self) -> None:
        """Ballots can no longer be taken back, and are counted."""
        await self.place.clock.passes(seconds=11)
        for juror in self.jurors:
            await expect(juror.page.get_by_text("Your panel has decided.")).to_be_visible()
            await expect(juror.page.get_by_role("list", name="What was decided")).to_contain_text("of 3 of you decided")

    @property
    def message(self) -> Locator:
        """Ana's message on her own page."""
        return self.ana.page.locator(f'[data-seq="{self.seq}"]')


async def a_panel(place: House, somebody: Comes, guest: Guests, *spare: str, flagger: Person | None = None) -> Panel:
    """``spare`` are others who may be drawn too, and have no page. ``flagger`` sits in the circle and flags it too."""
    ana = await somebody()
    circle = await ana.holds_a_room()
    others = [await guest(name) for name in ("Cleo", "Dan", "Eve")]
    jurors = [await somebody(**like) for like in (DESK, PHONE, DESK)]
    for juror, name in zip(jurors, ("Rook", "Reed", "Rush"), strict=True):
        await juror.has_a_place(name)
        await juror.posts("/api/commands", {"do": "reviewing.begin"})
        await juror.opens("/#/")
        await expect(juror.heading("Circles")).to_be_visible()
    for each in others:
        await each.enters(circle)
    if flagger is not None:
        await flagger.sits_in(circle, "Gus")
    unseen = [await guest(name) for name in spare]
    for each in unseen:
        await each.asks("reviewing.begin")
    # Nobody is asked to read who came in the younger half of the server's life.
    await place.clock.passes(minutes=5)
    await others[0].says("I had a hard week.")
    message = await ana.says(UNKIND)
    await expect(message).to_have_attribute("data-seq", re.compile(r"\d"))
    seq = int(str(await message.get_attribute("data-seq")))
    await others[1].says("I would like to hear about it.")
    facts = {"circle": circle, "target": seq, "category": "disrespect"}
    await asyncio.gather(*(each.asks("message.flag", **facts) for each in others[1:]))
    if flagger is not None:
        await flagger.posts("/api/commands", {"do": "message.flag", **facts})
    await place.clock.passes(seconds=1)
    return Panel(place, ana, others, jurors, unseen, circle, seq)


async def folds(juror: Person, person: str = "Nothing") -> None:
    """Fill in a ballot that keeps the message folded, with its reason, and cast it."""
    await juror.page.get_by_label("Keep it folded").check()
    await juror.page.get_by_label(person, exact=True).check()
    await juror.page.get_by_label("1. I listen.").check()
    await juror.page.get_by_label("One sentence for them").fill(SENTENCE)
    await juror.presses("Cast")
    await expect(juror.heading("Your answer is sealed")).to_be_visible()


async def leaves_it(juror: Person) -> None:
    await juror.page.get_by_label("Leave it as it is").check()
    await juror.page.get_by_label("Nothing", exact=True).check()
    await juror.presses("Cast")
    await expect(juror.heading("Your answer is sealed")).to_be_visible()


async def opens_a_letter(reader: Person, title: str = "About one of your messages") -> Locator:
    bar = reader.page.get_by_text(title, exact=True).locator("..")
    await bar.get_by_role("button", name="Open").click()
    return reader.dialog
