"""What of a case goes into the record: one note for each change of a view, of the stage, or of a pause."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from moderation import draws, ledger, seats
from moderation.case import Case
from moderation.cases import Kept
from moderation.draw import band
from moderation.follows import Journal
from moderation.models_ledger import DrawRow
from rooms.work import Work


def write(work: Work, kept: Kept, before: Case, entries: Sequence[Journal]) -> None:
    for entry in entries:
        kind, facts = _fact(work, kept, before, entry)
        if kind is not None:
            ledger.note(work, kept.salt, kind, {key: value for key, value in facts.items() if value is not None})


def seated(work: Work, kept: Kept, person: str) -> None:
    """Somebody reads their so-manieth case of the day; the report tells the load, the record tells nothing."""
    today = seats.read_today(work.conn, person, work.now, work.limits.day)
    ledger.note(work, kept.salt, "seat", {"today": max(1, today)})


def sat(work: Work, kept: Kept) -> None:
    """Who of the drawn has a seat now, for the proof of the draw."""
    panel = kept.case.review.panel
    if panel is None or kept.salt is None:
        return
    lot = f"{ledger.case_name(kept.salt)}.{panel.instance}"
    found = select(DrawRow.id).where(DrawRow.lot == lot).order_by(col(DrawRow.at).desc()).limit(1)
    draw_id = work.conn.execute(found).scalar_one_or_none()
    if draw_id is not None:
        draws.seats(work, kept.salt, draw_id, [seat.juror for seat in panel.seated if seat.juror is not None])


def _fact(work: Work, kept: Kept, before: Case, entry: Journal) -> tuple[str | None, dict[str, Any]]:
    facts = entry.facts
    match entry.kind:
        case "view":
            return _view(work, kept, dict(facts))
        case "stage":
            return _stage(work, kept, before, dict(facts))
        case _:
            return _pause(work, dict(facts))


def _view(work: Work, kept: Kept, facts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    item, to = facts["item"], facts["to"]
    told: dict[str, Any] = {"item": item, "view": to}
    match to:
        case "folded":
            return "fold", told
        case "confirmed":
            days = None if facts.get("until") is None else _units(facts["until"] - work.now, work.limits.day)
            return "fold", {**told, "confirmed": True, "days": days, "code": facts.get("code")}
        case "visible" | "kept" | "lapsed" if facts.get("from") in ("folded", "held", "confirmed", "withheld"):
            return "unfold", told
        case "withheld":
            return "withhold", {**told, "code": facts.get("code") or "none"}
        case "held":
            hold = kept.case.messages[item].hold
            minutes = 0 if hold is None else _units(hold.until - work.now, work.limits.day // (24 * 60) or 1)
            if hold is not None and hold.kind == "legal":
                ground = "legal_order" if hold.ordered else hold.category
                return "legal_hold", {**told, "ground": ground, "days": _units(hold.until - work.now, work.limits.day)}
            holder = {"alone": "one", "subject": "subject", "panel": "panel"}[hold.kind] if hold else "one"
            if hold is not None and hold.cosigned:
                holder = "two"
            category = hold.category if hold is not None else "privacy"
            return "hold", {**told, "category": category, "holder": holder, "minutes": minutes}
        case _:
            return "view", told


def _stage(work: Work, kept: Kept, before: Case, facts: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    to = facts["to"]
    case = kept.case
    told: dict[str, Any] = {"stage": to}
    panel = case.review.panel or before.review.panel
    instance = facts.get("instance") or (panel.instance if panel is not None else 1)
    match to:
        case "seating":
            return "seating", {**told, "instance": instance, "live": panel is not None and panel.live}
        case "ballot1" | "ballot2":
            size = panel.size if panel is not None else 0
            return "ballot", {**told, "instance": instance, "n": size, "round": 1 if to == "ballot1" else 2}
        case "talk":
            return "talk", {**told, "instance": instance}
        case "decided" if case.decision is not None:
            made = case.decision
            return "decided", {
                **told,
                "instance": made.instance,
                "n": made.size,
                "content": max((each.level for each in made.outcomes), default=0),
                "content_for": max(((each.level, each.agreed) for each in made.outcomes), default=(0, 0))[1],
                "person": made.person,
                "person_for": made.person_agreed,
                "hours": -(-(work.now - case.opened_at) * 24 // max(work.limits.day, 1)),
                "code": made.code,
                "band": band(made.e),
                "result": _result(case),
            }
        case "appeal_wait" if case.review.appeals:
            return "appeal", {**told, "side": case.review.appeals[-1].side}
        case "closed" if case.closed == "lapsed":
            return "lapse", told
        case "closed":
            return "close", {**told, "how": case.closed}
        case _:
            return "stage", told


def _result(case: Case) -> str | None:
    """What an appeal made of the decision before it; None for the first one."""
    if len(case.review.decisions) < 2:
        return None
    first, last = (
        (max((each.level for each in made.outcomes), default=0), made.person) for made in case.review.decisions[-2:]
    )
    if first == last:
        return "same"
    return "higher" if last[0] > first[0] or last[1] > first[1] else "lower"


def _pause(work: Work, facts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    level, until = facts["level"], facts.get("until") or 0
    if until <= work.now:
        return "pause_end", {"person": level, "how": "ended"}
    minute = work.limits.day // (24 * 60) or 1
    return "pause", {"person": level, "minutes": _units(until - work.now, minute), "everywhere": level == 5}


def _units(span: int, unit: int) -> int:
    """Whole units, rounded up; of a day as it passes here."""
    return -(-max(span, 0) // max(unit, 1))
