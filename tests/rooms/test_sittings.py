"""What is different once: how many sittings may be moved."""

from datetime import UTC, datetime, timedelta

import pytest

from rooms import schedule, sittings
from rooms.work import Refusal


def test_thirty_sittings_are_moved_and_no_more_until_one_is_put_back() -> None:
    weekly = schedule.plan(
        zone="Europe/Vienna", first="2027-01-20", at="19:30", lasts=60,
        repeat="weekly", nth=1, until=None, but=(),
    )  # fmt: skip
    now = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1_000)
    days = [(weekly.first + timedelta(weeks=each)).isoformat() for each in range(schedule.MOVED_MOST + 1)]
    times = sittings.Times(weekly)
    for day in days[:-1]:
        times = sittings.moved(times, day, day, "20:00", now)
    times = sittings.moved(times, days[0], days[0], "21:00", now)
    with pytest.raises(Refusal, match="schedule.too_many_exceptions"):
        sittings.moved(times, days[-1], days[-1], "20:00", now)
    times = sittings.put_back(times, days[0], now)
    assert len(sittings.moved(times, days[-1], days[-1], "20:00", now).moved) == schedule.MOVED_MOST
