"""What is carried is nobody's words: neither what a flag costs, nor its case, nor a letter tells whose it is."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from moderation import sealed
from moderation.models import CaseMessageRow, CaseRow
from rooms.models import EventRow
from rooms.work import Refusal, Work
from tests.moderation.place import Place


def carry(place: Place, name: str) -> int:
    """A sentence of somebody as the closing shows it: the row's sender is its giver, its event says nobody."""
    seq = place.says(name)

    def change(work: Work) -> None:
        row = work.db.get_one(EventRow, (work.conn.execute(log).scalar_one(), seq))
        assert row.data is not None
        data = row.data[:-1] + b',"carried":true}'
        made = update(EventRow).where(col(EventRow.log_id) == row.log_id, col(EventRow.seq) == seq)
        work.conn.execute(made.values(data=data, key=f"carried-{seq:0>8}------"))

    log = EventRow.__table__.select().with_only_columns(EventRow.log_id).where(  # type: ignore[attr-defined]
        col(EventRow.seq) == seq, col(EventRow.kind) == "message.posted"
    )  # fmt: skip
    place.run(None, change)
    return seq


@pytest.mark.parametrize("giver", ["Ana", "Bo"])
def test_with_a_budget_reached_a_carried_sentence_is_one_more_case_whoever_gave_it(place: Place, giver: str) -> None:
    most = place.limits.cases_a_day
    names = ["Ana", *(f"Person{n}" for n in range(most - 1))]
    place.people("Fern", "Bo", *names)
    ordinary = [place.says(name) for name in names]
    again, sentence = place.says("Ana"), carry(place, giver)
    for seq in ordinary:
        place.flags("Fern", seq)
    with pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code == "flag.budget"):
        place.flags("Fern", sentence)
    place.flags("Fern", again)


@pytest.mark.parametrize("giver", ["Ana", "Bo"])
def test_a_carried_sentence_that_was_flagged_leaves_as_much_of_a_budget_whoever_gave_it(
    place: Place, giver: str
) -> None:
    most = place.limits.cases_a_day
    names = [f"Person{n}" for n in range(most - 1)]
    place.people("Ana", "Fern", "Bo", *names)
    ordinary, sentence = [place.says(name) for name in names], carry(place, giver)
    for seq in [*ordinary, sentence]:
        place.flags("Fern", seq)
    with pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code == "flag.budget"):
        place.flags("Fern", place.says("Ana"))


def test_a_carried_sentence_is_alone_in_its_case(place: Place) -> None:
    place.people("Ana", "Fern", "Bo")
    first, sentence, last = place.says("Ana"), carry(place, "Ana"), place.says("Ana")
    for seq in (first, sentence, last):
        place.flags("Fern", seq)
    place.flags("Bo", sentence)
    held = {row.seq: row.case_id for row in place.rows(CaseMessageRow)}
    assert held[first] == held[last] != held[sentence]
    assert len(place.rows(CaseRow)) == 2
    assert place.folded(sentence)
    place.passes(place.limits.letter_delay)
    assert [each.target for each in place.letters("Ana")] == [sentence]


def test_a_juror_sees_it_under_a_letter_of_its_own(place: Place) -> None:
    place.people("Ana", "Fern")
    said, sentence = place.says("Ana"), carry(place, "Ana")
    place.flags("Fern", said)
    (case,) = place.rows(CaseRow)
    lines = place.run(None, lambda work: sealed.lines(work, case.id, said, {}))
    assert [line.by for line in lines] == ["A", "B"]
    assert sentence > said


def test_whoever_is_forgotten_is_not_told_of_together_with_it(place: Place) -> None:
    place.people("Ana", "Fern")
    said, sentence = place.says("Ana", "Hello."), carry(place, "Ana")
    told = [getattr(event, "target", None) for _, event in place.is_forgotten("Ana")]
    assert said in told
    assert sentence not in told
    (row,) = [each for each in place.rows(EventRow) if each.seq == sentence and each.kind == "message.posted"]
    assert (row.body, row.sender) == (None, None)
