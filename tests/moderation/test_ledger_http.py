"""The public record over HTTP: for anybody, without a session, and checked from outside as a stranger would."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from sqlalchemy import text

from moderation import draws, ledger, nonces, publishing
from moderation.chain import BEGIN, verify
from moderation.wire_ledger import DrawProof, LedgerPage
from rooms.work import Work
from server import verify_ledger
from tests.house import House, house
from tests.http import Answer, ask

T = TypeVar("T")
KEY = b"a salt of 16 byte"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as opened:
        yield opened


async def get(place: House, path: str) -> Answer:
    """As somebody who asks for the first time: nothing of the last second is kept."""
    place.parts.records._kept.clear()
    return await ask("GET", place.url + path)


async def write(place: House, action: Callable[[Work], T]) -> T:
    def run(conn: Any) -> T:
        limits, now = place.parts.door.limits, place.parts.now()
        return action(Work(conn, who=None, now=now, limits=limits, pick=secrets.randbelow))

    return await place.parts.store.write(run)


async def folds(place: House, count: int) -> None:
    def note(work: Work) -> None:
        for _ in range(count):
            ledger.note(work, secrets.token_bytes(16), "fold", {"item": 0, "view": "folded"})

    await write(place, note)
    await place.clock.passes(hours=26)


async def checked(place: House) -> tuple[int, str]:
    place.parts.records._kept.clear()
    return await asyncio.to_thread(verify_ledger.run, "", url=place.url, file=None, head=None)


async def test_a_new_place_has_an_empty_record_and_its_first_nonce(place: House) -> None:
    assert (await get(place, "/api/ledger/head")).json() == {"seq": 0, "hash": BEGIN}
    assert (await get(place, "/api/ledger")).json() == {"entries": []}
    await place.parts.clock.perform()
    used = await write(place, lambda work: nonces.for_case(work, work.now))
    assert used[0] == 1
    assert await checked(place) == (0, f"The record holds: 0 entries, 0 draws repeated, head 0:{BEGIN}.")


async def test_the_whole_record_is_read_page_by_page_without_a_session(place: House) -> None:
    await folds(place, 700)
    head = (await get(place, "/api/ledger/head")).json()
    answer = await get(place, "/api/ledger")
    assert "set-cookie" not in answer.headers
    first = answer.json()["entries"]
    assert len(first) == 500
    rest = (await get(place, "/api/ledger?after=500")).json()["entries"]
    last = verify([*first, *rest])
    assert (last.seq, last.hash) == (head["seq"], head["hash"])
    assert (await get(place, f"/api/ledger?after={head['seq']}")).json() == {"entries": []}
    msgspec.convert({"entries": first}, LedgerPage)
    book = (await get(place, "/api/open-book")).json()
    assert book["recent"]["folds"] == 700
    assert book["head"] == head
    assert (await checked(place))[0] == 0


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=1&after=2", "after=9007199254740992", "after=", "after=1.0"]
)
async def test_a_place_in_the_record_is_a_whole_number(place: House, query: str) -> None:
    answer = await get(place, f"/api/ledger?{query}")
    assert answer.status == 422
    assert answer.json()["code"] == "request.bad_value"


async def test_many_who_ask_within_a_second_cost_one_look(place: House, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def counting(conn: Any) -> Any:
        looked.append("head")
        return head(conn)

    head = publishing.head
    monkeypatch.setattr(publishing, "head", counting)
    await get(place, "/api/ledger/head")
    looked.clear()
    place.parts.records._kept.clear()
    answers = await asyncio.gather(*(ask("GET", f"{place.url}/api/ledger/head") for _ in range(40)))
    assert {each.body for each in answers} == {answers[0].body}
    assert len(looked) <= 2, "a second may turn meanwhile"


async def test_a_draw_is_fetched_and_repeated_from_outside_once_its_nonce_is_shown(place: House) -> None:
    pool = [f"person-{number:09}" for number in range(12)]

    def draw(work: Work) -> str:
        lots = draws.draw(work, KEY, instance=1, began_at=work.now, pool=pool)
        draw_id = draws.keep(work, KEY, lots, size=5)
        draws.seats(work, KEY, draw_id, lots.people[:5])
        return draw_id

    draw_id = await write(place, draw)
    await place.clock.passes(hours=26)
    before = (await get(place, f"/api/draws/{draw_id}")).json()
    assert "nonce" not in before
    assert "entries" not in before
    for _ in range(10):
        await place.clock.passes(hours=26)
    after = msgspec.json.decode((await get(place, f"/api/draws/{draw_id}")).body, type=DrawProof)
    assert len(after.entries) == 13
    assert (await checked(place))[1].split(", ")[1] == "1 draws repeated"
    await place.parts.store.write(lambda conn: conn.execute(text("UPDATE draw SET seated = pool")))
    status, sentence = await checked(place)
    assert status == 1
    assert "does not come out the same when it is repeated (seats)" in sentence


async def test_no_other_draw_is_found_by_guessing(tmp_path: Path) -> None:
    async with house(tmp_path / "data", looks_per_minute=3) as place:
        found = [(await get(place, f"/api/draws/{secrets.token_urlsafe(12)}")).status for _ in range(12)]
        assert set(found) == {404, 429}
        for path in ("/api/draws/", "/api/draws/..%2f", "/api/draws/%00", f"/api/draws/{'x' * 3_000}"):
            assert (await get(place, path)).status in (404, 429)


async def test_a_record_that_was_changed_is_found_from_outside(place: House) -> None:
    await folds(place, 9)
    # Entries stand in the order of chance, and not every one of them is a fold.
    first = await place.parts.store.read(
        lambda conn: conn.execute(text("SELECT min(seq) FROM ledger WHERE entry LIKE '%folded%'")).scalar_one()
    )
    change = "UPDATE ledger SET entry = replace(entry, 'folded', 'withheld') WHERE seq = :seq"
    await place.parts.store.write(lambda conn: conn.execute(text(change), {"seq": first}))
    assert await checked(place) == (1, f"Entry {first} is not what was published: its hash differs.")


async def test_an_address_without_a_record_is_said_in_one_sentence(place: House) -> None:
    for url in (f"{place.url}/nothing", "http://127.0.0.1:9", "http://", "ftp://127.0.0.1"):
        status, sentence = await asyncio.to_thread(verify_ledger.run, "", url=url, file=None, head=None)
        assert status == 2
        assert sentence.count(".") == 1


async def test_two_servers_on_one_database_publish_each_entry_once(tmp_path: Path, database_url: str) -> None:
    async with (
        house(tmp_path / "one", database_url=database_url) as one,
        house(tmp_path / "two", database_url=database_url) as two,
    ):
        await folds(one, 300)
        two.clock.moved = one.clock.moved
        for _ in range(8):
            await asyncio.gather(one.clock.passes(hours=25), two.clock.passes(hours=25))
        entries = (await get(two, "/api/ledger")).json()["entries"]
        head = verify(entries)
        assert (await get(one, "/api/ledger/head")).json() == {"seq": head.seq, "hash": head.hash}
        assert sum(each["type"] == "fold" for each in entries) == 300
        numbers = [each["facts"]["nonce"] for each in entries if each["type"] == "nonce"]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert (await checked(one))[0] == 0
