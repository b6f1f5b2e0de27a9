"""Opening, entering, closing, fading, and being forgotten."""

from pathlib import Path

import pytest

from tests.disk import nothing_is_left
from tests.guests import Guest, Refused
from tests.house import House, house

DAY = 24 * 3600 * 1000


async def guest(place: House, name: str) -> Guest:
    return await Guest(place.url, name).comes_in()


async def test_a_room_is_found_by_its_topic_and_entered_after_a_yes(quick: House) -> None:
    ana, bo = await guest(quick, "Ana"), await guest(quick, "Bo")
    circle = await ana.opens("Quiet evenings", about="With words or without.", host_shown=True)
    (shown,) = (await bo.gets("/api/circles")).json()["circles"]
    assert (shown["id"], shown["topic"], shown["host"]) == (circle, "Quiet evenings", "Ana")
    assert shown["agreement"] == "I listen."
    with pytest.raises(Refused, match="agreement.changed"):
        await bo.enters(circle, agreement=2)
    await bo.enters(circle, agreement=shown["agreement_version"])
    mine = (await bo.gets("/api/circles")).json()["circles"][0]
    assert mine["mine"]


async def test_a_full_room_says_so_and_nobody_is_counted(quick: House) -> None:
    ana, bo, cleo = [await guest(quick, name) for name in ("Ana", "Bo", "Cleo")]
    circle = await ana.opens(capacity=2)
    await bo.enters(circle)
    (shown,) = (await cleo.gets("/api/circles")).json()["circles"]
    assert shown["fullness"] == "full"
    assert not {"count", "inside", "capacity"} & set(shown)
    with pytest.raises(Refused, match="circle.full"):
        await cleo.enters(circle)
    await bo.asks("circle.leave", circle=circle)
    await cleo.enters(circle)


async def test_a_name_that_looks_like_somebody_elses_is_refused(quick: House) -> None:
    ana, bo = await guest(quick, "Alice"), await guest(quick, "Bo")
    circle = await ana.opens()
    for lookalike in ("\u0410lice", "ALICE", "A1ice"):
        with pytest.raises(Refused, match="name.taken"):
            await bo.enters(circle, name=lookalike)
    with pytest.raises(Refused, match="name.reserved"):
        await bo.enters(circle, name="M0derator")
    await bo.enters(circle, name="Wren")
    entered = await ana.sees(f"circle/{circle}", lambda e: e.get("name") == "Wren", "Wren come in")
    assert entered["kind"] == "participant.entered"


async def test_an_invite_lets_in_exactly_as_many_as_it_has_uses(quick: House) -> None:
    ana, bo, cleo = [await guest(quick, name) for name in ("Ana", "Bo", "Cleo")]
    circle = await ana.opens(entry="invited")
    assert (await bo.gets("/api/circles")).json()["circles"] == []
    with pytest.raises(Refused, match="invite.needed"):
        await bo.enters(circle)
    made = await ana.asks("invite.make", circle=circle, uses=1)
    looked = (await bo.posts("/api/invites/look", {"invite": made["code"].lower()})).json()
    assert looked["circle"]["id"] == circle
    picture = (await ana.posts("/api/invites/picture", {"token": made["token"]})).json()
    assert picture["svg"].startswith("<svg")
    await bo.enters(circle, invite=made["token"])
    with pytest.raises(Refused, match="invite.not_valid"):
        await cleo.enters(circle, invite=made["code"])
    used_up = await cleo.posts("/api/invites/look", {"invite": made["code"]})
    assert used_up.json()["code"] == "invite.not_valid"
    second = await ana.asks("invite.make", circle=circle)
    await ana.asks("invite.revoke", circle=circle, invite=second["invite"]["id"])
    with pytest.raises(Refused, match="invite.not_valid"):
        await cleo.enters(circle, invite=second["token"])


async def test_a_room_opens_at_its_time(quick: House) -> None:
    ana, bo = await guest(quick, "Ana"), await guest(quick, "Bo")
    circle = await ana.opens(opens_at=quick.parts.now() + 3_600_000)
    with pytest.raises(Refused, match="circle.not_open_yet"):
        await bo.enters(circle)
    with pytest.raises(Refused, match="circle.not_open_yet"):
        await ana.says("Too early.")
    await quick.clock.passes(hours=1)
    await ana.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.opened", "the opening")
    await bo.enters(circle)
    await bo.says("Right on time.")


async def test_closing_is_announced_and_two_people_may_go_on(quick: House) -> None:
    ana, bo, cleo = [await guest(quick, name) for name in ("Ana", "Bo", "Cleo")]
    circle = await ana.opens()
    for each in (bo, cleo):
        await each.enters(circle)
    with pytest.raises(Refused, match="circle.not_host"):
        await bo.asks("circle.keep_open", circle=circle)
    assert (await ana.asks("circle.close", circle=circle))["began"] is True
    closing = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.closing", "the notice")
    assert closing["closes_at"] - quick.parts.now() > 9 * 60_000
    await bo.says("There is still time to talk.")
    await bo.asks("circle.go_on", circle=circle)
    await bo.asks("circle.go_on", circle=circle)
    await cleo.asks("circle.go_on", circle=circle)
    went_on = await ana.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.stays_open", "that they go on")
    assert went_on["hosted"] is False
    await quick.clock.passes(minutes=11)
    await cleo.says("Still here.")
    assert (await ana.asks("circle.close", circle=circle))["began"] is False, "who was host is one among equals"


async def test_a_closed_room_takes_no_words(quick: House) -> None:
    ana, bo = await guest(quick, "Ana"), await guest(quick, "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    await ana.says("Good night, everybody.")
    await ana.asks("circle.close", circle=circle)
    await quick.clock.passes(minutes=10)
    await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.closed", "the closing")
    with pytest.raises(Refused, match="circle.closed"):
        await bo.says("Too late.")


async def test_words_fade_and_leave_nothing_behind(quick: House, tmp_path: Path) -> None:
    marker = "a marker that must not be found afterwards"
    ana, bo = await guest(quick, "Ana"), await guest(quick, "Bo")
    circle = await ana.opens(keep_for=DAY)
    await bo.enters(circle)
    for number in range(50):
        await ana.says(f"{marker} {number}")
    await bo.hears(f"{marker} 49")
    assert any(marker.encode() in path.read_bytes() for path in (tmp_path / "data").glob("circles.db*"))
    await quick.clock.passes(hours=25)
    faded = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "words.faded", "the fading")
    page = await bo.asks("history.page", circle=circle, before=2**40)
    assert page["base"] == faded["floor"] + 1
    await nothing_is_left(quick, tmp_path / "data", marker)
    await bo.says("New words begin anew.")


async def test_words_until_closing_go_with_the_closing(quick: House) -> None:
    ana = await guest(quick, "Ana")
    circle = await ana.opens(keep_for=0)
    await ana.says("Only for this evening.")
    await ana.asks("circle.close", circle=circle)
    await quick.clock.passes(minutes=10)
    await ana.notices(lambda note: note == {"on": f"circle/{circle}", "reset": "left"}, "the end")
    assert (await ana.gets("/api/circles")).json()["circles"] == []


async def test_forget_me_erases_words_names_and_place(quick: House, tmp_path: Path) -> None:
    ana, bo = await guest(quick, "Ana Marker Name"), await guest(quick, "Bo")
    circle = await bo.opens()
    await ana.enters(circle)
    await ana.asks("preferences.set", preferences={"muted": ["a muted marker"]})
    seq = await ana.says("words of a marker")
    await bo.hears("words of a marker")
    await ana.asks("person.forget", sure=True)
    await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "participant.left", "somebody leave")
    await bo.sees(f"circle/{circle}", lambda e: e == {"kind": "message.taken_back", "target": seq}, "the words go")
    await ana.until(lambda: ana.closed_with == 4501, "the socket closes")
    assert (await ana.gets("/api/sessions")).status == 401
    await nothing_is_left(quick, tmp_path / "data", "words of a marker", "Ana Marker Name", "a muted marker")


async def test_setting_somebody_aside_is_seen_by_nobody_else(quick: House) -> None:
    ana, bo = await guest(quick, "Ana"), await guest(quick, "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    await ana.watches(ana.me)
    seat = (await ana.sees(f"circle/{circle}", lambda e: e.get("name") == "Bo", "Bo"))["participant"]
    await ana.asks("aside.set", circle=circle, participant=seat)
    await ana.sees(ana.me, lambda e: e["kind"] == "aside.was_set" and e["on"], "it done")
    assert (await ana.watches(f"circle/{circle}"))["mine"]["aside"] == [seat]
    await ana.asks("aside.undo", circle=circle, participant=seat)
    assert "aside" not in (await ana.watches(f"circle/{circle}"))["mine"]
    await bo.hears_nothing()
    assert not any(b"aside" in frame for frame in bo.frames)


async def test_the_unread_mark_stays_with_its_person(quick: House) -> None:
    ana, bo = await guest(quick, "Ana"), await guest(quick, "Bo")
    circle = await ana.opens()
    await bo.enters(circle)
    seq = await ana.says("One.")
    await bo.hears("One.")
    assert (await bo.gets("/api/circles")).json()["circles"][0]["news"]
    before = ana.heard
    await bo.asks("read.mark", circle=circle, seq=seq)
    assert "news" not in (await bo.gets("/api/circles")).json()["circles"][0]
    assert (await bo.watches(f"circle/{circle}"))["mine"]["read"] == seq
    await ana.hears_nothing()
    assert ana.heard == before


async def test_where_the_agreement_says_so_newcomers_read_what_was_said_before(quick: House) -> None:
    ana, bo = await guest(quick, "Ana"), await guest(quick, "Bo")
    circle = await ana.opens(history_open=True)
    await ana.says("Said before Bo came.")
    assert (await bo.gets("/api/circles")).json()["circles"][0]["history_open"]
    await bo.enters(circle)
    await bo.hears("Said before Bo came.")
    await bo.asks("circle.leave", circle=circle)
    await ana.says("Said while Bo was gone.")
    await bo.enters(circle)
    await bo.hears("Said while Bo was gone.")


async def test_words_stay_long_enough_to_be_read(quick: House) -> None:
    ana = await guest(quick, "Ana")
    for keep_for in (1, 9 * 60_000, 91 * DAY):
        with pytest.raises(Refused, match="request.bad_field"):
            await ana.opens(keep_for=keep_for)
    await ana.opens(keep_for=10 * 60_000)


async def test_an_invite_ends_when_its_maker_leaves(quick: House) -> None:
    ana, bo, cleo = [await guest(quick, name) for name in ("Ana", "Bo", "Cleo")]
    circle = await ana.opens(entry="invited")
    let_in = await ana.asks("invite.make", circle=circle)
    await bo.enters(circle, invite=let_in["token"])
    by_bo = await bo.asks("invite.make", circle=circle)
    await bo.asks("circle.leave", circle=circle)
    with pytest.raises(Refused, match="invite.not_valid"):
        await cleo.enters(circle, invite=by_bo["token"])
    await cleo.enters(circle, invite=let_in["token"])


async def test_nobody_sits_in_more_circles_than_they_can_follow(tmp_path: Path) -> None:
    async with house(tmp_path / "data", open_rooms_each=1) as place:
        ana = await guest(place, "Ana")
        rooms = [await (await guest(place, f"Host {number}")).opens(f"Room {number}") for number in range(31)]
        for circle in rooms[:30]:
            await ana.enters(circle)
        with pytest.raises(Refused, match="circle.too_many"):
            await ana.enters(rooms[30])


async def test_rooms_of_one_network_are_bounded_over_socket_and_http(tmp_path: Path) -> None:
    async with house(tmp_path / "data", rooms_per_hour=2) as place:
        ana, bo, cleo = [await guest(place, name) for name in ("Ana", "Bo", "Cleo")]
        await ana.opens()
        room = {"do": "circle.open", "topic": "Slow mornings", "agreement": "I listen.", "key": "k" * 22}
        assert (await bo.posts("/api/commands", room)).status == 200
        with pytest.raises(Refused, match="rate.limited") as refused:
            await cleo.opens()
        assert 0 < refused.value.facts["retry_after"] <= 1_800_001
        over_http = await cleo.posts("/api/commands", {**room, "key": "l" * 22})
        assert (over_http.status, over_http.json()["code"]) == (429, "rate.limited")


async def test_nobody_is_let_into_a_room_that_its_last_one_has_left(quick: House) -> None:
    ana, bo = await guest(quick, "Ana"), await guest(quick, "Bo")
    circle = await ana.opens()
    await quick.parts.clock.close()
    await ana.asks("circle.leave", circle=circle)
    with pytest.raises(Refused, match="circle.closed"):
        await bo.enters(circle)
