"""Time's own errands."""

from rooms.limits import Limits
from server.clock import SEATS_LEAST, seats_every


def test_rounds_of_seats_leave_room_for_everything_else() -> None:
    held = Limits().seat_held
    assert seats_every(held) == held / 3_000
    assert seats_every(held // 100_000) == SEATS_LEAST
