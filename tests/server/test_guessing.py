"""People who try to get in as somebody else, over a real server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.errands import PerformDue
from tests.server.place import Browser, Place, open_place

PASSPHRASE = "a heron stands in the reeds"
WRONG = "an otter sleeps on the stone"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_place(tmp_path, sign_ins_per_minute=10_000, entries_per_minute=10_000, looks_per_minute=3) as place:
        yield place


@pytest.fixture
def owner(place: Place) -> Browser:
    owner = place.browser().comes_in()
    owner.keeps_place("Ana", PASSPHRASE)
    return owner


def test_wrong_tries_slow_down_whoever_makes_them_but_not_the_owners_own_browser(place: Place, owner: Browser) -> None:
    known = place.browser()
    assert known.signs_in("Ana", PASSPHRASE, remember=True).status == 200
    stranger = place.browser()
    answers = [stranger.signs_in("ANA", WRONG) for _ in range(20)]
    assert [answer.status for answer in answers[:5]] == [403] * 5
    assert {answer.status for answer in answers[5:]} == {429}
    last = answers[-1]
    assert last.code == "rate.limited"
    assert 0 < last.json["retry_after"] <= 60_001
    assert int(last.headers["Retry-After"]) >= 1
    assert stranger.signs_in("Ana", PASSPHRASE).status == 429
    assert known.signs_in("Ana", PASSPHRASE, remember=True).status == 200


def test_a_remembered_browser_gets_in_even_after_its_session_ended_unused(place: Place, owner: Browser) -> None:
    known = place.browser()
    known.signs_in("Ana", PASSPHRASE, remember=True)
    place.now += 20 * 86_400_000
    place.submit(PerformDue())
    assert known.name() is None
    for _ in range(6):
        place.browser().signs_in("Ana", WRONG)
    assert place.browser().signs_in("Ana", PASSPHRASE).status == 429
    assert known.signs_in("Ana", PASSPHRASE).status == 200


def test_a_browser_of_somebody_else_is_not_known(place: Place, owner: Browser) -> None:
    another = place.browser().comes_in("Bo")
    another.keeps_place("Bo", PASSPHRASE)
    another.post("/api/remember", {"remember": True})
    for _ in range(6):
        another.signs_in("Ana", WRONG)
    assert another.signs_in("Ana", WRONG).status == 429
    assert another.name() == "Bo"


def test_names_nobody_has_slow_down_alike(place: Place, owner: Browser) -> None:
    statuses = {
        name: [place.browser().signs_in(name, WRONG).status for _ in range(8)] for name in ("Ana", "nobody at all")
    }
    assert statuses["Ana"] == statuses["nobody at all"]


def test_recovery_words_and_passphrases_share_one_wait(place: Place, owner: Browser) -> None:
    body = {"sign_in_name": "Ana", "recovery_words": "acorn apple cedar", "new_passphrase": WRONG}
    for _ in range(5):
        assert place.browser().post("/api/recover", body).status == 403
    assert place.browser().post("/api/recover", body).status == 429
    assert place.browser().signs_in("Ana", PASSPHRASE).status == 429


def test_the_old_passphrase_is_not_guessed_from_inside_either(place: Place, owner: Browser) -> None:
    body = {"passphrase": WRONG, "new_passphrase": WRONG}
    statuses = [owner.post("/api/passphrase", body).status for _ in range(7)]
    assert statuses == [403] * 5 + [429] * 2


def test_taken_names_are_not_found_out_by_trying_them_all(place: Place, owner: Browser) -> None:
    curious = place.browser().comes_in("Bo")
    body = {"sign_in_name": "Ana", "passphrase": PASSPHRASE}
    statuses = [curious.post("/api/keep-place", body).status for _ in range(4)]
    assert statuses[-1] == 429


def test_one_passphrase_is_not_tried_on_a_thousand_names(tmp_path: Path) -> None:
    with open_place(tmp_path) as place:
        computed = place.auth.hasher.computed
        statuses = [place.browser().signs_in(f"name {number}", WRONG).status for number in range(60)]
        assert statuses.count(429) >= 35
        assert place.auth.hasher.computed - computed == statuses.count(403)


def test_a_network_lets_in_so_many_a_minute(tmp_path: Path) -> None:
    with open_place(tmp_path, entries_per_minute=5) as place:
        answers = [place.browser().post("/api/come-in", {"name": "Heron"}) for _ in range(8)]
        assert [answer.status for answer in answers[:5]] == [200] * 5
        assert answers[-1].code == "rate.limited"
        assert [place.browser().post("/api/come-in", {"name": "Mod"}).status] == [422]


def test_a_hundred_who_sign_in_at_once_hold_up_nobody_else(place: Place, owner: Browser) -> None:
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(place.browser().signs_in, f"name {number}", WRONG) for number in range(100)]
        assert owner.name() == "Heron"
        assert {each.result().status for each in asked} <= {403, 429}
    assert place.browser().signs_in("Ana", PASSPHRASE).status == 200
