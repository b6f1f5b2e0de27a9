"""Kindness over the wire: a gentle note, company that is asked for or offered, and who never learns of what."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.guests import Guest, Refused
from tests.house import House, house

HOUR = 3_600_000
SOON = {"established_hours": 0, "established_minutes": 0}


async def a_circle(place: House, *names: str, **choices: Any) -> tuple[str, list[Guest]]:
    """The first opens it, the others come in; all follow their own logs too."""
    people = [await Guest(place.url, name).comes_in() for name in names]
    circle = await people[0].opens(**choices)
    for each in people[1:]:
        await each.enters(circle)
    for each in people:
        await each.watches(each.me)
    return circle, people


async def willing(*people: Guest) -> None:
    for each in people:
        chosen = {**(await person_of(each))["preferences"], "company": True}
        await each.asks("preferences.set", preferences=chosen)


async def person_of(guest: Guest) -> Any:
    """One's own place as it is told to a screen that comes to look."""
    await guest.asks("log.unwatch", on=guest.me)
    return (await guest.watches(guest.me))["person"]


async def sees_care(guest: Guest, what: str, wanted: Any) -> dict[str, Any]:
    return await guest.sees(guest.me, lambda event: event["kind"] == "care.now" and wanted(event), what)


async def id_of(guest: Guest, circle: str) -> str:
    """One's own participant."""
    await guest.asks("log.unwatch", on=f"circle/{circle}")
    return str((await guest.watches(f"circle/{circle}"))["mine"]["participant"])


async def test_a_gentle_note_comes_once_and_without_a_name(place: House) -> None:
    circle, (ana, bo, cleo, dan) = await a_circle(place, "Ana", "Bo", "Cleo", "Dan")
    await place.clock.passes(minutes=11)
    seq = await ana.says("Get over it.")
    await dan.hears("Get over it.")
    heard = [len(each.frames) for each in (ana, cleo, dan)]
    asked = (each.asks("message.ask_gently", circle=circle, target=seq) for each in (bo, cleo, bo, cleo))
    assert all(answer == {} for answer in await asyncio.gather(*asked)), "the first is answered otherwise"
    await place.clock.passes(minutes=3)
    came = await ana.sees(ana.me, lambda e: e["kind"] == "letter.came", "a letter")
    assert came["letter"].keys() == {"id", "about", "circle", "target", "at"}
    assert (came["letter"]["about"], came["letter"]["target"]) == ("gentle", seq)
    await cleo.asks("message.ask_gently", circle=circle, target=seq)
    await place.clock.passes(hours=1)
    assert len((await person_of(ana))["letters"]) == 1
    await ana.asks("letter.dismiss", letter=came["letter"]["id"])
    assert "letters" not in await person_of(ana)
    for each, before in zip((cleo, dan), heard[1:], strict=True):
        assert not any(b"letter" in frame or b"gentle" in frame for frame in each.frames[before:])
    names = [(await id_of(each, circle)).encode() for each in (bo, cleo)]
    told = [frame for frame in ana.frames[heard[0] :] if b"letter" in frame]
    assert told
    assert not any(name in frame for frame in told for name in names)


async def test_somebody_is_asked_first_and_says_yes(place: House) -> None:
    circle, (ana, bo, cleo, dan, eve) = await a_circle(place, "Ana", "Bo", "Cleo", "Dan", "Eve")
    await willing(cleo, dan)
    seq = await ana.says("I cannot see a way.")
    await eve.hears("I cannot see a way.")
    before = [len(each.frames) for each in (ana, bo, cleo, eve)]
    assert await bo.asks("care.worry", circle=circle, target=seq) == {"company": True}
    offered = await sees_care(ana, "an offer", lambda e: e.get("offers"))
    (offer,) = offered["offers"]
    assert offer.keys() == {"offer", "circle", "company", "until"}
    assert 0 < offer["until"] - place.parts.now() <= HOUR
    assert (await person_of(ana))["care"]["offers"] == [offer]
    bo_is, ana_is = await id_of(bo, circle), await id_of(ana, circle)
    asked = ana.frames[before[0] :]
    assert not any(bo_is.encode() in frame for frame in asked if b"care" in frame)
    assert not any(b'"care.now"' in frame for frame in cleo.frames[before[2] :]), "told before a yes"
    assert await ana.asks("care.answer", offer=offer["offer"], yes=True) == {"told": True}
    for each in (cleo, dan):
        wish = await sees_care(each, "a wish for company", lambda e: e.get("wanted"))
        assert [one["participant"] for one in wish["wanted"]] == [ana_is]
        assert (await person_of(each))["care"]["wanted"] == wish["wanted"]
    await ana.until(lambda: not ana.logs[ana.me].events[ana.logs[ana.me].last].get("offers"), "the offer is gone")
    for each, since in ((bo, before[1]), (eve, before[3])):
        assert not any(b"care" in frame for frame in each.frames[since:]), f"{each.name} learned of it"
    await place.clock.passes(hours=1)
    for each in (ana, cleo, dan):
        assert "care" not in await person_of(each)
    left = await place.parts.store.read(
        lambda conn: conn.exec_driver_sql("SELECT count(*) FROM event WHERE kind = 'care.now'").scalar_one()
    )
    assert left == 0
    with pytest.raises(Refused, match="care.not_found"):
        await ana.asks("care.answer", offer=offer["offer"], yes=True)


async def test_a_no_and_no_answer_look_the_same_to_whoever_worried(place: House) -> None:
    circle, (ana, bo, cleo, dan) = await a_circle(place, "Ana", "Bo", "Cleo", "Dan")
    await willing(cleo, dan)
    ana_is, dan_is = await id_of(ana, circle), await id_of(dan, circle)
    first = await bo.asks("care.worry", circle=circle, participant=ana_is)
    offered = await sees_care(ana, "an offer", lambda e: e.get("offers"))
    heard = len(bo.frames)
    said = await ana.asks("care.answer", offer=offered["offers"][0]["offer"], yes=False)
    assert said == {"told": False}
    assert await bo.asks("care.worry", circle=circle, participant=ana_is) == first == {"company": True}
    assert await cleo.asks("care.worry", circle=circle, participant=dan_is) == {"company": False}, (
        "Cleo alone is willing"
    )
    await bo.hears_nothing(circle)
    assert not any(b"care" in frame for frame in bo.frames[heard:])


async def test_saying_that_one_has_a_hard_time_tells_two_or_nobody(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    await willing(ana, bo)
    assert await ana.asks("care.reach_out", circle=circle) == {"told": False}
    await bo.hears_nothing(circle)
    assert "care" not in await person_of(bo)
    await willing(cleo)
    assert await ana.asks("care.reach_out", circle=circle) == {"told": True}
    for each in (bo, cleo):
        await sees_care(each, "a wish for company", lambda e: e.get("wanted"))
    heard = bo.heard
    assert await ana.asks("care.reach_out", circle=circle) == {"told": True}
    await bo.hears_nothing(circle)
    assert bo.heard == heard, "told twice"


async def test_who_was_away_finds_it_and_who_reads_back_later_finds_nothing(place: House) -> None:
    circle, (ana, bo, cleo, dan) = await a_circle(place, "Ana", "Bo", "Cleo", "Dan")
    await willing(bo, cleo)
    async with bo.offline():
        assert await ana.asks("care.reach_out", circle=circle) == {"told": True}
    await bo.until(lambda: (bo.logs[bo.me].view["person"].get("care") or {}).get("wanted"), "the wish")
    read = await sees_care(bo, "the wish in the log", lambda e: e.get("wanted"))
    async with dan.offline(), cleo.offline():
        await place.clock.passes(hours=1)
    kinds = [event["kind"] for event in cleo.logs[cleo.me].events.values()]
    await person_of(cleo)
    assert cleo.logs[cleo.me].last == len(kinds) + cleo.logs[cleo.me].start - 1, "a place in the log was lost"
    fresh = await Guest(place.url, "Cleo").gets_a_place()
    assert fresh.status == 200
    async with bo.offline():
        bo.logs[bo.me].last = read["seq"] - 1
        del bo.logs[bo.me].events[read["seq"]]
    again = await bo.until(lambda: bo.logs[bo.me].events.get(read["seq"]), "that place in the log")
    assert again["kind"] == "preferences.changed"
    assert again["preferences"]["company"] is True


async def test_three_worries_a_day_and_few_wishes_for_a_breath(tmp_path: Path) -> None:
    async with house(tmp_path / "data", worries_a_day=3, breaths_per_hour=2, gentle_a_day=1, **SOON) as place:
        circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
        ana_is = await id_of(ana, circle)
        for _ in range(3):
            await bo.asks("care.worry", circle=circle, participant=ana_is)
        for _ in range(2):
            await bo.asks("breath.ask", circle=circle)
        seqs = [await ana.says(f"Line {n}") for n in range(2)]
        await bo.asks("message.ask_gently", circle=circle, target=seqs[0])
        for do, fields in (
            ("care.worry", {"participant": ana_is}),
            ("breath.ask", {}),
            ("message.ask_gently", {"target": seqs[1]}),
        ):
            with pytest.raises(Refused, match="rate.limited") as refused:
                await bo.asks(do, circle=circle, **fields)
            assert refused.value.facts["retry_after"] > 0
        assert await bo.asks("care.reach_out", circle=circle) == {"told": False}, "for oneself there is no such limit"


async def test_bad_asking_tells_nothing(quick: House) -> None:
    circle, (ana, bo) = await a_circle(quick, "Ana", "Bo")
    stranger = await Guest(quick.url, "Dan").comes_in()
    seq, ana_is, bo_is = await ana.says("Here."), await id_of(ana, circle), await id_of(bo, circle)
    for guest, do, fields, code in (
        (stranger, "care.worry", {"circle": circle, "target": seq}, "circle.not_found"),
        (stranger, "care.reach_out", {"circle": circle}, "circle.not_found"),
        (stranger, "message.ask_gently", {"circle": circle, "target": seq}, "circle.not_found"),
        (stranger, "care.answer", {"offer": "AAAAAAAAAAAAAAAA", "yes": True}, "care.not_found"),
        (bo, "care.worry", {"circle": circle}, "request.bad_field"),
        (bo, "care.worry", {"circle": circle, "target": seq, "participant": ana_is}, "request.bad_field"),
        (bo, "care.worry", {"circle": circle, "participant": bo_is}, "participant.not_found"),
        (bo, "care.worry", {"circle": circle, "participant": "AAAAAAAAAAAAAAAA"}, "participant.not_found"),
        (bo, "care.worry", {"circle": circle, "target": 9_999}, "message.not_found"),
        (bo, "message.ask_gently", {"circle": circle, "target": 9_999}, "message.not_found"),
        (ana, "message.ask_gently", {"circle": circle, "target": seq}, "gentle.own_words"),
    ):
        with pytest.raises(Refused, match=code):
            await guest.asks(do, **fields)
    assert not any(b"care" in frame for frame in ana.frames)
    assert msgspec.json.decode(ana.frames[0])["hello"]
