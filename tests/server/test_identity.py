"""Coming in, keeping a place and coming back to it, over a real server on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from rooms.units import DAY, HOUR
from rooms.wire import ForgetMe
from rooms.wire_events import SessionEnded
from server.door import Actor
from server.errands import PerformDue
from tests.server.place import Browser, Place, open_place

PASSPHRASE = "a heron stands in the reeds"
NUMBERS = count(1)
OTHER = "two otters share one stone"
LOOSE: dict[str, Any] = {
    "entries_per_minute": 10_000,
    "looks_per_minute": 10_000,
    "sign_ins_per_minute": 10_000,
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    if request.param == "sqlite":
        with open_place(folder, **LOOSE) as place:
            yield place
        return
    server = request.getfixturevalue("postgres_server")
    url = server.create_database()
    with open_place(folder, url, **LOOSE) as place:
        yield place
    server.drop_database(url)


@pytest.fixture
def browser(place: Place) -> Browser:
    return place.browser()


@pytest.fixture
def own_name() -> str:
    """A sign-in name of this test's own."""
    return f"anaheron {next(NUMBERS)}"


@pytest.fixture
def kept(place: Place, own_name: str) -> Browser:
    """Somebody with a kept place under ``own_name``."""
    browser = place.browser().comes_in()
    browser.keeps_place(own_name, PASSPHRASE)
    return browser


def rows(place: Place, statement: str, **values: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in place.store.read_now(lambda conn: conn.execute(text(statement), values).all())]


def token(browser: Browser) -> str:
    assert browser.cookie is not None
    return browser.cookie.partition("=")[2]


def test_nobody_is_told_what_the_place_offers(browser: Browser) -> None:
    me = browser.get("/api/me").json
    assert "name" not in me
    assert len(me["offered_name"].split()) == 2
    assert me["title"] == "Notes"
    assert me["keep_default"] == 24 * HOUR
    assert me["may_open"] is True
    assert me["exit_to"] == "/goodbye"
    assert browser.get("/api/names").json["name"]


def test_a_person_comes_in_with_a_name(place: Place, browser: Browser) -> None:
    answer = browser.post("/api/come-in", {"name": "  Quiet   Heron "})
    assert answer.status == 200
    assert answer.json["name"] == "Quiet Heron"
    assert "offered_name" not in answer.json
    assert browser.name() == "Quiet Heron"
    (log,) = rows(
        place,
        "SELECT log.address, log.head_seq FROM session JOIN person ON person.id = session.person_id"
        " JOIN log ON log.id = person.log_id WHERE token_hash = :hash",
        hash=sha256(token(browser).encode()).digest(),
    )
    assert str(log[0]).startswith("person/")


def test_the_cookie_is_for_this_session_only_and_out_of_reach_of_scripts(place: Place, browser: Browser) -> None:
    answer = browser.post("/api/come-in", {"name": "Fern"})
    (line,) = answer.headers.get_all("Set-Cookie", [])
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert attributes == {"httponly", "path=/", "samesite=lax"}
    assert line.startswith("sid=")
    assert len(token(browser)) == 43
    assert token(browser) not in str(rows(place, "SELECT * FROM session"))


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "name.empty"), ("Mod", "name.reserved"), ("He\u202eron", "name.not_allowed"), ("x" * 41, "name.too_long")],
)
def test_a_name_that_will_not_do_lets_nobody_in(browser: Browser, name: str, code: str) -> None:
    answer = browser.post("/api/come-in", {"name": name})
    assert (answer.status, answer.code) == (422, code)
    assert browser.cookie is None


def test_a_cookie_from_before_is_not_taken_over(browser: Browser) -> None:
    browser.cookie = "sid=" + "A" * 43
    browser.comes_in()
    assert token(browser) != "A" * 43


def test_whoever_is_in_does_not_come_in_again(browser: Browser) -> None:
    browser.comes_in("Fern")
    answer = browser.post("/api/come-in", {"name": "Bo"})
    assert (answer.status, answer.code) == (409, "session.present")
    assert browser.name() == "Fern"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "request.bad_field"),
        ({"name": 5}, "request.bad_field"),
        ({"name": "Fern", "role": "x"}, "request.bad_field"),
        ([], "request.bad_field"),
        (None, "request.bad_field"),
    ],
)
def test_bodies_hold_exactly_what_is_documented(browser: Browser, body: object, code: str) -> None:
    answer = browser.post("/api/come-in", body)
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name":"Fern"} x',
        b'\xef\xbb\xbf{"name":"Fern"}',
        b'{"name":NaN}',
        b'{"name":"\xff"}',
        b"[" * 9_000,
    ],
)
def test_what_is_not_json_is_told_so(browser: Browser, body: bytes) -> None:
    headers = {"Origin": f"http://{browser.host}", "Content-Type": "application/json"}
    answer = browser.ask("POST", "/api/come-in", body, headers)
    assert answer.status == 400
    assert answer.code in ("request.bad_json", "request.bad_field")


def test_half_a_surrogate_is_refused(browser: Browser) -> None:
    headers = {"Origin": f"http://{browser.host}", "Content-Type": "application/json"}
    answer = browser.ask("POST", "/api/come-in", b'{"name":"Fern\\ud800"}', headers)
    assert answer.status in (400, 422)
    assert browser.cookie is None


def test_a_kept_place_is_come_back_to(place: Place, kept: Browser, own_name: str) -> None:
    assert kept.get("/api/me").json["sign_in_name"] == own_name
    back = place.browser()
    answer = back.signs_in(f"  {own_name.upper()} ", PASSPHRASE)
    assert answer.status == 200
    assert answer.json["name"] == "Heron"
    assert back.name() == kept.name() == "Heron"


def test_keeping_a_place_changes_the_token_and_keeps_the_session(place: Place, browser: Browser) -> None:
    browser.comes_in()
    before = browser.cookie
    (session,) = browser.get("/api/sessions").json["sessions"]
    browser.keeps_place("Rotating", PASSPHRASE)
    assert browser.cookie != before
    assert browser.get("/api/sessions").json["sessions"] == [session]
    stale = place.browser()
    stale.cookie = before
    assert stale.name() is None


def test_a_sign_in_name_is_one_persons(place: Place, kept: Browser, own_name: str) -> None:
    another = place.browser().comes_in("Bo")
    name = own_name.upper().replace("A", "Ａ")
    answer = another.post("/api/keep-place", {"sign_in_name": name, "passphrase": PASSPHRASE})
    assert (answer.status, answer.code) == (409, "sign_in_name.taken")
    assert another.name() == "Bo"
    assert "sign_in_name" not in another.get("/api/me").json
    answer = kept.post("/api/keep-place", {"sign_in_name": "further", "passphrase": PASSPHRASE})
    assert (answer.status, answer.code) == (409, "place.kept")


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("x" * 11, "passphrase.too_short"),
        ("passwordpassword", "passphrase.common"),
        ("weakness weakness", "passphrase.common"),
    ],
)
def test_a_weak_passphrase_keeps_no_place(browser: Browser, passphrase: str, code: str) -> None:
    browser.comes_in()
    answer = browser.post("/api/keep-place", {"sign_in_name": "Weakness", "passphrase": passphrase})
    assert (answer.status, answer.code) == (422, code)


def test_a_passphrase_is_taken_byte_for_byte(place: Place, browser: Browser) -> None:
    exact = "  Zoe\u0308 sits by the well \u3000"
    browser.comes_in()
    browser.keeps_place("Byte for byte", exact)
    for near in (exact.strip(), exact.replace("e\u0308", "ë"), exact.lower()):
        assert place.browser().signs_in("Byte for byte", near).code == "sign_in.wrong"
    assert place.browser().signs_in("Byte for byte", exact).status == 200


def test_wrong_name_and_wrong_passphrase_are_told_apart_by_nothing(place: Place, kept: Browser, own_name: str) -> None:
    name = own_name
    bodies = []
    for tried in (name, "nobody of that name"):
        before = place.auth.hasher.computed
        answer = place.browser().signs_in(tried, OTHER)
        assert answer.status == 403
        assert place.auth.hasher.computed == before + 1
        bodies.append(answer.body)
    assert bodies[0] == bodies[1]
    for tried in (name, "nobody of that name"):
        before = place.auth.hasher.computed
        body = {"sign_in_name": tried, "recovery_words": "acorn apple", "new_passphrase": OTHER}
        answer = place.browser().post("/api/recover", body)
        assert answer.status == 403
        assert place.auth.hasher.computed == before + 1
        bodies.append(answer.body)
    assert bodies[2] == bodies[3]


def test_a_right_sign_in_costs_one_hash(place: Place, kept: Browser, own_name: str) -> None:
    before = place.auth.hasher.computed
    assert place.browser().signs_in(own_name, PASSPHRASE).status == 200
    assert place.auth.hasher.computed == before + 1


def test_a_hash_with_yesterdays_costs_is_made_anew_on_sign_in(place: Place, kept: Browser, own_name: str) -> None:
    from_before = type(place.auth.hasher.argon)(time_cost=2, memory_cost=16, parallelism=1).hash(PASSPHRASE.encode())
    name = own_name
    place.store.write_now(
        lambda conn: conn.execute(
            text("UPDATE credential SET passphrase_hash = :hash WHERE folded = :name"),
            {"hash": from_before, "name": name},
        )
    )
    assert place.browser().signs_in(name, PASSPHRASE).status == 200
    ((now,),) = rows(place, "SELECT passphrase_hash FROM credential WHERE folded = :name", name=name)
    assert now != from_before
    assert "m=8,t=1,p=1" in str(now)
    assert place.browser().signs_in(name, PASSPHRASE).status == 200


def test_signing_in_ends_the_guest_who_was_there(place: Place, kept: Browser, own_name: str) -> None:
    browser = place.browser().comes_in("Bo")
    guest = browser.cookie
    assert browser.signs_in(own_name, PASSPHRASE).json["name"] == "Heron"
    assert browser.cookie != guest
    stale = place.browser()
    stale.cookie = guest
    assert stale.name() is None


def test_recovery_words_open_a_place_once(place: Place, own_name: str) -> None:
    owner = place.browser().comes_in()
    words = owner.keeps_place(own_name, PASSPHRASE)
    assert len(words.split()) == 8
    body = {"sign_in_name": own_name, "recovery_words": words, "new_passphrase": OTHER}
    back = place.browser()
    answer = back.post("/api/recover", body | {"recovery_words": words.upper().replace(" ", ",\n")})
    assert answer.status == 200
    fresh = answer.json["recovery_words"]
    assert fresh != words
    assert back.name() == "Heron"
    assert owner.name() is None
    assert place.browser().post("/api/recover", body).code == "recovery.wrong"
    assert place.browser().signs_in(own_name, PASSPHRASE).code == "sign_in.wrong"
    assert place.browser().signs_in(own_name, OTHER).status == 200
    assert place.browser().post("/api/recover", body | {"recovery_words": fresh}).status == 200


def test_a_new_passphrase_ends_every_other_session(place: Place, kept: Browser, own_name: str) -> None:
    elsewhere = place.browser()
    elsewhere.signs_in(own_name, PASSPHRASE, remember=True)
    before = kept.cookie
    assert kept.post("/api/passphrase", {"passphrase": OTHER, "new_passphrase": OTHER}).code == "passphrase.wrong"
    assert elsewhere.name() == "Heron"
    answer = kept.post("/api/passphrase", {"passphrase": PASSPHRASE, "new_passphrase": OTHER})
    assert answer.status == 200
    assert kept.cookie != before
    assert kept.name() == "Heron"
    assert elsewhere.name() is None
    assert place.browser().signs_in(own_name, PASSPHRASE).code == "sign_in.wrong"
    assert place.browser().signs_in(own_name, OTHER).status == 200


def test_a_guest_has_no_passphrase_to_change(browser: Browser) -> None:
    browser.comes_in()
    answer = browser.post("/api/passphrase", {"passphrase": PASSPHRASE, "new_passphrase": OTHER})
    assert (answer.status, answer.code) == (409, "place.missing")


def test_being_remembered_keeps_the_cookie_and_changes_the_token(kept: Browser) -> None:
    before = kept.cookie
    answer = kept.post("/api/remember", {"remember": True})
    assert answer.json["remembered"] is True
    assert f"Max-Age={60 * 86_400}" in answer.headers["Set-Cookie"]
    assert kept.cookie != before
    answer = kept.post("/api/remember", {"remember": False})
    assert "remembered" not in answer.json or answer.json["remembered"] is False
    assert "Max-Age" not in answer.headers["Set-Cookie"]
    assert kept.name() == "Heron"


def test_sign_out_ends_this_session_and_tells_its_sockets(place: Place, kept: Browser, own_name: str) -> None:
    other = place.browser()
    other.signs_in(own_name, PASSPHRASE)
    before = kept.cookie
    place.announced.clear()
    answer = kept.post("/api/sign-out", {})
    assert answer.status == 200
    assert "name" not in answer.json
    assert kept.cookie is None
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert [type(each.event) for each in place.announced] == [SessionEnded]
    kept.cookie = before
    assert kept.name() is None
    assert kept.post("/api/sign-out", {}).code == "session.missing"
    assert other.name() == "Heron"


def test_sign_out_everywhere_ends_them_all(place: Place, kept: Browser, own_name: str) -> None:
    others = [place.browser() for _ in range(3)]
    for other in others:
        other.signs_in(own_name, PASSPHRASE, remember=True)
    assert kept.post("/api/sign-out-everywhere", {}).status == 200
    assert [other.name() for other in others] == [None] * 3


def test_sessions_are_listed_and_ended_one_by_one(place: Place, kept: Browser, own_name: str) -> None:
    other = place.browser()
    other.signs_in(own_name, PASSPHRASE)
    listed = kept.get("/api/sessions").json["sessions"]
    assert [each.get("this_one", False) for each in listed].count(True) == 1
    (theirs,) = [each["session"] for each in listed if not each.get("this_one")]
    answer = kept.post("/api/sessions/end", {"session": theirs})
    assert len(answer.json["sessions"]) == 1
    assert other.name() is None
    assert kept.name() == "Heron"
    assert kept.post("/api/sessions/end", {"session": theirs}).code == "session.not_found"


def test_nobody_ends_somebody_elses_session(place: Place, kept: Browser) -> None:
    theirs = kept.get("/api/sessions").json["sessions"][0]["session"]
    answer = place.browser().comes_in("Bo").post("/api/sessions/end", {"session": theirs})
    assert (answer.status, answer.code) == (404, "session.not_found")
    assert kept.name() == "Heron"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/keep-place"),
        ("POST", "/api/passphrase"),
        ("POST", "/api/remember"),
        ("POST", "/api/sign-out"),
        ("POST", "/api/sign-out-everywhere"),
        ("GET", "/api/sessions"),
        ("POST", "/api/sessions/end"),
    ],
)
@pytest.mark.parametrize("cookie", [None, "sid=" + "A" * 43, "sid=short", "sid=" + "é" * 43, "sid=" + "A" * 5_000])
def test_what_is_ones_own_is_nobody_elses(browser: Browser, method: str, path: str, cookie: str | None) -> None:
    browser.cookie = cookie
    answer = browser.get(path) if method == "GET" else browser.post(path, {})
    assert (answer.status, answer.code) == (401, "session.missing")


def test_one_name_is_kept_by_one_of_many_who_want_it_at_once(place: Place) -> None:
    browsers = [place.browser().comes_in() for _ in range(6)]
    body = {"sign_in_name": "Wanted by all", "passphrase": PASSPHRASE}
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda each: each.post("/api/keep-place", body).status, browsers))
    assert sorted(statuses) == [200, 409, 409, 409, 409, 409]


def test_after_signing_out_everywhere_nothing_works_for_anyone_racing_it(place: Place, own_name: str) -> None:
    owner = place.browser().comes_in()
    owner.keeps_place(own_name, PASSPHRASE)
    for _ in range(25):
        racing, ending = place.browser(), place.browser()
        racing.signs_in(own_name, PASSPHRASE)
        ending.signs_in(own_name, PASSPHRASE)
        cookie = racing.cookie
        with ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(racing.post, "/api/remember", {"remember": False}) for _ in range(2)]
            assert pool.submit(ending.post, "/api/sign-out-everywhere", {}).result().status == 200
            after = place.browser()
            after.cookie = cookie
            assert after.name() is None
            assert all(each.result().status in (200, 401) for each in asked)
        assert racing.name() is None


def test_a_forgotten_person_leaves_nothing_to_come_back_to(place: Place, kept: Browser, own_name: str) -> None:
    (person,) = rows(place, "SELECT person_id FROM credential WHERE folded = :name", name=own_name)[0]
    (session,) = kept.get("/api/sessions").json["sessions"]
    place.submit(ForgetMe(sure=True), Actor(str(person), session["session"]))
    assert rows(place, "SELECT * FROM credential WHERE person_id = :person", person=person) == []
    assert rows(place, "SELECT * FROM session WHERE person_id = :person", person=person) == []
    assert kept.post("/api/remember", {"remember": True}).status == 401
    assert place.browser().signs_in(own_name, PASSPHRASE).code == "sign_in.wrong"
    place.browser().comes_in().keeps_place(own_name, PASSPHRASE)


@pytest.fixture
def moved(place: Place) -> Iterator[Place]:
    before = place.now
    yield place
    place.now = before


def unused(place: Place, browser: Browser) -> bool:
    """Whether the session has ended, as a socket would find."""
    place.submit(PerformDue())
    return browser.name() is None


def test_a_guest_who_stays_away_for_a_day_is_gone(moved: Place) -> None:
    guest = moved.browser().comes_in()
    moved.now += 23 * HOUR
    assert not unused(moved, guest)
    moved.now += 27 * HOUR
    assert unused(moved, guest)


def test_a_remembered_place_lasts_as_long_as_it_is_used_but_not_for_ever(moved: Place, kept: Browser) -> None:
    kept.post("/api/remember", {"remember": True})
    for _ in range(5):
        moved.now += 11 * DAY
        assert not unused(moved, kept)
    moved.now += 6 * DAY
    assert unused(moved, kept)


def test_a_remembered_place_that_is_not_used_ends(moved: Place, kept: Browser) -> None:
    kept.post("/api/remember", {"remember": True})
    moved.now += 15 * DAY
    assert unused(moved, kept)


@pytest.mark.parametrize("jump", [-2 * HOUR, -HOUR, HOUR, 2 * HOUR])
def test_a_clock_that_jumps_ends_no_session(moved: Place, kept: Browser, jump: int) -> None:
    guest = moved.browser().comes_in()
    moved.now += 23 * HOUR + jump
    assert not unused(moved, guest)
    moved.now -= jump
    assert not unused(moved, guest)


def test_a_session_from_the_future_is_not_immortal(moved: Place) -> None:
    moved.now += 400 * DAY
    guest = moved.browser().comes_in()
    moved.now -= 400 * DAY
    assert unused(moved, guest)


def test_a_session_that_ends_by_itself_is_announced(moved: Place) -> None:
    moved.browser().comes_in()
    moved.now += 30 * HOUR
    moved.announced.clear()
    moved.submit(PerformDue())
    assert SessionEnded in [type(each.event) for each in moved.announced]
