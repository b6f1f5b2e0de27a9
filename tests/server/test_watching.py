"""Several people who begin to follow circles at once are read together, and each is answered as if alone."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from rooms import bulk_views, history, views
from rooms.newest import newest
from rooms.places import places
from tests.guests import Guest
from tests.house import house


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("database_url")) if request.param == "PostgreSQL" else ""


async def test_read_together_everybody_sees_what_they_would_see_alone(tmp_path: Path, database: str) -> None:
    async with house(tmp_path / "data", database_url=database) as place:
        ana, bo, eve = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo", "Eve")]
        circles = [await ana.opens("Quiet evenings"), await ana.opens("Long walks")]
        for each in (bo, eve):
            for circle in circles:
                await each.enters(circle)
        seq = await bo.says("It was a long day.", circle=circles[0])
        await bo.asks("message.edit", circle=circles[0], target=seq, body="It was a very long day.")
        await ana.asks("gesture.make", circle=circles[0], target=seq, gesture="hear_you")
        await ana.asks("invite.make", circle=circles[1])
        there = (await eve.watches(f"circle/{circles[1]}"))["participants"]
        await eve.asks("aside.set", circle=circles[1], participant=next(p["id"] for p in there if p["name"] == "Bo"))
        people = [each.me.removeprefix("person/") for each in (ana, bo, eve)]
        pairs = [(circle, person) for circle in circles for person in people]
        now, held = place.parts.now(), place.parts.door.limits.seat_held

        def look(conn: Connection) -> None:
            found = places(conn, [*pairs, (circles[0], "nobody"), ("A" * 16, people[0])], now)
            assert set(found) == set(pairs)
            for (circle, _), seen in found.items():
                assert seen.mine == views.my_circle(conn, circle, seen.reader, now)
            together = bulk_views.circle_views(conn, circles, now=now, seat_held=held)
            for circle in circles:
                assert together[circle] == views.circle_view(conn, circle, now=now, seat_held=held, mine=True)
                assert bulk_views.participants_of(conn, circles)[circle] == views.participants(conn, circle)
            readers = [found[circle, people[0]].reader for circle in circles]
            read = newest(conn, {each.log_id: each.floor for each in readers})
            for each in readers:
                alone = history.page_before(conn, each._replace(base=1), before=each.head + 1, limit=50)
                assert read.of(each.log_id) == alone
                assert len(alone) == each.head
            last = newest(conn, {readers[0].log_id: readers[0].head - 1})
            assert [each.seq for each in last.of(readers[0].log_id)] == [readers[0].head]
            assert last.of(readers[1].log_id) == []
            assert found[circles[0], people[0]].mine.given
            assert found[circles[0], people[1]].mine.received
            assert found[circles[1], people[0]].mine.invites
            assert found[circles[1], people[2]].mine.aside

        await place.parts.store.read(look)
        for each in (ana, bo, eve):
            await each.leaves_the_page()


async def test_many_at_once_are_each_told_what_is_theirs(tmp_path: Path) -> None:
    async with house(tmp_path / "data", sockets_each=100) as place:
        ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
        hers, his = await ana.opens("Hers"), await bo.opens("His")
        await ana.says("Hello.")
        for number in range(1, 61):
            on = (hers, his, "A" * 16)[number % 3]
            command = {"ref": 10_000 + number, "do": "log.watch", "on": f"circle/{on}"}
            assert ana._socket is not None
            await ana._socket.send(msgspec.json.encode(command).decode())

        def answers() -> list[dict[str, object]]:
            frames = [msgspec.json.decode(each) for each in ana.frames]
            return [each for each in frames if each.get("re", 0) > 10_000]

        await ana.until(lambda: len(answers()) == 60, "sixty answers")
        for answer in answers():
            assert ("ok" in answer) == (int(str(answer["re"])) % 3 == 1), "her own circle and nobody else's"
        assert ana.bodies(hers) == ["Hello."]
        for each in (ana, bo):
            await each.leaves_the_page()
