"""Rounds with a talking piece, by people in a room: who has it, who may speak, and what becomes of whoever is not there."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from server import connection
from server.presence_shared import SharedPresence
from tests.disk import nothing_is_left
from tests.guests import Guest, Refused, new_key
from tests.house import House, Process, house
from tests.keeper import Keeper

SOON = {"grace": 0.2}
"""Waits of presence, so that who goes has gone without a test waiting for it."""


class Room:
    """A circle of people, and the round that is on in it."""

    def __init__(self, place: House, circle: str, people: list[Guest]) -> None:
        self.place, self.circle, self.people = place, circle, people
        self.round = ""

    @property
    def address(self) -> str:
        return f"circle/{self.circle}"

    async def offers(self, who: Guest, *others: Guest, **more: Any) -> None:
        """Offer a round, which the others join; it begins once its offerer says so."""
        await who.asks("round.offer", circle=self.circle, key=new_key(), **more)
        self.round = (await self.told(who, "round.offered"))["round"]
        for each in others:
            await self.asks(each, "round.join")

    async def asks(self, who: Guest, do: str, **fields: Any) -> Any:
        return await who.asks(do, circle=self.circle, round=self.round, **fields)

    async def passes(self, who: Guest, do: str = "piece.pass", **more: Any) -> Any:
        return await self.asks(who, do, turn=await self.turn(who), **more)

    async def turn(self, who: Guest) -> int:
        """Wait until the piece is with them; returns the turn."""
        mine = self.me(who)

        def with_them() -> int | None:
            moves = [e for e in self.events(who) if e["kind"] in ("piece.given", "round.over", "round.talks")]
            last = moves[-1] if moves else {}
            return last["turn"] if last.get("to") == mine else None

        found = await who.until(with_them, f"the piece comes to {who.name}")
        assert isinstance(found, int)
        return found

    async def told(self, who: Guest, kind: str, **facts: Any) -> dict[str, Any]:
        """Wait for the latest such event of this round, or the first there ever was."""
        return await who.sees(
            self.address,
            lambda e: e["kind"] == kind and e.get("round") != "" and all(e.get(k) == v for k, v in facts.items()),
            f"{kind} {facts}",
        )

    def events(self, who: Guest) -> list[dict[str, Any]]:
        return [event for _, event in sorted(who.logs[self.address].events.items())]

    def me(self, who: Guest) -> str:
        entered = [e for e in self.events(self.people[0]) if e["kind"] == "participant.entered"]
        return str(next(e["participant"] for e in entered if e.get("name") == who.name))

    async def shown(self, who: Guest) -> tuple[dict[str, Any], dict[str, Any]]:
        """The round and one's own part in it, as they are shown to somebody who comes to look."""
        await who.asks("log.unwatch", on=self.address)
        mine = (await who.watches(self.address))["mine"]
        return mine.get("round") or {}, mine.get("my_round") or {}


async def a_room(place: House, *names: str) -> Room:
    people = [await Guest(place.url, name).comes_in() for name in names]
    circle = await people[0].opens()
    for each in people[1:]:
        await each.enters(circle)
    return Room(place, circle, people)


def quick_to_notice(place: House) -> None:
    presence = cast(SharedPresence, place.parts.presence)
    presence._waits = replace(presence._waits, **SOON)


async def test_a_whole_round(place: House) -> None:
    """One shares, one passes, one says come back to me, one joins late; and who does not hold it waits."""
    room = await a_room(place, "Ana", "Bo", "Cleo", "Dee")
    ana, bo, cleo, dee = room.people
    await room.offers(ana, bo, cleo, question="What helped?")
    assert (await room.told(dee, "round.offered"))["question"] == "What helped?"
    await bo.says("Before it begins all may speak.")
    await room.asks(ana, "round.begin")
    turn = await room.turn(ana)
    with pytest.raises(Refused, match="circle.waiting") as waits:
        await bo.says("Out of turn.")
    assert waits.value.facts == {"code": "circle.waiting", "round": room.round, "why": "round"}
    await ana.says("A walk did.", meet="just_listen")
    heard = await bo.hears("A walk did.")
    assert (heard["share"], heard["meet"]) == (True, "just_listen")
    # Dee comes late and is last.
    shown, mine = await room.shown(dee)
    assert (shown["question"], shown["phase"], shown["holder"]) == ("What helped?", "going", room.me(ana))
    assert mine["box"] == "waits"
    await room.asks(dee, "round.join")
    await room.asks(ana, "piece.pass", turn=turn)
    await room.passes(bo, "piece.come_back")
    await room.passes(cleo, silent=True)
    await room.turn(dee)
    await dee.says("Sleep.")
    await room.passes(dee)
    again = await room.turn(bo)
    with pytest.raises(Refused, match="piece.last_time"):
        await room.asks(bo, "piece.come_back", turn=again)
    await bo.says("Music.")
    await room.passes(bo)
    over = await room.told(ana, "round.over")
    assert over["how"] == "complete"
    hands = [(e["by"], e["how"]) for e in room.events(cleo) if e["kind"] == "piece.passed"]
    ways = ((ana, "passed"), (bo, "later"), (cleo, "silent"), (dee, "passed"), (bo, "passed"))
    assert hands == [(room.me(who), how) for who, how in ways]
    await cleo.says("Now all may speak again.")
    assert "Out of turn." not in cleo.bodies()
    assert (await room.shown(ana)) == ({}, {})


async def test_what_may_not_be_is_refused_and_changes_nothing(quick: House) -> None:
    room = await a_room(quick, "Ana", "Bo", "Cleo")
    ana, bo, cleo = room.people
    await room.offers(ana, bo)
    with pytest.raises(Refused, match="round.running"):
        await cleo.asks("round.offer", circle=room.circle, key=new_key())
    with pytest.raises(Refused, match="round.not_joined"):
        await room.asks(cleo, "round.begin")
    await room.asks(ana, "round.begin")
    turn = await room.turn(ana)
    before = len(room.events(cleo))

    async def refused(who: Guest, code: str, do: str, **fields: Any) -> None:
        with pytest.raises(Refused) as no:
            await who.asks(do, **{"circle": room.circle, "round": room.round, **fields})
        assert no.value.code == code

    await refused(bo, "piece.not_yours", "piece.pass", turn=turn)
    await refused(cleo, "piece.not_yours", "piece.come_back", turn=turn)
    await refused(ana, "piece.not_yours", "piece.pass", turn=turn + 1)
    await refused(ana, "round.over", "piece.pass", turn=turn, round="AAAAAAAAAAAAAAAA")
    await refused(ana, "piece.yours", "piece.ask")
    await refused(bo, "piece.too_soon", "piece.ask")
    await refused(bo, "circle.not_found", "round.join", circle="AAAAAAAAAAAAAAAA")
    await refused(ana, "request.bad_field", "piece.pass", turn=-1)
    await refused(ana, "request.bad_field", "piece.pass", turn="1")
    assert await room.turn(ana) == turn
    assert len(room.events(cleo)) == before

    # A double press passes once, whichever of two sockets is read first; and so do two who both think it is theirs.
    other = Guest(quick.url, "Ana")
    other.cookie = ana.cookie
    await other.opens_a_socket()
    pressed = [each.asks("piece.pass", circle=room.circle, round=room.round, turn=turn) for each in (ana, other, bo)]
    done = await asyncio.gather(*pressed, return_exceptions=True)
    assert [isinstance(each, Refused) for each in done] == [False, False, True]
    assert await room.turn(bo) == turn + 1
    assert [e["by"] for e in room.events(bo) if e["kind"] == "piece.passed"] == [room.me(ana)]
    await other.leaves_the_page()


async def test_all_have_answered_and_nobody_has_to_wait(quick: House) -> None:
    room = await a_room(quick, "Ana", "Bo", "Cleo")
    ana, bo, cleo = room.people
    await room.offers(ana, bo)
    await room.asks(cleo, "round.listen")
    await room.told(bo, "round.began")
    assert await room.turn(ana) == 1


async def test_who_vanishes_with_the_piece_costs_the_others_a_minute(place: House) -> None:
    """They have it once more when they are back; who is back within the minute keeps it."""
    quick_to_notice(place)
    room = await a_room(place, "Ana", "Bo", "Cleo")
    ana, bo, cleo = room.people
    await room.offers(ana, bo, cleo)
    await room.asks(ana, "round.begin")
    await room.turn(ana)
    with place.clock.standing_still():
        await ana.leaves_the_page()
        await gone(room, ana)
        await place.clock.passes(seconds=59)
        await ana.opens_a_socket()
        await here(room, ana)
        await place.clock.passes(minutes=2)
        assert not [e for e in room.events(bo) if e["kind"] == "piece.passed"], "who came back in time lost it"
        await ana.leaves_the_page()
        await gone(room, ana)
        await place.clock.passes(seconds=60)
        await room.turn(bo)
    assert (await room.told(cleo, "piece.passed"))["how"] == "later"
    await ana.opens_a_socket()
    await here(room, ana)
    await room.passes(bo)
    await room.passes(cleo)
    await room.turn(ana)
    await room.passes(ana)
    await room.told(cleo, "round.over")


async def gone(room: Room, who: Guest) -> None:
    await seat(room, who, lambda since: since is not None)


async def here(room: Room, who: Guest) -> None:
    await seat(room, who, lambda since: since is None)


async def seat(room: Room, who: Guest, wanted: Any) -> None:
    """Until the round knows whether their screens are here."""
    turns, mine = room.place.parts.turns, room.me(who)
    async with asyncio.timeout(30):
        while True:
            await turns.look()
            state = turns._on[room.address].seat(mine)
            assert state is not None
            if wanted(state.away_since):
                return
            await asyncio.sleep(0.05)


async def test_silence_counts_from_when_somebody_was_last_heard(quick: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever closes the page has gone just then; whoever fell silent went unnoticed for a while, which is part of the minute."""
    room = await a_room(quick, "Ana", "Bo")
    ana, bo = room.people
    ids = {each: room.me(each) for each in (ana, bo)}
    with quick.clock.standing_still():
        now = quick.parts.now()
        await ana.leaves_the_page()
        gone = quick.parts.turns._heard
        await until(lambda: ids[ana] in gone.get(room.address, {}))
        silence = 1.0
        monkeypatch.setattr(connection, "SILENCE", silence)
        await until(lambda: ids[bo] in gone.get(room.address, {}))
        assert now - gone[room.address][ids[ana]] < silence * 1000 <= now - gone[room.address][ids[bo]]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what a server knows gives no sign
            await asyncio.sleep(0.05)


async def test_leaving_is_stepping_out_and_closing_ends_it(quick: House) -> None:
    room = await a_room(quick, "Ana", "Bo", "Cleo", "Dee")
    ana, bo, cleo, dee = room.people
    await room.offers(ana, bo, cleo, dee, question="What helped?")
    await room.asks(ana, "round.begin")
    await room.turn(ana)
    ids = {each.name: room.me(each) for each in room.people}
    await ana.asks("person.forget", sure=True)
    await room.told(bo, "piece.given", to=ids["Bo"])
    shown, _ = await room.shown(cleo)
    assert "question" not in shown, "who asked is forgotten and their question is not"
    assert shown["people"] == [ids["Bo"], ids["Cleo"], ids["Dee"]]
    await bo.asks("circle.leave", circle=room.circle)
    await room.told(cleo, "piece.given", to=ids["Cleo"])
    await cleo.says("I have to go soon.")
    await cleo.asks("circle.close", circle=room.circle)
    await dee.asks("circle.close", circle=room.circle)
    await quick.clock.passes(minutes=11)
    for _ in range(5):
        # It waits for the round, but not for long.
        await quick.clock.passes(minutes=1)
    assert (await room.told(dee, "round.over"))["how"] == "closed"


async def test_silence_is_asked_about_and_a_word_or_a_key_is_a_sign(quick: House) -> None:
    room = await a_room(quick, "Ana", "Bo")
    ana, bo = room.people
    await ana.watches(ana.me)
    await room.offers(ana, bo)
    await room.asks(ana, "round.begin")
    await room.turn(ana)
    await quick.parts.turns.look()
    with quick.clock.standing_still():
        await quick.clock.passes(minutes=3)
        await ana.asks("writing.tell", circle=room.circle)
        await quick.clock.passes(minutes=2)
        assert not [e for e in ana.logs[ana.me].events.values() if e["kind"] == "piece.asked"], "who writes was asked"
        await quick.clock.passes(minutes=2)
        asked = await ana.sees(ana.me, lambda e: e["kind"] == "piece.asked", "the question")
        assert (asked["round"], asked["circle"]) == (room.round, room.circle)
        await ana.says("Give me a moment.")
        await quick.clock.passes(minutes=4)
        assert not [e for e in room.events(bo) if e["kind"] == "piece.passed"]
        await quick.clock.passes(minutes=1)
        await room.turn(bo)


async def test_an_offer_that_comes_before_the_clock_ends_the_round_that_is_over(quick: House) -> None:
    room = await a_room(quick, "Ana", "Bo")
    ana, bo = room.people
    await quick.parts.clock.close()
    await room.offers(ana)
    quick.clock.moved += 61_000
    await bo.asks("round.offer", circle=room.circle, key=new_key())
    over = await room.told(ana, "round.over")
    offered = await room.told(ana, "round.offered", by=room.me(bo))
    assert (over["round"], over["how"]) == (room.round, "too_few")
    assert offered["round"] != room.round


async def test_the_clock_is_set_back_and_nobody_waits_longer(quick: House) -> None:
    room = await a_room(quick, "Ana", "Bo")
    ana, bo = room.people
    await room.offers(ana, bo)
    await quick.clock.passes(hours=-24)
    await quick.clock.passes(seconds=61)
    await room.told(bo, "round.began")


async def test_a_round_outlives_the_server(tmp_path: Path, keeper: Keeper) -> None:
    server = Process(keeper, tmp_path / "data")
    await server.start()
    people = [await Guest(server.url, name).comes_in() for name in ("Ana", "Bo")]
    ana, bo = people
    circle = await ana.opens()
    await bo.enters(circle)
    room = Room(cast(House, None), circle, people)
    await room.offers(ana, bo, question="What helped?")
    await room.asks(ana, "round.begin")
    turn = await room.turn(ana)
    await server.kill()
    await server.start()
    for each in people:
        await each.leaves_the_page()
        await each.opens_a_socket()
    shown, mine = await room.shown(ana)
    assert (shown["holder"], shown["question"], mine["box"]) == (room.me(ana), "What helped?", "yours")
    await room.asks(ana, "piece.pass", turn=turn)
    await room.passes(bo)
    assert (await room.told(ana, "round.over"))["how"] == "complete"
    await server.stop()


async def test_a_question_is_nowhere_once_its_round_is_over(tmp_path: Path) -> None:
    asked = "A marker of a question"
    async with house(tmp_path / "data") as place:
        room = await a_room(place, "Ana", "Bo")
        ana, bo = room.people
        await room.offers(ana, bo, question=asked)
        assert (await room.shown(bo))[0]["question"] == asked
        await room.asks(ana, "round.begin")
        await room.passes(ana)
        await room.passes(bo)
        await room.told(ana, "round.over")
        await place.clock.passes(seconds=1)
        await nothing_is_left(place, tmp_path / "data", asked)
