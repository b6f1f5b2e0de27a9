"""Time's own errands."""

from pathlib import Path

from tests.house import house


async def test_rounds_of_seats_leave_room_for_everything_else(tmp_path: Path) -> None:
    async with house(tmp_path / "data", time_scale=100_000) as place:
        assert place.parts.clock.seats_every == 1.0
