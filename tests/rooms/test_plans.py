"""Plans on a real database: two processes open a sitting once, and its host has as long to come as anybody."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection
from sqlmodel import select

from rooms import due, plans
from rooms.log import deliver
from rooms.models import Circle, ParticipantRow
from rooms.units import HOUR
from rooms.wire_events import CircleOpened
from rooms.wire_schedule import PlanCircle, When
from rooms.work import Work
from server.store import Store
from tests.moderation.place import Place

WEEKLY = When(zone="Australia/Sydney", first="2027-01-20", at="19:30", lasts=60)


def test_two_processes_open_a_sitting_once_and_prepare_one_next(database_url: str) -> None:
    place, other = Place(database_url), Store(database_url.replace("postgresql://", "postgresql+psycopg://"))
    command = PlanCircle(key="k" * 22, topic="Early evenings", agreement="I listen.", when=WEEKLY)
    place.does("Heron", plans.plan, command)
    waiting = "SELECT id, opens_at FROM circle WHERE state = 'planned'"
    ((circle, opens_at),) = place.read(lambda conn: conn.exec_driver_sql(waiting).all())
    place.now = opens_at + HOUR // 60

    def other_process() -> list[object]:
        def perform(conn: Connection) -> list[object]:
            work = Work(conn, who=None, now=place.now, limits=place.limits, pick=lambda _: 0)
            due.perform(work, circle)
            work.finish()
            deliver([work])
            return [each.event for each in work.announcements]

        return other.write_now(perform)

    def opens(work: Work, _: None) -> None:
        due.perform(work, circle)
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(other_process).result(timeout=20) == []

    heard = place.does(None, opens, None)
    assert [event for _, event in heard if isinstance(event, CircleOpened)] == [CircleOpened(at=place.now)]
    assert other_process() == []
    ((following, later),) = place.read(lambda conn: conn.exec_driver_sql(waiting).all())
    assert following != circle
    assert later == opens_at + 7 * 24 * HOUR
    host = select(ParticipantRow.seen_at).join(Circle, Circle.host_id == ParticipantRow.id)  # type: ignore[arg-type]
    assert place.read(lambda conn: conn.execute(host.where(Circle.id == circle)).scalar_one()) == place.now
    place.close()
    other.close()
