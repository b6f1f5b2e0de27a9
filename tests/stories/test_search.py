"""People look for words that were said: each finds what they may read, and nothing of it stays anywhere."""

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, update
from sqlmodel import col, select

from rooms import search
from rooms.models import Circle, EventRow, Log
from rooms.wire_messages import MessagePosted
from tests.guests import Guest
from tests.house import House
from tests.http import Answer


async def finds(guest: Guest, words: str, **more: Any) -> list[str]:
    """What they find, newest first, going on until nothing is left."""
    found: list[str] = []
    asked = {"words": words, **more}
    while True:
        answer = await searches(guest, **asked)
        assert answer.status == 200, answer.body
        part = answer.json()
        found += [each["words"] for each in part["found"]]
        if "further" not in part:
            return found
        asked["further"] = part["further"]


async def searches(guest: Guest, **asked: Any) -> Answer:
    return await guest.posts("/api/search", asked)


async def test_words_are_found_as_people_write_them(place: House) -> None:
    ana, bo = await Guest(place.url, "Ana").comes_in(), await Guest(place.url, "Bo").comes_in()
    circle = await ana.opens()
    await bo.enters(circle)
    first = await ana.says("We met in the CAFÉ by the Straße, it’s still there.")
    await bo.says("Das Cafe\u0301 war größer.")
    await bo.says("今天感觉好多了")
    await bo.says("The river was calm.")
    assert await finds(bo, "café straße") == ["We met in the CAFÉ by the Straße, it’s still there."]
    assert await finds(bo, "CAFE") == [
        "Das Cafe\u0301 war größer.",
        "We met in the CAFÉ by the Straße, it’s still there.",
    ]
    assert await finds(bo, "IT'S  strasse") == ["We met in the CAFÉ by the Straße, it’s still there."]
    assert await finds(bo, "感觉") == ["今天感觉好多了"]
    assert await finds(bo, "river cafe") == [], "every word must be in it"
    assert await finds(bo, "%") == []
    assert await finds(bo, "ri_er") == []
    (found,) = (await searches(bo, words="strass", circle=circle)).json()["found"]
    assert (found["circle"], found["seq"], found["name"]) == (circle, first, "Ana")
    (mark,) = found["marks"]
    assert found["words"][mark["start"] : mark["end"]] == "Straß"


async def test_one_finds_what_one_may_read_and_nothing_else(place: House) -> None:
    ana, bo, fern = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo", "Fern")]
    circle, other = await ana.opens(), await ana.opens()
    await bo.enters(circle)
    await ana.says("A lantern before you came.", circle)
    await fern.enters(circle)
    await place.clock.passes(minutes=20)
    changed = await ana.says("A lantern, once.", circle)
    gone = await ana.says("A lantern to take back.", circle)
    flagged = await ana.says("A lantern that hurts.", circle)
    await bo.says("A lantern from Bo.", circle)
    await place.clock.passes(seconds=1)
    await ana.says("A lantern elsewhere.", other)
    await ana.asks("message.edit", circle=circle, target=changed, body="A candle now.")
    await ana.asks("message.take_back", circle=circle, target=gone)
    await fern.asks("message.flag", circle=circle, target=flagged, category="disrespect")
    assert await finds(fern, "lantern") == ["A lantern from Bo."]
    assert await finds(ana, "lantern") == [
        "A lantern elsewhere.",
        "A lantern from Bo.",
        "A lantern that hurts.",
        "A lantern before you came.",
    ]
    assert await finds(ana, "lantern", circle=other) == ["A lantern elsewhere."]
    await fern.asks("flag.withdraw", circle=circle, target=flagged)
    assert await finds(fern, "lantern") == ["A lantern from Bo.", "A lantern that hurts."]
    bo_here = next(each["id"] for each in fern.logs[f"circle/{circle}"].view["participants"] if each["name"] == "Bo")
    await fern.asks("aside.set", circle=circle, participant=bo_here)
    assert await finds(fern, "lantern") == ["A lantern that hurts."]
    await bo.asks("message.hold", circle=circle, target=flagged, category="privacy")
    assert await finds(fern, "lantern") == []
    assert "A lantern that hurts." not in await finds(ana, "lantern"), "covered words are found by nobody"
    refused = await searches(fern, words="lantern", circle=other)
    assert (refused.status, refused.json()["code"]) == (404, "circle.not_found")
    before = (await searches(fern, words="from", circle=circle)).json()
    assert before["found"] == []
    await fern.asks("circle.leave", circle=circle)
    assert await finds(fern, "candle") == []
    left = await searches(fern, words="candle", further=[{"circle": circle, "before": 2**40}])
    assert left.json() == {"found": []}


async def test_what_is_carried_on_is_found_without_a_name_also_by_who_set_its_giver_aside(place: House) -> None:
    ana, bo = await Guest(place.url, "Ana").comes_in(), await Guest(place.url, "Bo").comes_in()
    circle = await ana.opens()
    await bo.enters(circle)
    giver = bo.logs[f"circle/{circle}"].view["mine"]["participant"]
    await ana.asks("circle.close", circle=circle)
    await bo.asks("carry.give", circle=circle, words="I carry a lantern.")
    await ana.asks("aside.set", circle=circle, participant=giver)
    await place.clock.passes(minutes=10)
    for each in (ana, bo):
        answer = await searches(each, words="lantern")
        (found,) = answer.json()["found"]
        assert (found["name"], found["carried"]) == ("", True)
        assert giver.encode() not in answer.body


async def test_what_faded_is_not_found(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    circle = await ana.opens(keep_for=3_600_000)
    await ana.says("A lantern that fades.", circle)
    assert await finds(ana, "lantern") == ["A lantern that fades."]
    await place.clock.passes(minutes=61)
    assert await finds(ana, "lantern") == []


async def test_much_is_looked_through_in_parts_newest_first_and_everybody_else_goes_on(
    place: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EVENTS", 100)
    monkeypatch.setattr(search, "EVENTS_MOST", 1_000)
    ana, bo = await Guest(place.url, "Ana").comes_in(), await Guest(place.url, "Bo").comes_in()
    circles = [await ana.opens(), await ana.opens()]
    await bo.enters(circles[0])
    for at, circle in enumerate(circles):
        await already_said(place, circle, 2_600, every=50, shifted=at)
    whole: list[int] = []
    asked: dict[str, Any] = {"words": "lantern"}
    parts = 0
    while True:
        searching = asyncio.create_task(searches(ana, **asked))
        await bo.says(f"Meanwhile {parts}.", circles[0])
        answer = (await searching).json()
        parts += 1
        whole += [each["at"] for each in answer["found"]]
        assert len(answer["found"]) <= 20
        if "further" not in answer:
            break
        assert answer["back_to"] <= min(whole[-1:], default=2**53)
        asked["further"] = answer["further"]
    assert len(whole) == 2 * 52
    assert whole == sorted(whole, reverse=True)
    assert parts >= 6


async def test_a_question_that_cannot_be_asked_is_refused_and_too_many_wait(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    refused = {
        "": "words.empty",
        " \u200b ": "words.empty",
        "a" * 101: "words.too_long",
        "a b c d e f g h i": "words.too_long",
        "a\0b": "words.bad_unicode",
        "a" * 60_000: "words.too_long",
    }
    for words, code in refused.items():
        answer = await searches(ana, words=words)
        assert (answer.status, answer.json()["code"]) == (422, code), code
    assert (await searches(ana, words="a", circle="no")).status == 400
    assert (await searches(ana, words="a", further=[{"circle": "A" * 16}])).status == 400
    assert (await searches(Guest(place.url, "Nobody"), words="a")).status == 401
    searches_of = place.parts.limits._searches
    searches_of.burst, searches_of.rate = 2, 0.01
    searches_of._buckets.clear()
    answers = [await searches(ana, words="a") for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert answers[-1].json()["retry_after"] > 0


async def already_said(place: House, circle: str, count: int, *, every: int, shifted: int) -> None:
    """So many messages from before, one a second, each ``every``-th with a lantern in it."""

    def write(conn: Any) -> None:
        log_id, head = conn.execute(
            select(Log.id, Log.head_seq).join(Circle, col(Circle.log_id) == Log.id).where(Circle.id == circle)
        ).one()
        begun = place.parts.now() - count * 1_000 - 10_000
        event = MessagePosted(by="s" * 16, name="", at=begun, key="k" * 22)
        columns = {"log_id": log_id, "kind": "message.posted", "sender": "s" * 16, "data": msgspec.json.encode(event)}
        conn.execute(
            insert(EventRow),
            [
                {
                    **columns,
                    "seq": head + 1 + each,
                    "at": begun + each * 1_000 + shifted,
                    "key": f"{circle}{each}"[-22:],
                    "body": f"A {'lantern' if each % every == 0 else 'candle'} of {each}.",
                }
                for each in range(count)
            ],
        )
        conn.execute(update(Log).where(col(Log.id) == log_id).values(head_seq=head + count))

    await place.parts.store.write(write)
