"""What is put before a panel: lines as they were when the first flag came, sealed then and read by jurors only.

Writers are shown as letters. A line from around the flagged ones goes with its writer's taking it back; so does the
flagged one, unless a legal hold keeps it, and the decision then rests on the reason.
"""

from collections.abc import Iterable
from string import ascii_uppercase
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import col, select

from moderation.models_panels import CaseWordsRow, SealedRow
from moderation.state import Side
from moderation.wire_panels import PanelLine, ReadLine
from rooms import carrying
from rooms.covers import WORDLESS
from rooms.models import EventRow
from rooms.posting import POSTED
from rooms.work import Work

AROUND = 5
"""Lines either side."""
SIDES: dict[Side, str] = {"author": "a", "flagger": "f"}
"""Whose objection it is, as it is kept; which of those who flagged is not."""
SENT = or_(col(EventRow.cover).is_(None), col(EventRow.cover).not_in(WORDLESS))
"""What is held or withheld is sent to nobody, so it is no context of anything else either."""


def seal(work: Work, case_id: int, log_id: int, seq: int) -> None:
    """Keep the message and what was said around it, as far as it is still there. Harmless to repeat."""
    around = [
        *_said(work, log_id, EventRow.seq < seq, SENT, newest=True),
        *_said(work, log_id, EventRow.seq == seq),
        *_said(work, log_id, EventRow.seq > seq, SENT),
    ]
    had = set(work.conn.execute(select(SealedRow.seq).where(SealedRow.case_id == case_id)).scalars())
    for each in around:
        if each.seq not in had:
            work.conn.execute(
                SealedRow.__table__.insert().values(  # type: ignore[attr-defined]
                    case_id=case_id, seq=each.seq, log_id=log_id, sender=each.sender, body=each.body
                )
            )


def lines(work: Work, case_id: int, seq: int, letters: dict[str, str]) -> tuple[ReadLine, ...]:
    """A sealed message with the lines around it, in order. ``letters`` names writers, and is added to.

    A carried line has a letter of its own, whoever gave it.
    """
    rows = work.conn.execute(select(SealedRow).where(SealedRow.case_id == case_id).order_by(col(SealedRow.seq))).all()
    place = next((index for index, row in enumerate(rows) if row.seq == seq), None)
    if place is None:
        return ()
    shown = rows[max(0, place - AROUND) : place + AROUND + 1]
    carried = carrying.among(work.conn, rows[place].log_id, [row.seq for row in shown])
    by = [f"carried:{row.seq}" if row.seq in carried else row.sender or "" for row in shown]
    for each in by:
        letters.setdefault(each, letter(len(letters)))
    return tuple(
        ReadLine(by=letters[each], body=row.body, flagged=row.seq == seq) for each, row in zip(by, shown, strict=True)
    )


def letter(index: int) -> str:
    """A, B, … Z, then AA, AB …"""
    first, second = divmod(index, len(ascii_uppercase))
    return (ascii_uppercase[first - 1] if first else "") + ascii_uppercase[second]


def taken_back(work: Work, log_id: int, seqs: Iterable[int], *, keep: Iterable[int] = ()) -> None:
    """Their writer took these back: no copy stays, but in cases (``keep``) under a legal hold."""
    work.conn.execute(
        update(SealedRow)
        .where(
            col(SealedRow.log_id) == log_id,
            col(SealedRow.seq).in_(list(seqs)),
            col(SealedRow.case_id).not_in(list(keep)),
        )
        .values(body=None)
    )


def erase(work: Work, case_id: int) -> None:
    """Everything that was written for or sealed in a case."""
    work.conn.execute(delete(SealedRow).where(col(SealedRow.case_id) == case_id))
    work.conn.execute(delete(CaseWordsRow).where(col(CaseWordsRow.case_id) == case_id))


def write(work: Work, case_id: int, panel: int, kind: str, body: str, by: str = "") -> None:
    """Words about a case, for its panel: ``side``, ``objection``, ``said`` or ``sentence``."""
    work.conn.execute(
        CaseWordsRow.__table__.insert().values(  # type: ignore[attr-defined]
            case_id=case_id, panel=panel, kind=kind, by=by, body=body, at=work.now
        )
    )


def written(work: Work, case_id: int, kind: str, panel: int | None = None, by: str | None = None) -> list[CaseWordsRow]:
    query = select(CaseWordsRow).where(CaseWordsRow.case_id == case_id, CaseWordsRow.kind == kind)
    if panel is not None:
        query = query.where(CaseWordsRow.panel == panel)
    if by is not None:
        query = query.where(CaseWordsRow.by == by)
    return list(work.db.exec(query.order_by(col(CaseWordsRow.id))).all())


def objection(work: Work, case_id: int, side: Side) -> str:
    """What a side objected, of several who flagged one after the other."""
    return "\n\n".join(row.body for row in written(work, case_id, "objection", by=SIDES[side]))


def talk(work: Work, case_id: int, panel: int, mine: str) -> tuple[PanelLine, ...]:
    return tuple(
        PanelLine(by=row.by, body=row.body, mine=row.by == mine) for row in written(work, case_id, "said", panel)
    )


def start_over(work: Work, case_id: int, panel: int) -> None:
    """A panel came to nothing; the next one of the same number begins with a bare table."""
    work.conn.execute(
        delete(CaseWordsRow).where(
            col(CaseWordsRow.case_id) == case_id,
            col(CaseWordsRow.panel) == panel,
            col(CaseWordsRow.kind).in_(("said", "sentence")),
        )
    )


def unsay(work: Work, case_id: int, panel: int, by: str, kind: str = "sentence") -> None:
    """A juror's sentence goes with their ballot; what they ``said`` at the table goes with them."""
    work.conn.execute(
        delete(CaseWordsRow).where(
            col(CaseWordsRow.case_id) == case_id,
            col(CaseWordsRow.panel) == panel,
            col(CaseWordsRow.kind) == kind,
            col(CaseWordsRow.by) == by,
        )
    )


def _said(work: Work, log_id: int, *where: Any, newest: bool = False) -> list[EventRow]:
    order = col(EventRow.seq).desc() if newest else col(EventRow.seq)
    query = select(EventRow).where(
        EventRow.log_id == log_id,
        EventRow.kind == POSTED,
        col(EventRow.body).is_not(None),
        *where,
    )
    found = list(work.db.exec(query.order_by(order).limit(AROUND)).all())
    return found[::-1] if newest else found
