"""The public record: what may be in it, when it is published, and that nobody changes it unseen."""

import copy
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from moderation import draws, flagged, ledger, nonces, publishing, state
from moderation.audit import Audit
from moderation.chain import BEGIN, Broken, Head, canonical, digest, link, verify
from moderation.replay import replay
from rooms.limits import Limits, scaled
from rooms.units import DAY, HOUR
from rooms.work import Work
from server import verify_ledger
from tests.moderation.scribe import Scribe

ROOT = Path(__file__).resolve().parents[2]
KEY, OTHER = b"a salt of 16 byte", b"another of 16 byte"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'circles.db'}"
    url: str = request.getfixturevalue("database_url")
    return url


@pytest.fixture
def scribe(database: str) -> Iterator[Scribe]:
    scribe = Scribe(database)
    yield scribe
    scribe.close()


def fold(scribe: Scribe, key: bytes = KEY, item: int = 0) -> None:
    scribe.notes(key, "fold", item=item, view="folded")


def cases(chain: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in chain if each["case"] is not None]


# --- what may be noted ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("gossip", {"item": 0}),
        ("fold", {"item": 0}),
        ("fold", {"item": 0, "view": "Heron"}),
        ("fold", {"item": "circle----------", "view": "folded"}),
        ("fold", {"item": 0, "view": "folded", "name": 1}),
        ("fold", {"item": 0, "view": "folded", "code": "You are unkind."}),
        ("fold", {"item": 0, "view": "folded", "days": 1.5}),
        ("fold", {"item": 0, "view": "folded", "days": 2**60}),
        ("fold", {"item": 0, "view": "folded", "commitment": "Heron"}),
        ("moderator", {"change": "Heron"}),
        ("reveal", {"nonce": 1, "value": "Fern"}),
    ],
)
def test_nothing_but_numbers_and_known_words_is_noted(scribe: Scribe, kind: str, facts: dict[str, Any]) -> None:
    with pytest.raises(ledger.NotForTheRecord) as refused:
        scribe.run(lambda work: ledger.note(work, KEY, kind, facts))
    assert scribe.journal() == []
    assert not any(word in str(refused.value) for word in ("Heron", "Fern", "unkind", "circle-"))


def test_a_message_without_a_case_or_a_case_without_a_proper_salt_is_not_noted(scribe: Scribe) -> None:
    for key in (None, b"short"):
        with pytest.raises(ledger.NotForTheRecord):
            scribe.notes(key, "fold", item=0, view="folded")


def test_every_word_of_the_core_is_known_to_the_record() -> None:
    for name, words in (
        ("view", get_args(flagged.View)),
        ("stage", get_args(state.Stage)),
        ("how", get_args(state.Closing)),
        ("side", get_args(state.Side)),
    ):
        assert [word for word in words if not ledger.FACTS[name](word)] == [], name


def test_what_is_noted_is_undone_with_the_command_that_noted_it(scribe: Scribe) -> None:
    def fails(work: Any) -> None:
        ledger.note(work, KEY, "fold", {"item": 0, "view": "folded"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        scribe.run(fails)
    assert scribe.journal() == []


def test_cases_and_messages_are_pseudonyms_that_cannot_be_matched_without_the_salt(scribe: Scribe) -> None:
    fold(scribe, KEY, 0)
    fold(scribe, KEY, 1)
    fold(scribe, OTHER, 0)
    one, two, three = ((row.case_name, json.loads(row.facts)["item"]) for row in scribe.journal())
    assert one[0] == two[0] != three[0]
    assert len({one[1], two[1], three[1]}) == 3
    assert one == (ledger.case_name(KEY), ledger.item_name(KEY, 0))


# --- what is published, and when --------------------------------------------------------------------------


def test_flags_are_never_published_and_leave_no_gap(scribe: Scribe) -> None:
    scribe.keeps()
    scribe.notes(KEY, "flag", category="disrespect", item=3, stage="triage")
    scribe.notes(KEY, "flag", category="disrespect", item=3)
    fold(scribe)
    scribe.notes(KEY, "flag", category="pressure", item=0)
    scribe.notes(KEY, "withdraw", item=0)
    scribe.notes(KEY, "seat", today=1)
    scribe.notes(KEY, "quiet", days=7)
    scribe.notes(KEY, "unfold", item=0, view="lapsed")
    scribe.passes(2 * DAY)
    told = cases(scribe.chain())
    assert sorted((each["type"], each["facts"]["step"]) for each in told) == [("fold", 1), ("unfold", 2)]
    assert [row.kind for row in scribe.journal() if "item" in row.facts] == ["fold", "unfold"]


def test_a_case_that_never_folded_leaves_nothing_in_public(scribe: Scribe) -> None:
    scribe.notes(KEY, "flag", category="disrespect")
    scribe.notes(KEY, "view", item=0, view="withdrawn")
    scribe.notes(KEY, "close", stage="closed", how="withdrawn")
    scribe.notes(OTHER, "lapse", stage="closed")
    scribe.passes(3 * DAY)
    assert cases(scribe.chain()) == []


def test_fewer_than_five_wait_for_others_and_none_longer_than_a_day(scribe: Scribe) -> None:
    scribe.keeps()  # the first two nonces are noted
    fold(scribe)
    began = scribe.now
    scribe.passes(DAY - HOUR)
    assert scribe.chain() == []
    scribe.passes(2 * HOUR)
    chain = scribe.chain()
    assert len(cases(chain)) == 1
    assert min(each["hour"] for each in chain) > began


def test_five_are_published_at_the_turn_of_the_hour_and_labelled_with_it(scribe: Scribe) -> None:
    scribe.keeps()
    for item in range(3):
        fold(scribe, item=item)
    turn = scribe.now - scribe.now % HOUR + HOUR
    scribe.passes(turn - scribe.now - 1)
    assert scribe.chain() == []
    scribe.passes(1)
    chain = scribe.chain()
    assert len(chain) == 5
    assert {each["hour"] for each in chain} == {turn}


def test_what_happens_after_the_turn_waits_for_the_next(scribe: Scribe) -> None:
    scribe.keeps()
    for item in range(3):
        fold(scribe, item=item)
    scribe.now += HOUR  # nobody looked in between
    fold(scribe, item=9)
    scribe.keeps()
    assert len(scribe.chain()) == 5


def test_the_order_within_an_hour_is_one_of_chance_and_steps_restore_it(database: str) -> None:
    scribe = Scribe(database, seed=3)
    scribe.keeps()
    for item in range(10):
        fold(scribe, item=item)
        scribe.notes(KEY, "unfold", item=item, view="lapsed")
    scribe.passes(HOUR)
    steps = [each["facts"]["step"] for each in cases(scribe.chain())]
    scribe.close()
    assert sorted(steps) == list(range(1, 21))
    assert steps != sorted(steps)


def test_more_than_one_command_can_take_is_published_in_several(
    scribe: Scribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "AT_ONCE", 7)
    for item in range(10):
        fold(scribe, item=item)
        scribe.notes(KEY, "unfold", item=item, view="lapsed")
    scribe.passes(2 * DAY)
    audit = Audit()
    for entry in scribe.chain():
        audit.take(entry)
    audit.finish()
    assert len(cases(scribe.chain())) == 20


def test_two_processes_publish_each_entry_once(database: str) -> None:
    first = Scribe(database)
    second = Scribe(database)
    for item in range(200):
        fold(first, item=item)
    first.now += 2 * DAY
    second.now = first.now
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda scribe: [scribe.run(publishing.perform) for _ in range(20)], (first, second)))
    chain = first.chain()
    verify(chain)
    assert len(cases(chain)) == 200
    assert len({each["facts"]["item"] for each in cases(chain)}) == 200
    assert len({each["commitment"] for each in chain if each["type"] == "nonce"}) == sum(
        each["type"] == "nonce" for each in chain
    )
    first.close()
    second.close()


def test_clocks_of_two_processes_that_differ_publish_no_later_step_first(scribe: Scribe) -> None:
    scribe.keeps()
    scribe.now += 55 * 60_000 - scribe.now % HOUR + HOUR
    for item in range(5):
        fold(scribe, item=item)
    before = scribe.now
    scribe.now += 10 * 60_000
    fold(scribe, item=6)
    scribe.now = before  # another process, whose clock is behind
    scribe.notes(KEY, "unfold", item=6, view="lapsed")
    scribe.now = before + 6 * 60_000
    scribe.keeps()
    assert sorted(each["facts"]["step"] for each in cases(scribe.chain())) == [1, 2, 3, 4, 5]


def test_waits_are_shorter_where_time_is_scaled(tmp_path: Path) -> None:
    scribe = Scribe(f"sqlite:///{tmp_path / 'circles.db'}", scaled(Limits(), 60))
    fold(scribe)
    scribe.passes(26 * 60_000)
    scribe.close()
    assert len(cases(scribe.chain())) == 1


# --- replaying --------------------------------------------------------------------------------------------


def test_every_view_stage_and_pause_is_rebuilt_from_what_is_published(scribe: Scribe) -> None:
    fold(scribe, KEY, 0)
    fold(scribe, KEY, 1)
    scribe.notes(KEY, "seating", stage="seating", instance=1)
    scribe.notes(KEY, "ballot", stage="ballot1", instance=1, n=3)
    fold(scribe, OTHER, 4)
    scribe.notes(KEY, "unfold", item=1, view="kept")
    scribe.notes(KEY, "fold", item=0, view="confirmed", confirmed=True)
    scribe.notes(KEY, "decided", stage="decided", instance=1, n=3, content=1, person=3, hours=2)
    scribe.notes(KEY, "pause", person=3, minutes=15)
    scribe.notes(OTHER, "pause", person=4, minutes=240)
    scribe.notes(OTHER, "pause_end", person=4, how="repair")
    scribe.passes(2 * DAY)
    stands = replay(scribe.chain())
    one, two = stands[ledger.case_name(KEY)], stands[ledger.case_name(OTHER)]
    assert one.views == {ledger.item_name(KEY, 0): "confirmed", ledger.item_name(KEY, 1): "kept"}
    assert (one.stage, one.pauses) == ("decided", {3})
    assert two.views == {ledger.item_name(OTHER, 4): "folded"}
    assert two.pauses == set()


# --- the chain --------------------------------------------------------------------------------------------


def made(count: int) -> list[dict[str, Any]]:
    head, entries = Head(0, BEGIN), []
    for number in range(count):
        entry, head = link(
            head, {"type": "fold", "case": None, "facts": {"item": number}, "hour": 0, "commitment": None}
        )
        entries.append({**json.loads(entry), "hash": head.hash})
    return entries


def relinked(entries: list[dict[str, Any]], start: int) -> list[dict[str, Any]]:
    """As somebody would write them who changed one and made all that follow fit again."""
    entries = copy.deepcopy(entries)
    before = entries[start - 1]["hash"] if start else BEGIN
    for seq, entry in enumerate(entries[start:], start + 1):
        entry.pop("hash")
        entry.update(seq=seq, prev=before)
        before = digest(canonical(entry), before)
        entry["hash"] = before
    return entries


def test_the_hash_is_that_of_the_document() -> None:
    entry, head = link(Head(0, BEGIN), {"type": "nonce"})
    assert entry == '{"prev":"' + "0" * 64 + '","seq":1,"type":"nonce"}'
    found = subprocess.run(["sha256sum"], input=entry.encode() + bytes(32), capture_output=True, check=True)
    assert found.stdout.split()[0].decode() == head.hash


@given(st.data())
def test_any_edit_drop_reorder_or_addition_is_found(data: st.DataObject) -> None:
    entries = made(data.draw(st.integers(2, 8)))
    head = verify(entries)
    at = data.draw(st.integers(0, len(entries) - 1))
    how = data.draw(st.sampled_from(["edit", "drop", "swap", "twice", "hash", "prev"]))
    changed = copy.deepcopy(entries)
    match how:
        case "edit":
            changed[at]["facts"]["item"] += 1
        case "drop":
            del changed[at]
        case "swap":
            other = data.draw(st.integers(0, len(entries) - 1).filter(lambda each: each != at))
            changed[at], changed[other] = changed[other], changed[at]
        case "twice":
            changed.insert(at, changed[at])
        case _:
            changed[at][how] = "f" * 64
    if how == "drop" and at == len(entries) - 1:
        assert verify(changed).seq < head.seq
        return
    with pytest.raises(Broken) as broken:
        verify(changed)
    assert broken.value.seq <= at + 2
    if how in ("edit", "drop", "swap"):
        # Even where everything is made to fit again, whoever holds the head sees it.
        assert verify(relinked(changed, 0)) != head


# --- nonces and draws -------------------------------------------------------------------------------------


def test_a_nonce_is_public_for_a_day_before_the_first_case_that_uses_it(scribe: Scribe) -> None:
    used: dict[int, int] = {}
    for _ in range(10 * 24):
        number, _ = scribe.run(lambda work: nonces.for_case(work, scribe.now))
        used.setdefault(number, scribe.now)
        told = [each["facts"]["nonce"] for each in scribe.chain() if each["type"] == "reveal"]
        assert number not in told, "a nonce that was shown orders nothing any more"
        scribe.passes(HOUR)
    published = {each["facts"]["nonce"]: each["hour"] for each in scribe.chain() if each["type"] == "nonce"}
    assert len(used) >= 9
    for number, moment in used.items():
        if number > 1:  # the first is for use at once
            assert moment - published[number] >= DAY, number


def test_what_is_drawn_too_late_for_its_nonce_takes_the_newest(scribe: Scribe) -> None:
    scribe.passes(1)
    first = scribe.run(lambda work: nonces.for_case(work, scribe.now))
    opened = scribe.now
    scribe.passes(10 * DAY)
    late = scribe.run(lambda work: nonces.for_case(work, opened))
    assert late == scribe.run(lambda work: nonces.for_case(work, scribe.now)) != first


def test_a_nonce_is_shown_once_its_cases_are_over_and_is_the_one_committed_to(scribe: Scribe) -> None:
    scribe.passes(12 * DAY)
    chain = scribe.chain()
    first = next(each for each in chain if each["type"] == "reveal" and each["facts"]["nonce"] == 1)
    second = next(each for each in chain if each["type"] == "nonce" and each["facts"]["nonce"] == 2)
    assert first["hour"] >= second["facts"]["usable_from"] + 4 * DAY - HOUR
    audit = Audit()
    for entry in chain:
        audit.take(entry)
    audit.finish()


def test_a_case_takes_the_newest_nonce_in_use_when_it_was_opened(scribe: Scribe) -> None:
    scribe.keeps()
    opened = scribe.now + HOUR
    before = scribe.run(lambda work: nonces.for_case(work, opened))
    scribe.passes(3 * DAY)
    assert scribe.run(lambda work: nonces.for_case(work, opened)) == before
    assert scribe.run(lambda work: nonces.for_case(work, scribe.now))[0] > before[0]


def test_a_case_before_the_clock_ever_ran_has_a_nonce_too(scribe: Scribe) -> None:
    number, nonce = scribe.run(lambda work: nonces.for_case(work, scribe.now))
    assert (number, len(nonce)) == (1, 32)
    assert [row.kind for row in scribe.journal()] == ["nonce"]


def test_two_processes_that_need_the_first_nonce_at_once_have_the_same(database: str) -> None:
    first, second = Scribe(database), Scribe(database)
    inside = threading.Barrier(2, timeout=20)

    def slowly(work: Work) -> tuple[int, bytes]:
        made = nonces.for_case(work, work.now)
        inside.wait()  # the other one is about to ask, and this is not committed yet
        return made

    def other() -> tuple[int, bytes]:
        inside.wait()
        return second.run(lambda work: nonces.for_case(work, work.now))

    with ThreadPoolExecutor(2) as both:
        one, two = both.submit(first.run, slowly), both.submit(other)
        assert one.result() == two.result()
    assert [row.kind for row in first.journal()] == ["nonce"]
    first.close()
    second.close()


def drawn(scribe: Scribe) -> tuple[str, tuple[str, ...]]:
    """A panel of three out of seven; the second of the order declined."""
    scribe.keeps()
    pool = [f"person-{number:09}" for number in range(7)]
    lots = scribe.run(lambda work: draws.draw(work, KEY, instance=1, began_at=scribe.now, pool=pool))
    again = scribe.run(lambda work: draws.draw(work, KEY, instance=1, began_at=scribe.now, pool=pool[::-1]))
    assert again == lots
    assert sorted(lots.people) == pool
    draw_id = scribe.run(lambda work: draws.keep(work, KEY, lots, size=3))
    seated = [each for place, each in enumerate(lots.people) if place in (0, 2, 3)]
    scribe.run(lambda work: draws.seats(work, KEY, draw_id, seated))
    return draw_id, lots.people


def shown(scribe: Scribe, draw_id: str) -> Any:
    return scribe.store.read_now(lambda conn: draws.shown(conn, draw_id))


def test_a_draw_is_closed_until_its_nonce_is_shown_and_can_then_be_repeated(scribe: Scribe) -> None:
    draw_id, people = drawn(scribe)
    scribe.passes(2 * DAY)
    before = shown(scribe, draw_id)
    assert (before.nonce, before.entries, before.band) == (None, (), "6-9")
    scribe.passes(10 * DAY)
    proof = shown(scribe, draw_id)
    assert len(proof.entries) == 9, "filled up to the end of its band"
    lots = [each.pseudonym for each in proof.entries]
    mine = [ledger.person_name(KEY, each) for each in people]
    assert [each for each in lots if each in mine] == mine
    became = {each.pseudonym: each.became for each in proof.entries}
    assert [became[name] for name in mine[:4]] == ["seated", "skipped", "seated", "seated"]
    assert {len(each) for each in lots} == {64}
    assert "1 draws repeated" in verify_ledger.check(verify_ledger.FromDatabase(scribe.store))


def test_another_panel_of_the_case_is_another_draw(scribe: Scribe) -> None:
    pool = [f"person-{number:09}" for number in range(9)]

    def people(instance: int) -> tuple[str, ...]:
        return scribe.run(lambda work: draws.draw(work, KEY, instance=instance, began_at=scribe.now, pool=pool)).people

    orders = [people(instance) for instance in (1, 2, 3)]
    assert len(set(orders)) == 3


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE draw SET seated = pool",
        "UPDATE draw SET pool = substr(pool, 66)",
        "UPDATE draw SET lot = 'x' || lot",
        "UPDATE draw SET nonce_id = 2",
        "UPDATE nonce SET nonce = (SELECT nonce FROM nonce WHERE id = 2) WHERE id = 1",
        "DELETE FROM draw",
    ],
)
def test_a_rigged_draw_is_found(scribe: Scribe, forgery: str) -> None:
    drawn(scribe)
    scribe.passes(12 * DAY)
    scribe.store.write_now(lambda conn: conn.execute(text(forgery)))
    with pytest.raises(Broken):
        verify_ledger.check(verify_ledger.FromDatabase(scribe.store))


def test_a_nonce_that_is_not_the_one_committed_to_is_found(scribe: Scribe) -> None:
    scribe.keeps()
    scribe.store.write_now(
        lambda conn: conn.execute(text("UPDATE nonce SET nonce = (SELECT nonce FROM nonce WHERE id = 2) WHERE id = 1"))
    )
    scribe.passes(12 * DAY)
    status, sentence = verify_ledger.run(scribe.url, url=None, file=None, head=None)
    assert status == 1
    assert "another nonce than the one that was committed to" in sentence


# --- erasing ----------------------------------------------------------------------------------------------


def test_once_the_salt_is_gone_nobody_can_link_the_case_and_the_chain_still_holds(scribe: Scribe) -> None:
    fold(scribe)
    drawn(scribe)
    scribe.passes(20 * DAY)
    before = verify(scribe.chain())
    # The salt is nowhere in these tables, so deleting it with the case is deleting it everywhere.
    everything = scribe.store.read_now(
        lambda conn: [
            bytes(str(row), "utf-8")
            for table in ("journal", "ledger", "draw", "nonce", "month")
            for row in conn.execute(text(f"SELECT * FROM {table}"))
        ]
    )
    assert not any(KEY in row or b"person-" in row or repr(KEY).encode() in row for row in everything)
    assert verify(scribe.chain()) == before


# --- from the command line --------------------------------------------------------------------------------


def kept(scribe: Scribe) -> None:
    for item in range(8):
        fold(scribe, item=item)
    scribe.passes(2 * DAY)


def edited(scribe: Scribe, seq: int) -> None:
    entry = next(each for each in scribe.chain() if each["seq"] == seq)
    entry.pop("hash")
    entry["hour"] += HOUR
    scribe.store.write_now(
        lambda conn: conn.execute(
            text("UPDATE ledger SET entry = :entry, hour = :hour WHERE seq = :seq"),
            {"entry": canonical(entry), "hour": entry["hour"], "seq": seq},
        )
    )


def test_the_command_says_that_the_record_holds_and_where_it_does_not(scribe: Scribe) -> None:
    kept(scribe)
    status, sentence = verify_ledger.run(scribe.url, url=None, file=None, head=None)
    assert status == 0
    assert sentence.startswith(f"The record holds: {len(scribe.chain())} entries, 0 draws repeated, head ")
    edited(scribe, 4)
    assert verify_ledger.run(scribe.url, url=None, file=None, head=None) == (
        1,
        "Entry 4 is not what was published: its hash differs.",
    )


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("DELETE FROM ledger WHERE seq = 3", "Entry 3 is missing: another stands in its place."),
        ("UPDATE ledger SET hash = '00' || substr(hash, 3) WHERE seq = 5", "Entry 5 is not what was published"),
        ("UPDATE ledger SET counted = '{}' WHERE kind = 'nonce' AND seq > 100", None),
        ("UPDATE ledger SET kind = 'unfold' WHERE kind = 'fold'", "is counted as something else than it says."),
        ("UPDATE ledger SET entry = '{}' WHERE seq = 2", "Entry 2 is not written as an entry."),
        ("DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)", "the record was longer before."),
        ("DELETE FROM ledger", "the record was longer before."),
    ],
)
def test_tampering_in_the_database_is_found(scribe: Scribe, tampering: str, sentence: str | None) -> None:
    kept(scribe)
    head = verify(scribe.chain())
    scribe.store.write_now(lambda conn: conn.execute(text(tampering)))
    status, said = verify_ledger.run(scribe.url, url=None, file=None, head=f"{head.seq}:{head.hash}")
    if sentence is None:
        assert status == 0, said
    else:
        assert status == 1
        assert sentence in said


def test_a_fork_that_is_right_in_itself_is_found_with_a_head_seen_before(scribe: Scribe) -> None:
    kept(scribe)
    chain = scribe.chain()
    head = verify(chain)
    chain[2]["hour"] += HOUR
    forked = relinked(chain, 2)

    def write(conn: Any) -> None:
        for entry in forked[2:]:
            bare = canonical({name: value for name, value in entry.items() if name != "hash"})
            conn.execute(
                text("UPDATE ledger SET entry = :e, hash = :h, hour = :o WHERE seq = :s"),
                {"e": bare, "h": entry["hash"], "s": entry["seq"], "o": entry["hour"]},
            )

    scribe.store.write_now(write)
    assert verify_ledger.run(scribe.url, url=None, file=None, head=None)[0] == 0
    assert verify_ledger.run(scribe.url, url=None, file=None, head=f"{head.seq}:{head.hash}") == (
        1,
        f"Entry {head.seq} is another than the one you had seen.",
    )


def test_a_step_that_was_left_out_is_found(scribe: Scribe) -> None:
    fold(scribe)
    scribe.notes(KEY, "unfold", item=0, view="lapsed")
    scribe.notes(KEY, "close", stage="closed", how="lapsed")
    scribe.store.write_now(lambda conn: conn.execute(text("DELETE FROM journal WHERE step = 2")))
    scribe.passes(2 * DAY)
    status, sentence = verify_ledger.run(scribe.url, url=None, file=None, head=None)
    assert status == 1
    assert "the step before it was never published" in sentence


def test_a_file_is_checked_too_also_a_part_of_the_record(scribe: Scribe, tmp_path: Path) -> None:
    kept(scribe)
    chain, file = scribe.chain(), tmp_path / "record.json"
    file.write_text(json.dumps({"entries": chain[:3]}) + "\n" + json.dumps({"entries": chain[3:]}))
    assert verify_ledger.run("", url=None, file=file, head=None)[0] == 0
    file.write_text(json.dumps({"entries": chain[4:]}))
    assert verify_ledger.run("", url=None, file=file, head=None)[0] == 0
    chain[6]["facts"]["item"] = "0" * 12
    file.write_text(json.dumps({"entries": chain}))
    assert verify_ledger.run("", url=None, file=file, head=None)[0] == 1


@pytest.mark.parametrize("content", ["", "[]", "{", '{"entries": 3}', "\x00", "null", '{"entries": [{}]}', "[[[["])
def test_a_file_that_is_no_record_is_answered_in_one_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(content)
    status, sentence = verify_ledger.run("", url=None, file=file, head=None)
    assert status in (1, 2) or content == ""
    assert sentence.count(".") <= 2
    assert "Traceback" not in sentence


def test_the_command_ends_with_its_status(tmp_path: Path) -> None:
    scribe = Scribe(f"sqlite:///{tmp_path / 'circles.db'}")
    kept(scribe)

    def ask(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "server", "verify-ledger", *more],
            cwd=ROOT, env={"PATH": "", "DATA_DIR": str(tmp_path)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    fine = ask()
    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout.startswith("The record holds: ")
    edited(scribe, 2)
    bad = ask()
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr == "Entry 2 is not what was published: its hash differs.\n"
    assert ask("--head", "nonsense").returncode == 2
    assert ask("--file", str(tmp_path / "none")).returncode == 2
    assert ask("--url", "ftp://x").returncode == 2
    scribe.close()


def test_without_a_database_the_command_says_so_and_makes_none(tmp_path: Path) -> None:
    status, sentence = verify_ledger.run(f"sqlite:///{tmp_path / 'none.db'}", url=None, file=None, head=None)
    assert (status, sentence) == (2, "There is no database yet.")
    assert list(tmp_path.iterdir()) == []
