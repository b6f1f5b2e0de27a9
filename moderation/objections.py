"""What an author may say to a panel, and how anybody concerned asks for another one."""

from moderation import case as core
from moderation import cases, desk, effects, letters, panels, sealed
from moderation.case import Side
from moderation.cases import Kept
from moderation.wire_panels import AddSide, MakeAppeal
from rooms.text import body as clean_body
from rooms.work import Refusal, Work

SIDE_MOST = 500
"""Letters of a side, and of an objection."""


def add_side(work: Work, command: AddSide) -> None:
    """Once a panel, while it reads."""
    letter = letters.mine(work, command.letter)
    if not letter.mine or letter.side_until is None or letter.case_id is None:
        raise Refusal("side.not_now")
    kept = _kept(work, letter.case_id)
    body = _clean(work, command.body)
    effects.carry_out(work, kept, core.add_context(kept.case, now=work.now, limits=work.limits))
    sealed.write(work, kept.id, 0, "side", body)
    if (panel := kept.case.review.panel) is not None:
        panels.tell_table(work, kept, panel.instance, desk.OPEN)
    letters.change(work, letter.id, side_until=None)


def make_appeal(work: Work, command: MakeAppeal) -> None:
    """A panel of other people reads it anew; for the author it can only become milder.

    Whoever asks after somebody else who flagged too is answered like the first, and read beside them.
    """
    letter = letters.mine(work, command.letter)
    if letter.case_id is None or letter.appeal_until is None:
        raise Refusal("appeal.not_now")
    if work.now >= letter.appeal_until:
        raise Refusal("appeal.late")
    kept = _kept(work, letter.case_id)
    body = _clean(work, command.body) if command.body.strip() else ""
    side: Side = "author" if letter.mine else "flagger"
    effects.carry_out(work, kept, core.appeal(kept.case, work.person, side, now=work.now, limits=work.limits))
    if body:
        sealed.write(work, kept.id, 0, "objection", body, sealed.SIDES[side])
    letters.change(work, letter.id, appeal_until=None)


def _kept(work: Work, case_id: int) -> Kept:
    kept = cases.load(work, case_id)
    cases.lock(work, {kept.log_id})
    return cases.load(work, case_id)


def _clean(work: Work, given: str) -> str:
    body = clean_body(given, work.limits)
    if len(body) > SIDE_MOST:
        raise Refusal("body.too_long", most=SIDE_MOST)
    return body
