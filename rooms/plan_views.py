"""When circles meet again, as somebody sees it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection
from sqlmodel import col, select

from rooms import preparing, sittings
from rooms.models_plans import PlanRow
from rooms.units import DAY
from rooms.wire_schedule import PlanView, SittingView, When

LEFT_OUT_SHOWN = 12


def of(conn: Connection, circles: Sequence[Any], now: int, person: str | None = None) -> Mapping[str | None, PlanView]:
    """The plans of these circles (rows with a ``plan_id``) by id, as ``person`` sees them."""
    wanted = {row.plan_id for row in circles if row.plan_id is not None}
    if not wanted:
        return {}
    rows = conn.execute(select(PlanRow.__table__).where(col(PlanRow.id).in_(sorted(wanted))))  # type: ignore[attr-defined]
    return {row.id: _view(row, now, mine=person is not None and row.planner_id == person) for row in rows}


def _view(row: Any, now: int, *, mine: bool) -> PlanView:
    times = preparing.times_of(row)
    hour, minute = divmod(row.minute, 60)
    when = When(
        zone=row.zone,
        first=row.first,
        at=f"{hour:02}:{minute:02}",
        lasts=row.lasts,
        repeat=row.repeat,
        nth=row.nth,
        until=row.until,
    )
    following = tuple(
        SittingView(day=each.day.isoformat(), starts=each.starts, ends=each.ends) for each in sittings.ahead(times, now)
    )
    return PlanView(id=row.id, when=when, next=following, left_out=_left_out(times.schedule.but, now), mine=mine)


def _left_out(but: frozenset[date], now: int) -> tuple[str, ...]:
    since = datetime.fromtimestamp((now - DAY) / 1_000, UTC).date()
    return tuple(each.isoformat() for each in sorted(but) if each >= since)[:LEFT_OUT_SHOWN]
