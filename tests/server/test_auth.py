"""Sessions as the server sees them: cached for a moment, judged in the transaction, ended in another process."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, event, text
from starlette.requests import HTTPConnection

from rooms.units import HOUR
from server import auth, session_rows
from server.auth import Auth, good
from server.keys import Keys
from server.passphrases import Hasher
from server.session_rows import Seen
from server.store import Store
from tests.server.place import QUICK, START, Browser, Place, open_place

T = TypeVar("T")
PASSPHRASE = "a heron stands in the reeds"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_place(tmp_path) as place:
        yield place


@pytest.fixture
def another(place: Place, tmp_path: Path) -> Iterator[Place]:
    """A second server on the same database, with a cache of its own."""
    with open_place(tmp_path, place.settings.database) as another:
        yield another


def there(browser: Browser, place: Place) -> Browser:
    """The same browser at another server."""
    moved = place.browser()
    moved.cookie = browser.cookie
    return moved


def looked_up(place: Place) -> list[str]:
    """Every statement from now on that looks for a session."""
    seen: list[str] = []

    def note(statement: str) -> None:
        if "FROM session" in statement:
            seen.append(statement)

    def listen(raw: sqlite3.Connection, *_: object) -> None:
        raw.set_trace_callback(note)

    event.listen(place.store.readers, "checkout", listen)
    return seen


def test_a_session_is_looked_up_once_in_a_while(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "CACHED", 3_600.0)
    browser = place.browser().comes_in()
    seen = looked_up(place)
    assert [browser.name() for _ in range(5)] == ["Heron"] * 5
    assert len(seen) == 1


def test_what_is_cached_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "CACHE_MOST", 2)
    monkeypatch.setattr(auth, "CACHED", 3_600.0)
    browsers = [place.browser().comes_in(name) for name in ("Ana", "Bo", "Fern")]
    assert [each.name() for each in browsers] == ["Ana", "Bo", "Fern"]
    seen = looked_up(place)
    assert browsers[2].name() == "Fern"
    assert seen == []
    assert browsers[0].name() == "Ana"
    assert len(seen) == 1


def test_a_session_ended_in_another_process_changes_nothing_any_more(place: Place, another: Place) -> None:
    browser = place.browser().comes_in()
    browser.keeps_place("Ana", PASSPHRASE)
    elsewhere = there(browser, another)
    assert elsewhere.name() == "Heron"
    assert browser.post("/api/sign-out-everywhere", {}).status == 200
    answer = elsewhere.post("/api/remember", {"remember": True})
    assert answer.status == 401
    assert answer.code in ("session.ended", "session.missing")


def test_a_session_ended_in_another_process_is_soon_unknown_here(place: Place, another: Place) -> None:
    browser = place.browser().comes_in()
    elsewhere = there(browser, another)
    assert elsewhere.name() == "Heron"
    assert browser.post("/api/sign-out", {}).status == 200
    until = time.monotonic() + auth.CACHED + 20
    while elsewhere.name() is not None:
        assert time.monotonic() < until
    assert elsewhere.post("/api/sign-out", {}).code == "session.missing"


def test_what_another_process_committed_is_noticed_at_once(
    place: Place, another: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "CACHED", 3_600.0)
    browser = place.browser().comes_in()
    elsewhere = there(browser, another)
    assert elsewhere.name() == "Heron"
    browser.post("/api/sign-out", {})
    assert elsewhere.name() == "Heron"
    another.auth.notice(place.announced)
    assert elsewhere.name() is None


def test_use_is_noted_to_the_hour(place: Place) -> None:
    browser = place.browser().comes_in()
    for minutes, noted in ((0, 0), (59, 0), (60, 60), (119, 60), (121, 121)):
        place.now = START + minutes * 60_000
        assert browser.name() == "Heron"
        (session,) = browser.get("/api/sessions").json["sessions"]
        assert session["seen_at"] == START + noted * 60_000
        assert session["began_at"] == START


def test_a_cookie_is_found_among_others(place: Place) -> None:
    browser = place.browser().comes_in()
    alone = browser.cookie
    assert alone is not None
    name, _, token = alone.partition("=")
    assert len(token) == auth.TOKEN_LENGTH
    for among in (f"theme=dark; {alone}", f"{alone}; theme=dark", f'{name}="{token}"', f"{name}=old; {alone}"):
        browser.cookie = among
        assert browser.name() == "Heron", among
    for not_it in (f"x{alone}", f"{alone}x", f"{name}={token[:-1]}", f"{alone}; {name}=old", f"theme={alone}"):
        browser.cookie = not_it
        assert browser.name() is None, not_it


@pytest.mark.parametrize("count", [1, 3, 64, 65, 130])
def test_several_sessions_are_looked_up_together(place: Place, count: int) -> None:
    browsers = [place.browser().comes_in(name) for name in ("Ana", "Bo", "Fern")]
    tokens = [str(each.cookie).partition("=")[2].encode() for each in browsers]
    asked = [sha256(tokens[n % 3] if n % 4 else b"nobody").digest() for n in range(count)]
    found = place.store.read_now(lambda conn: session_rows.by_tokens(conn, asked))
    assert len(found) == count
    for n, each in enumerate(found):
        alone = place.store.read_now(lambda conn, n=n: session_rows.by_token(conn, asked[n]))  # type: ignore[misc]
        assert each == alone
        assert (each is None) == (n % 4 == 0)
        assert each is None or (each.remember is False and each.ended is False)


async def test_whether_a_session_is_good_is_asked_of_the_database(place: Place) -> None:
    browser = place.browser()
    await asyncio.to_thread(browser.comes_in)
    listed = await asyncio.to_thread(browser.get, "/api/sessions")
    (session,) = listed.json["sessions"]
    assert await place.auth.good(session["session"])
    assert not await place.auth.good("A" * 16)
    await asyncio.to_thread(browser.post, "/api/sign-out", {})
    assert not await place.auth.good(session["session"])


class LateStore(Store):
    """Reads as always, and hands over what it read when it is told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.has_read = asyncio.Event()
        self.go_on = asyncio.Event()

    async def read(self, work: Callable[[Connection], T]) -> T:
        found = await super().read(work)
        self.has_read.set()
        await self.go_on.wait()
        return found


async def test_what_was_read_before_an_end_is_not_believed_after_it(place: Place) -> None:
    browser = place.browser()
    await asyncio.to_thread(browser.comes_in)
    assert browser.cookie is not None
    store = LateStore(place.settings.database)
    late = Auth(place.settings, store, Keys(bytes(32)), now=lambda: place.now, hasher=Hasher(1, QUICK))
    asking = HTTPConnection({"type": "http", "headers": [(b"cookie", browser.cookie.encode())]})
    asked = asyncio.create_task(late.who(asking))
    await store.has_read.wait()
    await asyncio.to_thread(browser.post, "/api/sign-out", {})
    late.notice(place.announced)
    store.go_on.set()
    assert await asked is None
    store.close()
    late.close()


def test_no_token_is_kept_anywhere_but_with_its_owner(place: Place) -> None:
    browser = place.browser().comes_in()
    assert browser.cookie is not None
    token = browser.cookie.partition("=")[2].encode()
    with place.store.writer.connect() as conn:
        conn.execute(text("SELECT 1"))
    for path in place.settings.data_dir.iterdir():
        assert token not in path.read_bytes()


def session(**changes: int | bool) -> Seen:
    facts = {"remember": False, "began_at": START, "seen_at": START, "ends_at": START + 60, "due_at": START + 26 * HOUR}
    return Seen(**({"id": "s", "person": "p", "ended": False} | facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "changes", "fine"),
    [
        (START, {}, True),
        (START + 26 * HOUR - 1, {}, True),
        (START + 26 * HOUR, {}, False),
        (START - 2 * HOUR, {}, True),
        (START - 2 * HOUR - 1, {}, False),
        (START, {"ended": True}, False),
    ],
)
def test_a_session_is_good_between_its_use_and_its_end(now: int, changes: dict[str, bool], fine: bool) -> None:
    assert good(session(**changes), now) is fine
