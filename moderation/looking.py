"""What can be told from a case without changing it. Pure."""

from moderation import appeal, deciding
from moderation.state import Case, Side
from moderation.tally import competence, possible
from rooms.work import Refusal


def draw_at(case: Case) -> int | None:
    """From when on lots should be drawn for it; None where nothing is to be drawn."""
    review = case.review
    if case.closed is not None or review.panel is not None:
        return None
    if review.stage == "appeal_wait":
        return review.draw_after
    asked = any(each.live and each.asked for each in case.messages)
    return max(case.opened_at, review.draw_after) if review.stage == "triage" and asked else None


def urgency(case: Case) -> int:
    """What is drawn first: 3 held by the operator or whose data it is, 2 held, 1 folded, 0 flagged."""
    found = [each.hold for each in case.messages if each.hold is not None]
    if any(each.kind in ("legal", "subject") for each in found):
        return 3
    return 2 if found else int(any(each.view == "folded" for each in case.messages))


def panel_caps(case: Case) -> tuple[int, int, bool]:
    """The highest content and person level the panel at work may adopt, and whether asking for more may seat two more."""
    panel = case.review.panel
    if panel is None:
        return 0, 0, False
    most, own, reach = deciding.caps(case, panel, now=panel.hear_until), competence(panel.size), possible(panel.e)
    may_grow = (
        not case.review.decisions and not (panel.fallback or panel.no_wider or panel.care) and panel.size in (3, 5)
    )
    return *most, may_grow and (reach.content > own.content or reach.person > own.person)


def may_appeal(case: Case, by: str, side: Side, now: int) -> bool:
    try:
        appeal.may(case, by, side, now=now)
    except Refusal:
        return False
    return True
