"""Two people in a circle, and a third."""

import asyncio
from typing import Any

import pytest

from rooms import views
from tests.guests import Guest, Refused, new_key
from tests.house import House


async def guests(place: House, *names: str) -> list[Guest]:
    return [await Guest(place.url, name).comes_in() for name in names]


async def test_what_one_says_all_hear_in_the_same_order(place: House) -> None:
    ana, bo, cleo = await guests(place, "Ana", "Bo", "Cleo")
    circle = await ana.opens()
    for each in (bo, cleo):
        await each.enters(circle)
    await ana.says("Good evening.")
    await bo.hears("Good evening.")
    await bo.says("Hello Ana.")
    await cleo.says("I only listen tonight.")
    for each in (ana, bo, cleo):
        await each.hears("I only listen tonight.")
        assert each.bodies()[-3:] == ["Good evening.", "Hello Ana.", "I only listen tonight."]


async def test_somebody_who_comes_later_hears_nothing_from_before(place: House) -> None:
    ana, bo = await guests(place, "Ana", "Bo")
    circle = await ana.opens()
    before = await ana.says("Only for those who were here.")
    await bo.enters(circle)
    await ana.says("Welcome, Bo.")
    await bo.hears("Welcome, Bo.")
    assert bo.bodies() == ["Welcome, Bo."]
    page = await bo.asks("history.page", circle=circle, before=2**40, limit=200)
    assert page["base"] > before
    assert all(event["event"].get("body") != "Only for those who were here." for event in page["events"])
    await ana.asks("message.edit", circle=circle, target=before, body="Something else, from before Bo.")
    await bo.sees(f"circle/{circle}", lambda event: event["kind"] == "quiet", "that something happened")
    assert not any(b"from before Bo" in frame for frame in bo.frames)


async def test_a_retry_with_the_same_key_is_said_once(place: House) -> None:
    ana, bo = await guests(place, "Ana", "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    key = new_key()
    first = await ana.asks("message.post", circle=circle, body="Once.", key=key)
    again = await ana.asks("message.post", circle=circle, body="Once.", key=key)
    assert (again["seq"], again["dup"]) == (first["seq"], True)
    with pytest.raises(Refused, match="key.reused"):
        await ana.asks("message.post", circle=circle, body="Something else.", key=key)
    await bo.hears("Once.")
    await bo.hears_nothing()
    assert bo.bodies() == ["Once."]


async def test_who_was_away_hears_what_was_said_meanwhile_once_and_in_order(place: House) -> None:
    ana, bo = await guests(place, "Ana", "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    await ana.says("Before.")
    await bo.hears("Before.")
    async with bo.offline():
        for number in range(300):
            await ana.says(f"While you were away, {number}.")
    await ana.says("After.")
    await bo.hears("After.")
    assert bo.bodies() == ["Before.", *(f"While you were away, {n}." for n in range(300)), "After."]


async def test_taking_back_takes_the_words_from_everybody(place: House) -> None:
    ana, bo = await guests(place, "Ana", "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    seq = await ana.says("I wish I had not said this.")
    await bo.hears("I wish I had not said this.")
    with pytest.raises(Refused, match="message.not_yours"):
        await bo.asks("message.take_back", circle=circle, target=seq)
    await ana.asks("message.take_back", circle=circle, target=seq)
    await bo.sees(f"circle/{circle}", lambda event: event == {"kind": "message.taken_back", "target": seq}, "it go")
    page = await bo.asks("history.page", circle=circle, before=2**40)
    assert all("I wish" not in str(event) for event in page["events"])
    assert (await ana.asks("message.take_back", circle=circle, target=seq))["dup"]


async def test_a_gesture_tells_its_writer_who_and_the_others_only_that(place: House) -> None:
    ana, bo, cleo = await guests(place, "Ana", "Bo", "Cleo")
    circle = await ana.opens()
    for each in (bo, cleo):
        await each.enters(circle)
    await ana.watches(ana.me)
    seq = await ana.says("I told my sister today.")
    await bo.asks("gesture.make", circle=circle, target=seq, gesture="hear_you")
    made = await ana.sees(ana.me, lambda event: event["kind"] == "gesture.made", "the gesture")
    assert (made["name"], made["gesture"], made["target"]) == ("Bo", "hear_you", seq)
    await cleo.sees(f"circle/{circle}", lambda event: event["kind"] == "message.received", "that it was received")
    await cleo.asks("gesture.make", circle=circle, target=seq, gesture="hear_you")
    await cleo.hears_nothing()
    assert not any(b"hear_you" in frame for frame in cleo.frames), "a gesture was told to somebody it is not for"
    received = [e for e in cleo.logs[f"circle/{circle}"].events.values() if e["kind"] == "message.received"]
    assert len(received) == 1, "gestures could be counted"


async def test_somebody_is_writing_and_nobody_is_named(place: House) -> None:
    ana, bo = await guests(place, "Ana", "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    await ana.asks("writing.tell", circle=circle)
    told = await bo.notices(lambda note: "writing" in note, "that someone is writing")
    assert told == {"on": f"circle/{circle}", "writing": True}
    await ana.hears_nothing()
    assert not any("writing" in note for note in ana.notes)


async def test_leaving_ends_what_one_hears(place: House) -> None:
    ana, bo = await guests(place, "Ana", "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    await bo.asks("circle.leave", circle=circle)
    await bo.notices(lambda note: note.get("reset") == "left", "the end of the circle")
    await ana.says("Bo does not hear this.")
    await bo.hears_nothing()
    asks: dict[str, dict[str, Any]] = {
        "message.post": {"key": new_key(), "body": "no"},
        "message.edit": {"target": 3, "body": "no"},
        "message.take_back": {"target": 3},
        "history.page": {"before": 9},
        "gesture.make": {"target": 3, "gesture": "hear_you"},
        "circle.leave": {},
    }
    for ask, fields in asks.items():
        with pytest.raises(Refused, match="circle.not_found"):
            await bo.asks(ask, circle=circle, **fields)
    with pytest.raises(Refused, match="log.not_found"):
        await bo.asks("log.watch", on=f"circle/{circle}")


async def test_several_circles_share_one_socket(place: House) -> None:
    ana, bo = await guests(place, "Ana", "Bo")
    first, second = await ana.opens("One"), await ana.opens("Two")
    for circle in (first, second):
        await bo.enters(circle)
    await ana.says("in one", first)
    await ana.says("in two", second)
    await bo.hears("in one", first)
    await bo.hears("in two", second)
    assert bo.bodies(first) == ["in one"]


async def test_a_page_of_long_words_is_cut_to_what_one_may_be_sent(quick: House) -> None:
    ana = (await guests(quick, "Ana"))[0]
    circle = await ana.opens()
    for number in range(30):
        await ana.says(f"{number} " + "\N{SLIGHTLY SMILING FACE}" * 3_990)
    pages = await asyncio.gather(*(ana.asks("history.page", circle=circle, before=2**40, limit=200) for _ in range(20)))
    for page in pages:
        seqs = [each["seq"] for each in page["events"]]
        assert seqs == list(range(seqs[0], seqs[-1] + 1)), "a page has a hole"
        assert 2 <= len(seqs) < 30
        assert seqs[-1] == pages[0]["events"][-1]["seq"]
    assert len(max(ana.frames, key=len)) < 300 * 1024
    earlier = await ana.asks("history.page", circle=circle, before=pages[0]["events"][0]["seq"], limit=200)
    assert earlier["events"][-1]["seq"] == pages[0]["events"][0]["seq"] - 1


async def test_only_gestures_on_the_newest_messages_are_listed(quick: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "GESTURES_MOST", 2)
    ana, bo = await guests(quick, "Ana", "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    said = [await ana.says(body) for body in ("One.", "Two.", "Three.")]
    for seq in said:
        await bo.asks("gesture.make", circle=circle, target=seq, gesture="hear_you")
    given = (await bo.watches(f"circle/{circle}", epoch=None))["mine"]["given"]
    received = (await ana.watches(f"circle/{circle}", epoch=None))["mine"]["received"]
    assert [[each["target"] for each in some] for some in (given, received)] == [said[:0:-1]] * 2


async def test_words_say_how_they_want_to_be_met_and_a_prompt_is_one(place: House) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens()
    await bo.enters(circle)
    key = new_key()
    await ana.says("Today was hard.", circle, key=key, meet="just_listen")
    await ana.says("What helped you this week?", circle, prompt=True)
    shared = await bo.sees(f"circle/{circle}", lambda e: e.get("body") == "Today was hard.", "words")
    assert (shared["meet"], "prompt" in shared, "share" in shared) == ("just_listen", False, False)
    prompt = await bo.sees(f"circle/{circle}", lambda e: e.get("body") == "What helped you this week?", "a prompt")
    assert prompt["prompt"] is True
    with pytest.raises(Refused, match=r"key\.reused"):
        await ana.says("Today was hard.", circle, key=key, meet="ideas")
    page = (await bo.gets(f"/api/circles/{circle}/events")).json()
    again = [each["event"] for each in page["events"] if each["event"]["kind"] == "message.posted"]
    assert [(each.get("meet"), each.get("prompt")) for each in again] == [("just_listen", None), (None, True)]
