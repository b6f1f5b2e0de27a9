"""What time does to circles, on both databases: once, whoever does it, and also where clocks are set."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, update
from sqlmodel import col

from rooms import due
from rooms.log import deliver
from rooms.models import Circle
from rooms.units import DAY, HOUR
from rooms.wire_events import CircleClosed, WordsFaded
from rooms.work import Work
from server.store import Store
from tests.moderation.place import CIRCLE, OTHER, Place


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'circles.db'}"
    else:
        url = request.getfixturevalue("database_url")
    place = Place(url)
    yield place
    place.close()


def test_words_fade_once_each_also_where_the_clock_was_set_back(place: Place) -> None:
    def perform(work: Work, _: None) -> None:
        due.perform(work, OTHER)

    place.circle(OTHER, host="Heron", keep_for=10 * HOUR)
    place.says("Heron", circle_id=OTHER)
    place.now += 2 * DAY
    ahead = place.says("Heron", circle_id=OTHER)
    place.now -= 2 * DAY - HOUR
    behind = place.says("Heron", circle_id=OTHER)
    floors = []
    for _ in range(60):
        place.now += HOUR
        heard = place.does(None, perform, None)
        floors += [event.floor for _, event in heard if isinstance(event, WordsFaded)]
        assert place.read(lambda conn: due.circles(conn, place.now)) == [], "what is done is not due again at once"
    # Words from when the clock was ahead hold those behind them; then both go, with the word of the first fading.
    assert floors == [ahead - 1, behind + 1]


def test_two_processes_close_a_circle_once(database_url: str) -> None:
    place, other = Place(database_url), Store(database_url.replace("postgresql://", "postgresql+psycopg://"))
    closes = {"state": "closing", "closes_at": place.now}

    def announce(work: Work) -> None:
        work.conn.execute(update(Circle).where(col(Circle.id) == CIRCLE).values(closes))

    place.run(None, announce)

    def other_process() -> list[object]:
        def perform(conn: Connection) -> list[object]:
            work = Work(conn, who=None, now=place.now, limits=place.limits, pick=lambda _: 0)
            due.perform(work, CIRCLE)
            work.finish()
            deliver([work])
            return [each.event for each in work.announcements]

        return other.write_now(perform)

    def close(work: Work) -> None:
        due.perform(work, CIRCLE)
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(other_process).result(timeout=20) == []

    place.run(None, close)
    assert other_process() == []
    assert [each.event for each in place.heard if isinstance(each.event, CircleClosed)] == [CircleClosed(at=place.now)]
    place.close()
    other.close()
