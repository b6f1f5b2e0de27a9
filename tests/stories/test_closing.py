"""How a circle ends: what is carried on, a round that the closing waits for, and who leaves or comes back meanwhile."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from server.migrate import TABLES
from tests.guests import Guest, Refused, new_key
from tests.house import House, house
from tests.stories.test_hosting import hosting, seats
from tests.stories.test_together import a_circle, told

NOBODY = "-" * 16


async def mine(guest: Guest, circle: str) -> Any:
    await guest.asks("log.unwatch", on=f"circle/{circle}")
    return (await guest.watches(f"circle/{circle}"))["mine"]


async def closes(guest: Guest, circle: str) -> Any:
    return await guest.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.closed", "the closing")


def is_turn(turn: int, event: dict[str, Any]) -> bool:
    return event["kind"] == "piece.given" and bool(event["turn"] == turn)


def carried(guest: Guest, circle: str) -> list[dict[str, Any]]:
    events = sorted(guest.logs[f"circle/{circle}"].events.items())
    return [{**event, "seq": seq} for seq, event in events if event.get("carried")]


async def test_what_is_carried_is_shown_to_all_at_the_end_and_tells_nobody_whose_it_is(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo", keep_for=3_600_000)
    await bo.says("We were here.")
    with pytest.raises(Refused, match="circle.not_closing"):
        await bo.asks("carry.give", circle=circle, words="A quiet evening.")
    await ana.asks("circle.close", circle=circle)
    await bo.asks("carry.give", circle=circle, words="Something else.")
    await bo.asks("carry.give", circle=circle, words="A quiet\nevening. ")
    await cleo.asks("carry.give", circle=circle, words="Somebody listened.")
    await ana.asks("carry.give", circle=circle, words="I will not give this.")
    await ana.asks("carry.take_back", circle=circle)
    assert (await mine(bo, circle))["carried"] == "A quiet evening."
    assert "carried" not in await mine(ana, circle)
    assert b"quiet evening" not in b"".join(ana.frames), "shown before the closing"
    await place.clock.passes(minutes=11)
    await closes(ana, circle)
    shown = carried(ana, circle)
    assert {each["body"] for each in shown} == {"A quiet evening.", "Somebody listened."}
    assert {(each["by"], each["name"]) for each in shown} == {(NOBODY, "")}
    # Also for whoever reads it back later.
    fresh = await mine(cleo, circle)
    assert fresh["carried_at"] == next(each["seq"] for each in shown if each["body"] == "Somebody listened.")
    page = await cleo.asks("history.page", circle=circle, before=shown[-1]["seq"] + 1)
    read = [each["event"] for each in page["events"] if each["event"].get("carried")]
    assert [(each["by"], each["name"], each["body"]) for each in read] == [
        (each["by"], each["name"], each["body"]) for each in shown
    ]
    # One's own can be taken back like any message, others' can be flagged.
    with pytest.raises(Refused, match="message.not_yours"):
        await ana.asks("message.take_back", circle=circle, target=fresh["carried_at"])
    await ana.asks("message.flag", circle=circle, target=fresh["carried_at"], category="disrespect")
    await cleo.asks("message.take_back", circle=circle, target=fresh["carried_at"])
    await ana.sees(f"circle/{circle}", lambda e: e["kind"] == "message.taken_back", "that it is taken back")
    assert "carried" not in (await mine(ana, circle))
    # And they fade as the circle's words do.
    await place.clock.passes(minutes=61)
    await ana.notices(lambda note: note.get("reset") == "left", "the end of the circle")
    assert held_by(place, "quiet evening") == []


def held_by(place: House, words: str) -> list[str]:
    """Tables of the database in which some row still has these words."""

    def look(conn: Connection) -> list[str]:
        tables = TABLES.tables.items()
        return [name for name, table in tables if any(words in str(tuple(row)) for row in conn.execute(table.select()))]

    return place.parts.store.read_now(look)


async def test_where_words_go_with_the_closing_what_is_carried_stays_for_a_moment(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo", keep_for=0)
    await bo.says("This goes with the closing.")
    await ana.asks("circle.close", circle=circle)
    await bo.asks("carry.give", circle=circle, words="Somebody listened.")
    await place.clock.passes(minutes=11)
    await closes(ana, circle)
    faded = await ana.sees(f"circle/{circle}", lambda e: e["kind"] == "words.faded", "that words are gone")
    assert "over" not in faded
    assert held_by(place, "goes with the closing") == []
    assert carried(ana, circle)[0]["seq"] > faded["floor"]
    page = await bo.asks("history.page", circle=circle, before=faded["seq"])
    assert [each["event"]["body"] for each in page["events"] if each["event"].get("carried")] == ["Somebody listened."]
    await place.clock.passes(minutes=11)
    await ana.notices(lambda note: note.get("reset") == "left", "the end of the circle")
    assert held_by(place, "Somebody listened") == []


async def test_a_circle_that_stays_open_forgets_what_was_given_for_its_end(quick: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(quick, "Ana", "Bo", "Cleo")
    await ana.asks("circle.close", circle=circle)
    await bo.asks("carry.give", circle=circle, words="Somebody listened.")
    for each in (bo, cleo):
        await each.asks("circle.go_on", circle=circle)
    await told(bo, circle, "handover")
    assert "carried" not in await mine(bo, circle)
    assert held_by(quick, "Somebody listened") == []


async def test_whoever_is_forgotten_takes_their_sentence_along(quick: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(quick, "Ana", "Bo", "Cleo")
    await ana.asks("circle.close", circle=circle)
    for each in (bo, cleo):
        await each.asks("carry.give", circle=circle, words=f"Of {each.name}.")
    await bo.asks("person.forget", sure=True)
    await quick.clock.passes(minutes=11)
    await closes(ana, circle)
    assert [each["body"] for each in carried(ana, circle)] == ["Of Cleo."]
    await cleo.asks("person.forget", sure=True)
    # What tells that she left does not tell that it was hers.
    await ana.sees(f"circle/{circle}", lambda e: e["kind"] == "participant.left", "that she left")
    assert not [e for e in ana.logs[f"circle/{circle}"].events.values() if e["kind"] == "message.taken_back"]
    await mine(ana, circle)
    assert held_by(quick, "Of Cleo.") == held_by(quick, "Of Bo.") == []


async def test_the_closing_waits_for_a_round_but_not_for_ever(quick: House) -> None:
    circle, (ana, bo) = await a_circle(quick, "Ana", "Bo")
    await ana.asks("circle.close", circle=circle)
    await bo.says("We were here.")
    await quick.clock.passes(minutes=8)
    await ana.asks("round.offer", circle=circle, key=new_key(), question="What do you take with you?")
    offered = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "round.offered", "the round")
    await bo.asks("round.join", circle=circle, round=offered["round"])
    await quick.clock.passes(minutes=1, seconds=1)
    given = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "piece.given", "the piece")
    await quick.clock.passes(minutes=1, seconds=30)
    waits = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.closing" and "waits" in e, "the wait")
    assert waits["closes_at"] <= quick.parts.now() + 60_000
    for _ in range(4):
        assert (await mine(ana, circle))["round"]["id"] == given["round"]
        await ana.asks("piece.stay", circle=circle, round=given["round"], turn=given["turn"])
        await quick.clock.passes(minutes=1, seconds=1)
    await quick.clock.passes(minutes=1, seconds=1)
    await closes(bo, circle)
    over = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "round.over", "the end of the round")
    assert over["how"] == "closed"


async def test_a_round_that_ends_lets_the_circle_close_soon(quick: House) -> None:
    circle, (ana, bo) = await a_circle(quick, "Ana", "Bo")
    await ana.asks("circle.close", circle=circle)
    await bo.says("We were here.")
    await quick.clock.passes(minutes=8)
    await ana.asks("round.offer", circle=circle, key=new_key(), question="What do you take with you?")
    offered = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "round.offered", "the round")
    await bo.asks("round.join", circle=circle, round=offered["round"])
    await quick.clock.passes(minutes=1, seconds=1)
    await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "round.began", "the beginning")
    await quick.clock.passes(minutes=1, seconds=30)
    await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.closing" and "waits" in e, "the wait")
    for turn, each in ((1, ana), (2, bo)):
        await each.sees(f"circle/{circle}", partial(is_turn, turn), "the piece")
        await each.says(f"{each.name} takes this along.")
        await each.asks("piece.pass", circle=circle, round=offered["round"], turn=turn)
    await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "round.over", "the end of the round")
    await quick.clock.passes(minutes=1, seconds=1)
    await closes(bo, circle)


async def test_a_host_who_goes_while_it_closes_leaves_the_choice_to_the_others(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    await ana.asks("circle.close", circle=circle)
    await ana.asks("circle.leave", circle=circle)
    assert "handover_until" not in await told(bo, circle, "closing")
    await bo.asks("circle.go_on", circle=circle)
    await bo.asks("circle.leave", circle=circle)
    await bo.enters(circle)
    await cleo.asks("circle.go_on", circle=circle)
    stays = await cleo.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.stays_open", "that they go on")
    assert stays["hosted"] is False
    assert (await told(bo, circle, "handover"))["hosted"] is False


async def test_a_wish_to_go_on_of_somebody_who_left_is_none(quick: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(quick, "Ana", "Bo", "Cleo")
    await ana.asks("circle.close", circle=circle)
    await bo.asks("circle.go_on", circle=circle)
    await bo.asks("circle.leave", circle=circle)
    await cleo.asks("circle.go_on", circle=circle)
    await cleo.says("I was here.")
    await quick.clock.passes(minutes=11)
    await closes(cleo, circle)


async def test_a_closing_that_two_began_goes_on_without_whoever_held_it(quick: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(quick, "Ana", "Bo", "Cleo")
    for each in (bo, cleo):
        await each.asks("circle.close", circle=circle)
    await ana.asks("circle.leave", circle=circle)
    for each in (bo, cleo):
        await each.asks("circle.go_on", circle=circle)
    await told(bo, circle, "handover")
    await bo.asks("host.offer", circle=circle)
    await cleo.asks("host.agree", circle=circle, participant=(await seats(cleo, circle))["Bo"])
    assert await hosting(bo, circle)


async def test_when_everybody_leaves_while_it_closes_nothing_is_left(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
    await ana.says("Nobody will read this again.")
    await ana.asks("circle.close", circle=circle)
    await bo.asks("carry.give", circle=circle, words="Somebody listened.")
    for each in (ana, bo):
        await each.asks("circle.leave", circle=circle)
    await place.clock.passes(seconds=1)
    assert held_by(place, "Somebody listened") == []
    await place.clock.passes(hours=25)
    assert held_by(place, "Nobody will read") == []


async def test_a_server_that_starts_anew_while_a_circle_closes_keeps_to_what_was_announced(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as first:
        circle, people = await a_circle(first, "Ana", "Bo")
        ana, bo = people
        await bo.says("We were here.")
        await ana.asks("circle.close", circle=circle)
        await bo.asks("carry.give", circle=circle, words="Somebody listened.")
        for each in people:
            await each.leaves_the_page()
    async with house(tmp_path / "data") as again:
        for each in people:
            each.url = again.url
            await each.opens_a_socket()
        assert (await mine(bo, circle))["carried"] == "Somebody listened."
        await again.clock.passes(minutes=11)
        await closes(ana, circle)
        assert [each["body"] for each in carried(ana, circle)] == ["Somebody listened."]
        for each in people:
            await each.leaves_the_page()
