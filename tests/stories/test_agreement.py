"""The living agreement on a real server: a change from the proposal to the review, and what everybody reads of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.disk import nothing_is_left
from tests.guests import Guest, Refused
from tests.house import House
from tests.stories.test_together import a_circle

HOUR = 3_600_000
NEW = "I listen.\nI say when I need quiet."


async def book(guest: Guest, circle: str) -> Any:
    answer = await guest.gets(f"/api/circles/{circle}/agreement")
    assert answer.status == 200, answer.json()
    return answer.json()


async def moved(guest: Guest, circle: str, what: str) -> Any:
    return await guest.sees(f"circle/{circle}", lambda e: e["kind"] == "agreement.moved" and e["what"] == what, what)


async def proposes(guest: Guest, circle: str, text: str = NEW, **more: Any) -> str:
    await guest.asks("agreement.propose", circle=circle, version=1, text=text, **more)
    return str((await moved(guest, circle, "proposed"))["matter"]["id"])


async def test_a_change_is_proposed_agreed_to_tried_and_kept(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    with place.clock.standing_still():
        matter = await proposes(bo, circle)
        again = await bo.asks("agreement.propose", circle=circle, version=1, text=NEW)
        assert again["dup"]
        told = await moved(cleo, circle, "proposed")
        assert told["matter"]["until"] == place.parts.now() + 10 * 60_000
        read = await book(cleo, circle)
        assert read["proposed"] == {"matter": matter, "revision": 1, "text": NEW, "keep_for": 24 * HOUR}
        await cleo.asks("agreement.object", circle=circle, matter=matter, revision=1, reason="Too much of a rule.")
        await ana.asks("agreement.consent", circle=circle, matter=matter, revision=1)
        (objection,) = (await book(ana, circle))["objections"]
        assert objection["reason"] == "Too much of a rule."
        better = "I listen.\nI may say when I need quiet."
        await place.clock.passes(minutes=9)
        await bo.asks("agreement.reword", circle=circle, matter=matter, text=better)
        with pytest.raises(Refused, match="agreement.reworded"):
            await ana.asks("agreement.consent", circle=circle, matter=matter, revision=1)
        # The objection stays with its objector, and the time began anew.
        await place.clock.passes(minutes=9)
        assert (await book(ana, circle))["matter"]["objections"] == [objection["by"]]
        await cleo.asks("agreement.consent", circle=circle, matter=matter, revision=2)
        await place.clock.passes(minutes=1)
        tried = await moved(ana, circle, "trial")
        assert tried["version"] == 2
        now = await book(ana, circle)
        assert (now["now"]["text"], now["now"]["how"], now["agreed"]["text"]) == (better, "proposed", "I listen.")
        assert now["former"]["version"] == 1
        assert "proposed" not in now
        await place.clock.passes(hours=1)
        await moved(ana, circle, "review")
        await place.clock.passes(minutes=10)
        kept = await moved(ana, circle, "kept")
        assert (kept["version"], kept["matter"]["outcome"]) == (2, "kept")
        await place.clock.passes(hours=24)
        assert "matter" not in await book(ana, circle)


async def test_an_objection_held_at_the_end_stops_it_and_after_a_trial_brings_the_former_back(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    with place.clock.standing_still():
        matter = await proposes(bo, circle)
        await ana.asks("agreement.consent", circle=circle, matter=matter, revision=1)
        await cleo.asks("agreement.object", circle=circle, matter=matter, revision=1, reason="Not yet.")
        await place.clock.passes(minutes=10)
        await moved(ana, circle, "stopped")
        assert (await book(ana, circle))["now"]["version"] == 1
        await bo.asks("agreement.propose", circle=circle, version=1, text=NEW, keep_for=HOUR)
        matter = (await book(ana, circle))["matter"]["id"]
        await ana.asks("agreement.consent", circle=circle, matter=matter, revision=1)
        await place.clock.passes(minutes=10)
        await moved(ana, circle, "trial")
        assert (await book(ana, circle))["now"]["keep_for"] == HOUR
        await cleo.asks("agreement.object", circle=circle, matter=matter, revision=1, reason="An hour is short.")
        await place.clock.passes(hours=1)
        await moved(ana, circle, "review")
        await place.clock.passes(minutes=10)
        assert (await moved(ana, circle, "returned"))["version"] == 3
        now = (await book(ana, circle))["now"]
        assert (now["text"], now["keep_for"], now["how"]) == ("I listen.", 24 * HOUR, "returned")


async def test_who_comes_back_reads_what_changed_and_agrees_anew(quick: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(quick, "Ana", "Bo", "Cleo")
    await cleo.asks("circle.leave", circle=circle)
    matter = await proposes(ana, circle)
    await bo.asks("agreement.consent", circle=circle, matter=matter, revision=1)
    with quick.clock.standing_still():
        await quick.clock.passes(minutes=10)
    await moved(ana, circle, "trial")
    read = await book(cleo, circle)
    assert set(read) == {"now", "agreed"}, "who is outside reads of no proposals"
    assert (read["agreed"]["text"], read["now"]["text"]) == ("I listen.", NEW)
    with pytest.raises(Refused, match="agreement.changed"):
        await cleo.enters(circle, agreement=1)
    await cleo.enters(circle, agreement=2)
    assert "agreed" not in await book(cleo, circle)
    dee = await Guest(quick.url, "Dee").comes_in()
    assert (await dee.gets(f"/api/circles/{circle}/agreement")).status == 404


async def test_alone_it_takes_nobody_else_and_with_others_one_person_is_not_enough(quick: House) -> None:
    circle, (ana, bo) = await a_circle(quick, "Ana", "Bo")
    with quick.clock.standing_still():
        await proposes(ana, circle)
        await quick.clock.passes(minutes=10)
        await moved(bo, circle, "lapsed")
        await bo.asks("circle.leave", circle=circle)
        await ana.asks("agreement.propose", circle=circle, version=1, text=NEW)
        await quick.clock.passes(minutes=10)
        assert (await moved(ana, circle, "trial"))["version"] == 2


async def test_what_cannot_be_is_refused_and_changes_nothing(quick: House) -> None:
    circle, (ana, bo) = await a_circle(quick, "Ana", "Bo")

    async def refused(code: str, who: Guest, do: str, **fields: Any) -> None:
        with pytest.raises(Refused) as caught:
            await who.asks(do, circle=circle, **fields)
        assert caught.value.code == code

    await ana.says("Something that keeps the circle readable.")
    propose = "agreement.propose"
    await refused("agreement.too_long", ana, propose, version=1, text="a" * 60_000)
    huge = {"do": propose, "circle": circle, "version": 1, "text": "a" * 1_000_000}
    assert (await ana.posts("/api/commands", huge)).status == 413
    await refused("agreement.empty", ana, propose, version=1, text=" \n")
    await refused("agreement.changed", ana, propose, version=2, text=NEW)
    await refused("agreement.same", ana, propose, version=1, text="I listen. ")
    await refused("request.bad_field", ana, propose, version=1, text=NEW, keep_for=1)
    await refused("agreement.over", ana, "agreement.consent", matter="A" * 16, revision=1)
    await bo.asks("bell.ring", circle=circle)
    await refused("circle.waiting", ana, propose, version=1, text=NEW)
    assert "matter" not in await book(ana, circle)
    await quick.clock.passes(minutes=1)
    matter = await proposes(ana, circle)
    await refused("agreement.busy", bo, propose, version=1, text="I rest.")
    await refused("agreement.not_yours", bo, "agreement.reword", matter=matter, text="I rest.")
    await refused("reason.empty", bo, "agreement.object", matter=matter, revision=1, reason=" ")
    await refused("reason.too_long", bo, "agreement.object", matter=matter, revision=1, reason="a" * 281)
    await bo.asks("agreement.object", circle=circle, matter=matter, revision=1, reason="No.")
    again = await bo.asks("agreement.object", circle=circle, matter=matter, revision=1, reason="No.")
    assert again["dup"]
    await refused("agreement.objected", bo, "agreement.object", matter=matter, revision=1, reason="Still no.")
    await ana.asks("agreement.take_back", circle=circle, matter=matter)
    await refused("agreement.over", bo, "agreement.clear", matter=matter)
    assert "proposed" not in await book(bo, circle)
    await ana.asks("circle.close", circle=circle)
    await refused("agreement.closing", ana, propose, version=1, text=NEW)
    await quick.clock.passes(minutes=10)
    await refused("circle.closed", ana, propose, version=1, text=NEW)
    assert (await book(ana, circle))["now"]["version"] == 1


async def agreed(place: House, circle: str, ana: Guest, bo: Guest, version: int, keep_for: int) -> None:
    """A change of how long words stay, kept after its trial."""
    await ana.asks("agreement.propose", circle=circle, version=version, text=f"I listen {version}.", keep_for=keep_for)
    matter = (await book(ana, circle))["matter"]["id"]
    await bo.asks("agreement.consent", circle=circle, matter=matter, revision=1)
    await place.clock.passes(minutes=10)
    await place.clock.passes(hours=1)
    await place.clock.passes(minutes=10)
    await moved(ana, circle, "kept")
    await place.clock.passes(seconds=1)


async def test_words_are_never_kept_longer_than_was_promised_when_they_were_said(place: House) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens(keep_for=2 * HOUR)
    await bo.enters(circle)

    async def said() -> set[str]:
        page = (await bo.gets(f"/api/circles/{circle}/events")).json()
        return {each["event"]["body"] for each in page["events"] if each["event"]["kind"] == "message.posted"}

    with place.clock.standing_still():
        await ana.says("For two hours.")
        await agreed(place, circle, ana, bo, 1, 20 * HOUR)
        await ana.says("For twenty.")
        await place.clock.passes(minutes=35)
        assert await said() == {"For two hours.", "For twenty."}
        await place.clock.passes(minutes=5)
        assert await said() == {"For twenty."}
        await place.clock.passes(hours=10)
        assert await said() == {"For twenty."}
        await agreed(place, circle, ana, bo, 2, HOUR)
        assert await said() == set(), "a shorter time holds for all"


async def test_the_words_of_what_is_decided_go_after_a_while_and_with_their_writers(
    quick: House, tmp_path: Path
) -> None:
    circle, (ana, bo, cleo) = await a_circle(quick, "Ana", "Bo", "Cleo")
    with quick.clock.standing_still():
        matter = await proposes(ana, circle, "I listen.\nMarker of a proposal")
        reason = {"matter": matter, "revision": 1, "reason": "Marker of a reason"}
        await bo.asks("agreement.object", circle=circle, **reason)
        await cleo.asks("agreement.object", circle=circle, **{**reason, "reason": "Marker of another"})
        await cleo.posts("/api/commands", {"do": "person.forget", "sure": True})
        await quick.clock.passes(minutes=10)
        await moved(ana, circle, "stopped")
        read = await book(ana, circle)
        assert [each["reason"] for each in read["objections"]] == ["Marker of a reason"]
        assert read["proposed"]["text"].endswith("Marker of a proposal")
        await quick.clock.passes(hours=24)
    await quick.parts.clock.keep_seats()
    await nothing_is_left(quick, tmp_path / "data", "Marker of a proposal", "Marker of a reason", "Marker of another")
