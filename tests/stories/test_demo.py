"""What the README promises somebody who tries the demo: a lived-in place, and a flag in three browsers."""

from pathlib import Path

import pytest

from server.demo import CIRCLES, furnish
from tests.guests import Guest, Refused
from tests.house import house


async def test_a_flag_in_three_browsers(tmp_path: Path) -> None:
    async with house(tmp_path / "data", time_scale=60) as place:
        await furnish(place.parts)
        ana, bo, cleo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo", "Cleo")]
        listed = (await ana.gets("/api/circles")).json()["circles"]
        assert {each["topic"] for each in listed} == {topic for topic, *_ in CIRCLES}
        assert [each["state"] for each in listed] == ["open", "open", "planned"]
        circle = next(each["id"] for each in listed if each["topic"] == CIRCLES[0][0])
        for each in (ana, bo, cleo):
            await each.enters(circle)
            await each.hears(CIRCLES[0][3][0][1], circle)
            await each.watches(each.me)
        await place.clock.passes(seconds=11)
        seq = await ana.says("Get over it already.")
        await bo.asks("message.flag", circle=circle, target=seq, category="disrespect")
        await bo.sees(bo.me, lambda e: e["kind"] == "flag.moved" and e["status"] == "received", "that it was received")
        with pytest.raises(Refused, match="flag.already"):
            await bo.asks("message.flag", circle=circle, target=seq, category="disrespect")
        await ana.hears_nothing()
        await cleo.asks("message.flag", circle=circle, target=seq, category="disrespect")
        address = f"circle/{circle}"
        for each in (ana, bo, cleo):
            folded = await each.sees(address, lambda e: e["kind"] == "message.folded", "the fold")
            assert folded["target"] == seq
        await place.clock.passes(seconds=2)
        letter = (await ana.sees(ana.me, lambda e: e["kind"] == "letter.came", "the letter"))["letter"]
        assert (letter["about"], letter["felt"]) == ("folded", ["disrespect"])
        await ana.asks("message.rephrase", circle=circle, target=seq, body="I find this hard to hear tonight.")
        said = await cleo.sees(address, lambda e: e["kind"] == "message.rephrased", "it said differently")
        assert said["body"] == "I find this hard to hear tonight."


async def test_furnishing_twice_changes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as place:
        await furnish(place.parts)
        await furnish(place.parts)
        ana = await Guest(place.url, "Ana").comes_in()
        assert len((await ana.gets("/api/circles")).json()["circles"]) == len(CIRCLES)
