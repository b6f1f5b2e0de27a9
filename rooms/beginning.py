"""How every circle begins, whoever opens it and however: with a log of its own and the first version of its agreement."""

from rooms.log import new_log
from rooms.models import Agreement, Circle
from rooms.work import Work


def begin(work: Work, circle: Circle, agreement: str) -> None:
    """Write a circle that is not stored yet; its ``log_id`` is set here."""
    circle.log_id = new_log(work, f"circle/{circle.id}")
    work.db.add(circle)
    work.db.flush()
    first = Agreement(circle_id=circle.id, version=1, text=agreement, agreed_at=work.now, keep_for=circle.keep_for)
    work.db.add(first)
    work.db.flush()
