"""What cases leave in the public record: each change once, enough to rebuild them, and nothing that leads to anybody."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from moderation import cases, draws, ledger, publishing, report
from moderation.audit import Audit
from moderation.cases import Kept
from moderation.models import CaseRow
from moderation.models_ledger import DrawRow, JournalRow
from moderation.replay import Standing, replay
from moderation.wire_ledger import FEW, DrawProof
from rooms.models import Table
from rooms.units import DAY, HOUR, MINUTE
from rooms.work import Refusal
from tests.moderation.bench_of import REVIEWERS, Bench
from tests.moderation.place import Place, named

WITNESSES = ("Bo", "Fern", "Otter")
TABLES = ("journal", "ledger", "nonce", "draw", "month")


@pytest.fixture
def bench(place: Place) -> Bench:
    bench = Bench(place)
    place.people("Ana", *WITNESSES, age=3 * DAY)
    bench.people(*REVIEWERS)
    return bench


def journal(place: Place) -> list[Any]:
    return place.read(lambda conn: conn.execute(select(JournalRow).order_by(col(JournalRow.id))).all())


def told(place: Place) -> list[str]:
    """Kinds of what will be published, in order."""
    return [row.kind for row in journal(place) if row.step is not None]


def publish(place: Place, time: int = 12 * DAY) -> list[dict[str, Any]]:
    """Let so much time pass for the record alone; all that is published then."""
    until = place.now + time
    while (moment := place.read(lambda conn: publishing.next_due(conn, place.limits))) <= until:
        place.now = max(place.now, moment)
        place.run(None, publishing.perform)
    place.now = until
    return [json.loads(each) for each in place.read(lambda conn: publishing.page(conn, 0, 10_000))]


def by_journal(place: Place) -> dict[str, Standing]:
    """All cases as the journal has them, what is never published with it."""
    entries = [
        {"type": row.kind, "case": row.case_name, "facts": {**json.loads(row.facts), "step": row.id}}
        for row in journal(place)
    ]
    return replay(entries)


def loaded(place: Place, case_id: int) -> Kept:
    return place.run(None, lambda work: cases.load(work, case_id))


def shown(place: Place, draw_id: str) -> DrawProof | None:
    return place.read(lambda conn: draws.shown(conn, draw_id))


def written(place: Place, table: Any) -> list[str]:
    return place.read(lambda conn: [repr(tuple(row)) for row in conn.execute(table.select())])


def by_tables(place: Place) -> dict[str, Standing]:
    """All cases as they stand."""
    stands = {}
    for case_id in place.read(lambda conn: conn.execute(select(CaseRow.id)).scalars().all()):
        kept = loaded(place, case_id)
        assert kept.salt is not None
        stands[ledger.case_name(kept.salt)] = Standing(
            views={
                ledger.item_name(kept.salt, item): message.view
                for item, message in enumerate(kept.case.messages)
                if message.view != "visible"
            },
            stage=kept.case.review.stage,
            pauses={each.level for each in kept.case.paused},
        )
    return stands


def same(place: Place) -> None:
    found = by_journal(place)
    for name, stands in by_tables(place).items():
        noted = found.get(name, Standing())
        noted.views = {item: view for item, view in noted.views.items() if view != "visible"}
        assert noted == stands


def decide(bench: Bench, seq: int, content: int, person: int = 0, names: tuple[str, ...] = ("Bo", "Fern")) -> list[str]:
    for name in names:
        bench.place.flags(name, seq)
    sitting = bench.convene()
    same(bench.place)
    for name in sitting:
        bench.casts(name, content, person)
    bench.passes(5 * MINUTE + 1)
    same(bench.place)
    return sitting


def test_a_flag_alone_leaves_nothing_to_publish(bench: Bench) -> None:
    seq = bench.place.says("Ana")
    bench.place.flags("Bo", seq)
    same(bench.place)
    bench.place.withdraws("Bo", seq)
    same(bench.place)
    assert told(bench.place) == []
    assert [each for each in publish(bench.place) if each["case"] is not None] == []


def test_flags_are_counted_each_once(bench: Bench) -> None:
    seq = bench.place.says("Ana")
    for name in WITNESSES:
        bench.place.flags(name, seq, "pressure")
    with pytest.raises(Refusal):
        bench.place.flags("Bo", seq, "spam")
    assert [row.kind for row in journal(bench.place)].count("flag") == 3
    publish(bench.place, 35 * DAY)
    (month, *_) = bench.place.read(lambda conn: report.months(conn, bench.place.now, bench.place.limits))
    assert set(month.flags.values()) == {FEW}


def test_a_fold_and_its_end_are_told_once_each(bench: Bench) -> None:
    seq = bench.place.says("Ana")
    bench.place.flags("Bo", seq)
    bench.place.flags("Fern", seq)
    same(bench.place)
    assert told(bench.place) == ["fold"]
    bench.place.rephrases("Ana", seq, "said differently")
    same(bench.place)
    kinds = told(bench.place)
    assert kinds.count("fold") == 1
    assert [json.loads(row.facts)["view"] for row in journal(bench.place) if "view" in row.facts][-1] == "rephrased"


def test_what_lapses_is_told(bench: Bench) -> None:
    seq = bench.place.says("Ana")
    bench.place.flags("Bo", seq)
    bench.place.flags("Fern", seq)
    bench.place.passes(80 * HOUR)
    same(bench.place)
    assert told(bench.place)[-1] in ("lapse", "unfold")
    assert {"fold", "unfold", "lapse"} <= set(told(bench.place))


def test_a_decision_and_an_appeal_are_rebuilt_from_the_record_and_the_draws_can_be_repeated(bench: Bench) -> None:
    place = bench.place
    seq = place.says("Ana", "something hurtful")
    first = decide(bench, seq, 1, 2)
    bench.appeals("Ana", "I did not mean it so.")
    same(place)
    second = bench.convene()
    assert len(second) == 5
    assert not set(first) & set(second)
    for name in second:
        bench.casts(name, 0)
    bench.passes(5 * MINUTE + 1)
    same(place)
    public = replay(
        {"type": row.kind, "case": row.case_name, "facts": {**json.loads(row.facts), "step": row.step}}
        for row in journal(place)
        if row.step is not None
    )
    everything = by_journal(place)
    assert {name: (each.stage, each.pauses) for name, each in public.items()} == {
        name: (each.stage, each.pauses) for name, each in everything.items()
    }
    chain = publish(place)
    assert replay(chain) == public
    audit = Audit()
    for entry in chain:
        audit.take(entry)
    audit.finish()
    repeated = list(audit.to_repeat())
    assert len(repeated) == 2
    for noted, sitting in zip(repeated, (first, second) if repeated[0].size == 3 else (second, first), strict=True):
        proof = shown(place, noted.id)
        assert proof is not None
        audit.repeat(noted, proof)
        assert sum(each.became == "seated" for each in proof.entries) == len(sitting)
        assert proof.band == "6-9"
    outcomes = [each["facts"] for each in chain if each["type"] == "decided"]
    assert sorted((each["instance"], each["content"], each["person"]) for each in outcomes) == [(1, 1, 2), (2, 0, 0)]
    assert {each["content_for"] for each in outcomes} == {3, 5}
    assert [each.get("result") for each in sorted(outcomes, key=lambda each: each["step"])] == [None, "lower"]


def test_a_pause_and_its_end_are_told(bench: Bench) -> None:
    place = bench.place
    decide(bench, place.says("Ana"), 1, 3)
    assert "pause" in told(place)
    bench.passes(2 * HOUR)
    same(place)
    assert "pause_end" in told(place)


def test_erasing_people_and_cases_leaves_the_chain_whole_and_nothing_that_leads_to_them(bench: Bench) -> None:
    place = bench.place
    decide(bench, place.says("Ana", "something hurtful"), 1, 2)
    salts = place.read(lambda conn: [row.salt for row in conn.execute(select(CaseRow))])
    before = publish(place, 2 * DAY)
    place.is_forgotten("Ana")
    place.is_forgotten("Bo")
    for _ in range(4):
        bench.passes(40 * DAY)
    assert place.count("flag_case") == 0, "with the case goes its salt"
    chain = publish(place)
    assert chain[: len(before)] == before
    audit = Audit()
    for entry in chain:
        audit.take(entry)
    audit.finish()
    for noted in audit.to_repeat():
        audit.repeat(noted, shown(place, noted.id))
    for table in Table.metadata.sorted_tables:
        held = written(place, table)
        for salt in salts:
            assert not any(repr(salt) in row for row in held), table.name
        if table.name in TABLES:
            people = [named(name) for name in ("Ana", *WITNESSES, *REVIEWERS)] + [place.seat("Ana")]
            assert not any(person in row for row in held for person in people)
            assert not any("hurtful" in row for row in held)


def test_pseudonyms_of_people_are_in_no_other_case(bench: Bench) -> None:
    place = bench.place
    decide(bench, place.says("Ana"), 1)
    place.passes(DAY)
    decide(bench, place.says("Otter"), 1, names=("Bo", "Fern"))
    pools = [set(row.pool.split()) for row in place.read(lambda conn: conn.execute(select(DrawRow)).all())]
    assert len(pools) == 2
    assert not pools[0] & pools[1]
    assert (
        place.read(lambda conn: conn.execute(text("SELECT count(*) FROM journal WHERE kind = 'seat'")).scalar_one())
        == 6
    )
