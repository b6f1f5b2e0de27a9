"""What tests of the bounds in the closed list share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rooms.units import MINUTE
from rooms.work import Refusal
from server.limits import Limits
from server.settings import Settings


def refused(code: str, action: Callable[..., Any], *given: Any, **named: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        action(*given, **named)
    assert refusal.value.code == code


def budget_of(command: Any, most: int) -> None:
    """The door asks for it before a command comes to an action; it is kept in memory, so that who asked stands nowhere.

    A second passes between one and the next, and the wait is longer than any for sending at all: it is this budget.
    """
    now = [0.0]
    limits = Limits(Settings(data_dir=Path("unused")), clock=lambda: now[0])
    asked = []
    for _ in range(most + 1):
        asked.append(limits.asks("somebody", command, "a network"))
        now[0] += 1
    assert asked[:most] == [0] * most
    assert asked[most] > MINUTE
    now[0] += asked[most] / 1_000 - 1
    assert limits.asks("somebody", command, "a network") == 0
    assert limits.asks("somebody", command, "a network") > MINUTE
