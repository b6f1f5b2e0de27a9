"""People who say that they would read what was flagged, and days on which somebody was here."""

from typing import Any

import pytest
from sqlmodel import select

from moderation.models import ActivityRow, ReviewerRow
from moderation.operating import InviteModerator
from tests.guests import Guest, Refused
from tests.house import House


async def were_here(place: House) -> set[str]:
    await place.parts.clock.keep_seats()
    rows = await place.parts.store.read(lambda conn: conn.execute(select(ActivityRow)).all())
    today = place.parts.now() // place.parts.settings.limits.day
    return {f"person/{row.person_id}" for row in rows if row.day == today and row.days & 1}


async def test_opting_in_is_between_oneself_and_the_server(place: House) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens()
    await bo.enters(circle)
    assert "reviewing" not in (await ana.watches(ana.me))["person"]
    await ana.asks("reviewing.begin", skips=["threat"])
    told = await ana.sees(ana.me, lambda event: event["kind"] == "reviewing.changed", "her own news")
    assert told["reviewing"]["skips"] == ["threat"]
    assert (await ana.watches(ana.me, epoch=None))["person"]["reviewing"]["role"] == "reviewer"
    await ana.says("Good evening.")
    await bo.hears("Good evening.")
    assert not any(b"review" in frame for frame in bo.frames)


async def test_a_moderator_comes_by_a_code_and_may_give_it_up(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    made = await place.parts.door.submit(None, InviteModerator())
    with pytest.raises(Refused, match="moderator.no_invite"):
        await ana.asks("moderator.come", code="AAAA-AAAA-AAAA-AAAA")
    await ana.asks("moderator.come", code=made.code)
    view = (await ana.watches(ana.me, epoch=None))["person"]["reviewing"]
    assert (view["role"], view["until"] > place.parts.now()) == ("moderator", True)
    await ana.asks("moderator.give_up")
    assert (await ana.watches(ana.me, epoch=None))["person"]["reviewing"]["role"] == "reviewer"


async def test_a_term_ends_by_itself(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    made = await quick.parts.door.submit(None, InviteModerator())
    await ana.asks("moderator.come", code=made.code)
    await ana.watches(ana.me)
    await quick.clock.passes(hours=24 * 183)
    await ana.sees(ana.me, lambda e: e.get("reviewing", {}).get("role") == "reviewer", "the end of the term")


async def test_a_day_is_noted_once_for_a_screen_and_for_a_command(
    place: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    bo, cleo = Guest(place.url, "Bo"), Guest(place.url, "Cleo")
    for each in (bo, cleo):
        await each.gets_a_place()
    assert (await bo.posts("/api/commands", {"do": "preferences.set", "preferences": {}})).status == 200
    await cleo.gets("/api/me")
    assert len(await were_here(place)) == 2, "Ana has a screen here, Bo sent a command, Cleo only has a place"
    asked: list[Any] = []
    submit = place.parts.door.submit

    def spied(actor: Any, command: Any) -> Any:
        asked.append(type(command).__name__)
        return submit(actor, command)

    monkeypatch.setattr(place.parts.door, "submit", spied)
    assert ana.me in await were_here(place)
    assert "Seen" not in asked
    await place.clock.passes(hours=24)
    assert await were_here(place) == {ana.me}
    assert asked.count("Seen") == 1


async def test_being_forgotten_leaves_nothing_of_it(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    await ana.asks("reviewing.begin")
    assert await were_here(quick) == {ana.me}
    await ana.asks("person.forget", sure=True)

    def left(conn: Any) -> int:
        return sum(len(conn.execute(select(table)).all()) for table in (ActivityRow, ReviewerRow))

    assert await quick.parts.store.read(left) == 0
