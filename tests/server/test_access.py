"""Who may do what: every command and every route, for those who are in, were in, never were, and are nobody any more.

Commands and routes come from the wire's unions and the route tables, so that a new one is either judged here or fails.
"""

import asyncio
import typing
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final, get_args

import msgspec
import pytest
from sqlalchemy import insert, text
from starlette.routing import Route

from moderation.models import LetterRow
from moderation.models_panels import SeatRow
from rooms.models import EventRow
from server import routes, routes_desk, routes_identity, routes_ledger, routes_push, routes_search
from server.http_wire import ENDPOINTS
from server.protocol import AnyCommand, SocketCommand
from tests.guests import Guest, Refused, new_key
from tests.house import House, house
from tests.http import ask
from tests.server.bystander import Bystander, calling, commands, undisturbed

NOTHING = "AAAAAAAAAAAAAAAA"
"""An id nothing has."""
TAGS: Final = {kind.__struct_config__.tag: kind for kind in get_args(AnyCommand)}
OWN: Final = {
    *("circle.open", "preferences.set", "person.forget", "care.answer", "beat"),
    *("plan.make", "opening.tell", "calendar.make", "calendar.end"),
    *("reviewing.begin", "reviewing.set", "reviewing.end", "moderator.come", "moderator.give_up"),
}
"""Commands about oneself, that name no circle."""
AT_THE_DOOR: Final = {"door.leave", "door.stop", "door.sister", "door.hear"}
"""What only those ask who wait or listen there; everybody else is told the same whether there is such a door."""
ALLOWED_OUTSIDE: Final = {"circle.enter", "door.wait", "door.listen", "log.unwatch", *AT_THE_DOOR}
"""What somebody outside may ask of a circle: to come in, to wait for that or to listen, and to hear no more of it."""


@dataclass
class Scene:
    """Ana hosts; Bo is in, Cleo was in and left, Dee never was. ``said`` are seqs of what each has said."""

    house: House
    ana: Guest
    bo: Guest
    cleo: Guest
    dee: Guest
    bystander: Bystander
    circle: str
    seats: dict[str, str] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)
    invite: str = ""
    matter: str = ""
    """A change of the agreement that is open."""
    round: str = ""
    """A round that was laid down, so that nothing is written of it by itself."""

    def rows(self) -> int:
        return int(
            self.house.parts.store.read_now(lambda conn: conn.execute(text("select count(*) from event")).scalar_one())
        )


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with house(tmp_path_factory.mktemp("place") / "data", sockets_each=100) as opened:
        bystander = await Bystander(opened).arrives()
        people = [await Guest(opened.url, name).comes_in() for name in ("Ana", "Bo", "Cleo", "Dee")]
        ana, bo, cleo, dee = people
        made = Scene(opened, ana, bo, cleo, dee, bystander, await ana.opens(capacity=50))
        for each in (bo, cleo):
            await each.enters(made.circle)
        for each in (ana, bo, cleo):
            made.said[each.name] = await each.says(f"Words of {each.name}.")
            made.seats[each.name] = (await each.hears(f"Words of {each.name}."))["by"]
        made.invite = (await ana.asks("invite.make", circle=made.circle))["invite"]["id"]
        here = f"circle/{made.circle}"
        await ana.asks("agreement.propose", circle=made.circle, version=1, text="I listen, and I take my time.")
        made.matter = (await ana.sees(here, lambda e: e["kind"] == "agreement.moved", "a proposal"))["matter"]["id"]
        await bo.asks("round.offer", circle=made.circle, key=new_key())
        made.round = (await bo.sees(here, lambda e: e["kind"] == "round.offered", "a round"))["round"]
        for who, do in ((ana, "join"), (bo, "begin"), (ana, "lay_down"), (bo, "lay_down")):
            await who.asks(f"round.{do}", circle=made.circle, round=made.round)
        await ana.sees(here, lambda e: e["kind"] == "round.over", "the round's end")
        await cleo.asks("circle.leave", circle=made.circle)
        yield made
        for each in (*people, bystander.one, bystander.other):
            await each.leaves_the_page()


def sample(tag: str, scene: Scene, circle: str) -> dict[str, Any]:
    """A good command of this kind about this circle and what is in it. A field it does not know fails the test."""
    values = {
        "circle": circle,
        "on": f"circle/{circle}",
        "key": new_key(),
        "target": scene.said["Cleo"],
        "seq": scene.said["Cleo"],
        "before": scene.said["Cleo"] + 1,
        "body": "Not for me to say.",
        "agreement": 1,
        "invite": scene.invite,
        "participant": scene.seats["Bo"],
        "gesture": "hear_you",
        "category": "spam",
        "pace": "gentle",
        "words": "Not for me to give.",
        "round": scene.round,
        "turn": 0,
        "matter": scene.matter,
        "version": 1,
        "revision": 1,
        "text": "Not for me to propose.",
        "reason": "Not for me to object to.",
    }
    needed = [each.name for each in msgspec.structs.fields(TAGS[tag]) if each.required]
    return {"do": tag, **{name: values[name] for name in needed}}


def about_circles() -> list[str]:
    """Those that name one, by itself or as a log. What is one's own may be switched ``on`` without that."""
    named = (tag for tag, kind in TAGS.items() if {"circle", "on"} & set(kind.__struct_fields__))
    return sorted(tag for tag in named if tag not in OWN)


def about_what_one_was_given() -> list[str]:
    """Letters and seats, which are somebody's own."""
    return sorted(tag for tag, kind in TAGS.items() if {"letter", "seat"} & set(kind.__struct_fields__))


def about_plans() -> list[str]:
    """Whose planner alone changes them, as stories of schedules tell."""
    return sorted(tag for tag, kind in TAGS.items() if "plan" in kind.__struct_fields__)


def test_every_command_is_about_a_circle_or_about_oneself() -> None:
    assert set(TAGS) == {*about_circles(), *about_what_one_was_given(), *about_plans(), *OWN}


TABLES: Final = tuple(
    route
    for each in (routes, routes_identity, routes_desk, routes_ledger, routes_push, routes_search)
    for route in each.ROUTES
)


def test_every_route_is_documented_and_what_names_something_is_judged_here() -> None:
    given = {
        (method, route.path)
        for route in TABLES
        if isinstance(route, Route) and route.path.startswith("/api/")
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert given == {(each.method, each.path) for each in ENDPOINTS}
    named = {path for _, path in given if "{" in path}
    of_circles = {"/api/circles/{circle}/events", "/api/circles/{circle}/agreement"}
    assert named == {*of_circles, "/api/seats/{seat}", "/api/draws/{draw}"}


@pytest.mark.parametrize("who", ["cleo", "dee"])
@pytest.mark.parametrize("tag", [tag for tag in about_circles() if tag not in ALLOWED_OUTSIDE])
async def test_from_outside_a_circle_is_as_if_there_were_none(scene: Scene, tag: str, who: str) -> None:
    guest: Guest = getattr(scene, who)
    rows = scene.rows()
    async with undisturbed(scene.house, scene.bystander), calling(guest) as caller:
        there = await caller.asks(msgspec.json.encode({**sample(tag, scene, scene.circle), "ref": 1}))
        nowhere = await caller.asks(msgspec.json.encode({**sample(tag, scene, NOTHING), "ref": 1}))
        assert there == nowhere
        assert there["refused"]["code"] in ("circle.not_found", "log.not_found", "flag.not_found")
        assert len(there["refused"]) == 1, "a refusal that says more than that there is nothing"
        if not is_for_sockets(tag):
            one = await commands(guest, msgspec.json.encode(sample(tag, scene, scene.circle)))
            other = await commands(guest, msgspec.json.encode(sample(tag, scene, NOTHING)))
            assert (one.status, one.body) == (other.status, other.body)
            assert one.status == 404
        assert scene.rows() == rows


def is_for_sockets(tag: str) -> bool:
    return TAGS[tag] in get_args(SocketCommand)


@pytest.mark.parametrize("tag", sorted(AT_THE_DOOR))
async def test_a_door_at_which_one_does_not_stand_is_as_if_there_were_none(scene: Scene, tag: str) -> None:
    async with calling(scene.dee) as caller:
        there = await caller.asks(msgspec.json.encode({**sample(tag, scene, scene.circle), "ref": 1}))
        assert there == await caller.asks(msgspec.json.encode({**sample(tag, scene, NOTHING), "ref": 1}))


@pytest.mark.parametrize("who", ["cleo", "dee"])
async def test_from_outside_a_circles_events_are_as_if_there_were_none(scene: Scene, who: str) -> None:
    guest: Guest = getattr(scene, who)
    answers = [
        await guest.gets(f"/api/circles/{circle}/events?after=0") for circle in (scene.circle, NOTHING, "x", "x" * 500)
    ]
    assert {(each.status, each.body) for each in answers} == {(404, answers[0].body)}
    assert answers[0].json()["code"] == "circle.not_found"


@pytest.mark.parametrize("entry", ["anyone", "invited"])
async def test_what_a_circle_agrees_on_is_for_who_is_or_was_there_and_else_as_if_there_were_none(
    scene: Scene, entry: str
) -> None:
    """Whoever was there may come back, and reads before that what holds now. Nothing of what is before the circle."""
    host, guest = [await Guest(scene.house.url, name).comes_in() for name in ("Hal", "Gil")]
    circle = await host.opens(entry=entry)
    invite = (await host.asks("invite.make", circle=circle))["token"]
    await guest.enters(circle, invite=invite)
    await guest.asks("circle.leave", circle=circle)
    await host.asks("agreement.propose", circle=circle, version=1, text="I listen longer.")
    answers = [await scene.dee.gets(f"/api/circles/{each}/agreement") for each in (circle, NOTHING, "x", "x" * 500)]
    assert {(each.status, each.body) for each in answers} == {(404, answers[0].body)}
    assert answers[0].json() == (await scene.dee.gets(f"/api/circles/{NOTHING}/events")).json()
    listed = [each for each in (await scene.dee.gets("/api/circles")).json()["circles"] if each["id"] == circle]
    assert len(listed) == (1 if entry == "anyone" else 0)
    read = (await guest.gets(f"/api/circles/{circle}/agreement")).json()
    assert set(read) == {"now"}
    assert all(read["now"]["text"] == each["agreement"] for each in listed)
    assert "matter" in (await host.gets(f"/api/circles/{circle}/agreement")).json()
    for each in (host, guest):
        await each.leaves_the_page()


@pytest.mark.parametrize("do", ["opening.tell", "calendar.make"])
async def test_when_a_circle_by_invite_opens_is_told_to_nobody_outside(scene: Scene, do: str) -> None:
    host = await Guest(scene.house.url, "Hal").comes_in()
    circle = await host.opens(entry="invited")
    there, nowhere = [
        await commands(scene.dee, msgspec.json.encode({"do": do, "of": each})) for each in (circle, NOTHING)
    ]
    assert (there.status, there.body) == (nowhere.status, nowhere.body)
    assert (there.status, there.json()["code"]) == (404, "circle.not_found")
    assert (await commands(host, msgspec.json.encode({"do": do, "of": circle}))).status == 200
    await host.leaves_the_page()


async def test_a_search_in_a_circle_one_is_not_in_is_as_if_there_were_none(scene: Scene) -> None:
    for guest in (scene.cleo, scene.dee):
        bodies = [{"words": "words", "circle": each} for each in (scene.circle, NOTHING)]
        there, nowhere = [await guest.posts("/api/search", each) for each in bodies]
        assert (there.status, there.body) == (nowhere.status, nowhere.body)
    assert b"Words of Ana." in (await scene.bo.posts("/api/search", {"words": "words", "circle": scene.circle})).body


async def test_unwatching_says_the_same_of_what_is_there_and_what_is_not(scene: Scene) -> None:
    async with calling(scene.dee) as caller:
        for circle in (scene.circle, NOTHING):
            assert await caller.asks(f'{{"do":"log.unwatch","ref":1,"on":"circle/{circle}"}}') == {"re": 1, "ok": {}}


async def test_nobody_reads_anothers_own_log(scene: Scene) -> None:
    async with calling(scene.bo) as caller:
        there = await caller.asks(msgspec.json.encode({"do": "log.watch", "ref": 1, "on": scene.ana.me}))
        nowhere = await caller.asks(msgspec.json.encode({"do": "log.watch", "ref": 1, "on": f"person/{NOTHING}"}))
        assert there == nowhere == {"re": 1, "refused": {"code": "log.not_found"}}


@pytest.mark.parametrize("tag", about_what_one_was_given())
async def test_a_letter_or_a_seat_of_somebody_else_is_as_if_there_were_none(scene: Scene, tag: str) -> None:
    ana = scene.ana.me.removeprefix("person/")
    number = about_what_one_was_given().index(tag)
    theirs = {"letter": f"letter-{number:-<9}", "seat": f"seat-{number:-<11}"}

    def give(conn: Any) -> None:
        letter = {"id": theirs["letter"], "person_id": ana, "circle_id": scene.circle, "target": number}
        conn.execute(
            insert(LetterRow).values(**letter, about="folded", sent_at=1, side_until=2**50, appeal_until=2**50)
        )
        seat = {"id": theirs["seat"], "person_id": ana, "case_id": 1, "panel": 1, "offered_at": 1, "state": "offered"}
        conn.execute(insert(SeatRow).values(**seat))

    await scene.house.parts.store.write(give)
    about = {**theirs, "messages": [{"item": 0, "content": 0}], "flags": [0], "body": "Not for me to say."}
    needed = [each.name for each in msgspec.structs.fields(TAGS[tag]) if each.required]
    there = {"do": tag, **{name: about[name] for name in needed}}
    nowhere = {**there, **{name: NOTHING for name in theirs if name in there}}
    answers = [await commands(scene.bo, msgspec.json.encode(each)) for each in (there, nowhere)]
    assert answers[0].body == answers[1].body
    assert answers[0].status == 404
    assert answers[0].json()["code"] in ("letter.not_found", "seat.not_found")
    read = [await scene.bo.gets(f"/api/seats/{seat}") for seat in (theirs["seat"], NOTHING)]
    assert read[0].body == read[1].body
    assert read[0].json()["code"] == "seat.not_found"


async def test_what_is_anothers_is_as_if_it_were_not_there(scene: Scene) -> None:
    """Invites, seats in other circles and flags: foreign and missing get the same answer."""
    rows = scene.rows()
    elsewhere = scene.bystander.one
    seat = elsewhere.logs[f"circle/{elsewhere.only_circle()}"].view["mine"]["participant"]
    await scene.bo.asks("message.flag", circle=scene.circle, target=scene.said["Ana"], category="pressure")
    pairs: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
        (
            "invite.revoke",
            {"circle": scene.circle, "invite": scene.invite},
            {"circle": scene.circle, "invite": NOTHING},
            "invite.not_found",
        ),
        (
            "aside.set",
            {"circle": scene.circle, "participant": seat},
            {"circle": scene.circle, "participant": NOTHING},
            "participant.not_found",
        ),
    ]
    for do, foreign, missing, code in pairs:
        answers = [await commands(scene.bo, msgspec.json.encode({"do": do, **each})) for each in (foreign, missing)]
        assert answers[0].body == answers[1].body
        assert (answers[0].status, answers[0].json()["code"]) == (404, code)
    withdrawing = {"do": "flag.withdraw", "circle": scene.circle}
    flagged, unflagged = [
        await commands(scene.ana, msgspec.json.encode({**withdrawing, "target": scene.said[name]}))
        for name in ("Ana", "Bo")
    ]
    assert (flagged.status, flagged.body) == (unflagged.status, unflagged.body), "a flag shows to somebody else"
    # The flag itself is one row, in the flagger's own log.
    assert scene.rows() == rows + 1
    assert (await scene.ana.asks("invite.make", circle=scene.circle))["invite"]["uses_left"] == 8


HOSTING: Final = {"circle.close", "circle.keep_open", "host.shift", "host.stop"}
"""All a host can do that a participant alone cannot, and it is never about people or words."""


@pytest.mark.parametrize("who", ["ana", "bo"])
async def test_only_its_host_announces_a_closing_and_a_host_can_do_no_more_than_that(scene: Scene, who: str) -> None:
    guest: Guest = getattr(scene, who)
    target = scene.said["Bo" if who == "ana" else "Ana"]
    for do, more in {"message.edit": {"body": "x"}, "message.take_back": {}, "message.rephrase": {"body": "x"}}.items():
        with pytest.raises(Refused, match=r"message\.not_yours"):
            await guest.asks(do, circle=scene.circle, target=target, **more)
    for do in sorted(HOSTING):
        if who == "bo" and do == "circle.close":
            assert (await guest.asks(do, circle=scene.circle))["began"] is False
        elif who == "bo":
            with pytest.raises(Refused, match=r"circle\.not_host"):
                await guest.asks(do, circle=scene.circle)
        else:
            await guest.asks(do, circle=scene.circle)
    assert set(TAGS) >= HOSTING


# --- coming back, and the time between


async def test_who_comes_back_reads_nothing_of_the_time_between(scene: Scene) -> None:
    eve = await Guest(scene.house.url, "Eve").comes_in()
    await eve.enters(scene.circle)
    own = await eve.says("Before I go.")
    await eve.asks("circle.leave", circle=scene.circle)
    between = await scene.ana.says("While Eve was away.")
    eve.logs.clear()
    await eve.enters(scene.circle)
    page = await eve.asks("history.page", circle=scene.circle, before=2**40, limit=200)
    over_http = (await eve.gets(f"/api/circles/{scene.circle}/events?after=0")).json()
    for read in (page, over_http):
        assert read["base"] > between
        assert all(each["seq"] > between for each in read["events"])
    for do, more in {
        "message.edit": {"body": "x"},
        "gesture.make": {"gesture": "hear_you"},
        "message.flag": {"category": "spam"},
    }.items():
        for target in (own, between):
            with pytest.raises(Refused, match=r"message\.not_found"):
                await eve.asks(do, circle=scene.circle, target=target, **more)
    with pytest.raises(Refused, match=r"message\.not_found"):
        await eve.says("Who said that?", reply_to=between)
    assert not any(b"While Eve was away." in each for each in eve.frames)
    await eve.leaves_the_page()


async def test_leaving_in_the_middle_of_talk_ends_what_is_heard_there(scene: Scene) -> None:
    """Whichever way somebody leaves: nothing with a later seq reaches any of their sockets."""

    async def talk() -> None:
        for number in range(10):
            await asyncio.gather(*(each.says(f"Talk {number}.") for each in (scene.ana, scene.bo)))

    for leaves_by in ("socket", "http"):
        fay = await Guest(scene.house.url, "Fay").comes_in()
        await fay.enters(scene.circle)
        async with calling(fay) as second:
            await second.asks(msgspec.json.encode({"ref": 1, "do": "log.watch", "on": f"circle/{scene.circle}"}))
            talking = asyncio.create_task(talk())
            await fay.sees(f"circle/{scene.circle}", lambda event: event.get("body") == "Talk 3.", "some talk")
            if leaves_by == "socket":
                left = (await fay.asks("circle.leave", circle=scene.circle))["seq"]
            else:
                left = (await commands(fay, f'{{"do":"circle.leave","circle":"{scene.circle}"}}')).json()["seq"]
            await talking
            await scene.ana.says("After it.")
            await fay.notices(lambda note: note.get("reset") == "left", "the end")
            await fay.hears_nothing()
            seqs = [msgspec.json.decode(each).get("seq", 0) for each in fay.frames]
            await second.sends(f'{{"ref":2,"do":"log.unwatch","on":"circle/{NOTHING}"}}')
            heard: list[dict[str, Any]] = []
            while not heard or heard[-1].get("re") != 2:
                heard.append(await second.next("re", "seq", "reset"))
            assert {"on": f"circle/{scene.circle}", "reset": "left"} in heard
            seqs += [each.get("seq", 0) for each in heard]
        assert max(seqs) <= left
        await fay.leaves_the_page()


# --- nobody, any more


async def signed_out(guest: Guest) -> None:
    assert (await guest.posts("/api/sign-out", {})).status == 200


async def everywhere(guest: Guest) -> None:
    assert (await guest.posts("/api/sign-out-everywhere", {})).status == 200


async def forgotten(guest: Guest) -> None:
    answer = await commands(guest, '{"do":"person.forget","sure":true}')
    assert answer.status == 200


ENDS: Final = {"signing out": signed_out, "signing out everywhere": everywhere, "being forgotten": forgotten}


def signed_in_requests(circle: str) -> list[tuple[str, str, Any]]:
    """One good request for every endpoint that needs a session."""
    bodies: dict[str, Any] = {
        "/api/keep-place": {"sign_in_name": "heron", "passphrase": "four or five plain words"},
        "/api/passphrase": {"passphrase": "four or five plain words", "new_passphrase": "other four or five words"},
        "/api/remember": {"remember": True},
        "/api/sign-out": {},
        "/api/sign-out-everywhere": {},
        "/api/sessions/end": {"session": NOTHING},
        "/api/invites/picture": {"token": "token"},
        "/api/push": {},
        "/api/search": {"words": "words", "circle": circle},
        "/api/commands": {"do": "message.post", "circle": circle, "key": new_key(), "body": "Not any more."},
    }
    return [
        (each.method, each.path.replace("{circle}", circle), bodies[each.path] if each.method == "POST" else None)
        for each in ENDPOINTS
        if each.signed_in
    ]


@pytest.mark.parametrize(
    "cookie", ["", "sid=", "sid=" + "A" * 43, "sid=" + "A" * 5_000, "__Host-sid=" + "A" * 43, "sid=ä"]
)
async def test_without_a_session_every_endpoint_that_needs_one_says_the_same(scene: Scene, cookie: str) -> None:
    said = set()
    for method, path, body in signed_in_requests(scene.circle):
        headers = {"Origin": scene.house.url, **({"Cookie": cookie} if cookie else {})}
        answer = await ask(method, scene.house.url + path, json=body, headers=headers)
        said.add((answer.status, answer.body))
    assert len(said) == 1
    assert next(iter(said))[0] == 401


@pytest.mark.parametrize("how", ENDS)
async def test_after_the_end_of_a_session_nothing_works_for_it(scene: Scene, how: str) -> None:
    gus = await Guest(scene.house.url, "Gus").comes_in()
    await gus.enters(scene.circle)
    cookie = gus.cookie
    async with calling(gus) as second:
        await ENDS[how](gus)
        assert await second.is_closed() == 4501
    await gus.until(lambda: gus.closed_with == 4501, "the end of the socket")
    gus.cookie = cookie
    for method, path, body in signed_in_requests(scene.circle):
        answer = await (gus.gets(path) if method == "GET" else gus.posts(path, body))
        assert (answer.status, answer.json()["code"]) == (401, "session.missing"), path
        gus.cookie = cookie
    await gus.leaves_the_page()


@pytest.mark.parametrize("how", ENDS)
async def test_nothing_works_after_the_end_for_whatever_races_it(scene: Scene, how: str) -> None:
    """Two hundred times in all: commands and reads are under way while the session ends."""
    for number in range(67):
        gus = Guest(scene.house.url, f"Gus {number}")
        await gus.gets_a_place()
        cookie = gus.cookie
        entering = {"do": "circle.enter", "circle": scene.circle, "agreement": 1}
        seat = (await commands(gus, msgspec.json.encode(entering))).json()
        async with calling(gus) as caller:

            def post(ref: int, where: str = scene.circle) -> bytes:
                said = {"ref": ref, "do": "message.post", "circle": where, "key": new_key(), "body": f"Racing {ref}."}
                return msgspec.json.encode(said)

            racing = asyncio.create_task(commands(gus, post(0)))
            for ref in range(3):
                await caller.socket.send(post(ref), text=True)
            await ENDS[how](gus)
            # From here on the person has been told that it is over.
            gus.cookie = cookie
            page = {"ref": 100, "do": "history.page", "circle": scene.circle, "before": 2**40}
            watch = {"ref": 101, "do": "log.watch", "on": f"circle/{scene.circle}"}
            own = {"ref": 102, "do": "log.watch", "on": caller.me}
            for late in (page, watch, own):
                await caller.sends(msgspec.json.encode(late))
            await caller.sends(post(103))
            over_http = await commands(gus, post(104))
            assert over_http.status == 401
            assert (await gus.gets(f"/api/circles/{scene.circle}/events")).status == 401
            assert (await racing).status in (200, 401, 404)
            answers = await caller.rest()
            assert caller.socket.close_code == 4501
        late_answers = [each for each in answers if (each.get("re") or 0) >= 100]
        assert not [each for each in late_answers if "ok" in each], f"{how}: something still worked"
        if how == "being forgotten":
            assert words_of(scene, seat["seq"]) == 0
    await scene.bystander.is_fine()


def words_of(scene: Scene, entered: int) -> int:
    """How many messages with words are kept of whoever entered with this event."""
    event = typing.cast(Any, EventRow).__table__
    with scene.house.parts.store.readers.begin() as conn:
        log = conn.execute(text("select log_id from circle where id = :circle"), {"circle": scene.circle}).scalar_one()
        sender = conn.execute(event.select().where(event.c.log_id == log, event.c.seq == entered)).one().sender
        rows = conn.execute(
            event.select().where(event.c.log_id == log, event.c.sender == sender, event.c.body.is_not(None))
        )
        return len(rows.all())


# --- many at once


async def test_an_invite_for_one_lets_in_one_of_a_hundred(scene: Scene) -> None:
    host = await Guest(scene.house.url, "Ida").comes_in()
    circle = (
        await host.asks("circle.open", topic="By invite", agreement="A", key=new_key(), entry="invited", capacity=200)
    )["circle"]
    made = await host.asks("invite.make", circle=circle, uses=1)
    people = [Guest(scene.house.url, f"Person {number}") for number in range(100)]
    await asyncio.gather(*(each.gets_a_place() for each in people))
    entering = [
        msgspec.json.encode(
            {"do": "circle.enter", "circle": circle, "agreement": 1, "invite": made["token" if number % 2 else "code"]}
        )
        for number in range(100)
    ]
    async with undisturbed(scene.house, scene.bystander):
        answers = await asyncio.gather(*(commands(each, entry) for each, entry in zip(people, entering, strict=True)))
    assert sorted(each.status for each in answers).count(200) == 1
    assert {each.json()["code"] for each in answers if each.status != 200} == {"invite.not_valid"}
    assert len({each.body for each in answers if each.status != 200}) == 1
    # An invite of another circle, one that has ended and one that never was are told apart by nothing either.
    other = await host.asks("invite.make", circle=circle)
    await host.asks("invite.revoke", circle=circle, invite=other["invite"]["id"])
    for shown in (other["token"], other["code"], "ABCDEF", "", "x" * 64, "'; --"):
        answer = await commands(people[0 if answers[0].status != 200 else 1], msgspec.json.encode(
            {"do": "circle.enter", "circle": circle, "agreement": 1, "invite": shown}))  # fmt: skip
        assert answer.body == next(each.body for each in answers if each.status != 200)
    await host.leaves_the_page()


async def test_a_circle_for_five_takes_five_of_a_hundred(scene: Scene) -> None:
    host = await Guest(scene.house.url, "Ira").comes_in()
    circle = (await host.asks("circle.open", topic="Small", agreement="A", key=new_key(), capacity=5))["circle"]
    people = [Guest(scene.house.url, f"Person {number}") for number in range(100)]
    await asyncio.gather(*(each.gets_a_place() for each in people))
    entering = msgspec.json.encode({"do": "circle.enter", "circle": circle, "agreement": 1})
    answers = await asyncio.gather(*(commands(each, entering) for each in people))
    assert [each.status for each in answers].count(200) == 4
    assert {each.json()["code"] for each in answers if each.status != 200} == {"circle.full"}
    await host.leaves_the_page()


async def test_guessing_ids_finds_nothing_and_is_slowed_down(tmp_path: Any) -> None:
    async with house(tmp_path / "data", looks_per_minute=60) as opened:
        ana, eve = await Guest(opened.url, "Ana").comes_in(), await Guest(opened.url, "Eve").comes_in()
        circle = await ana.opens()
        guesses = [f"{number:016d}" for number in range(100)]
        answers = [await eve.gets(f"/api/circles/{guess}/events") for guess in guesses]
        assert {each.status for each in answers} == {404, 429}
        assert answers[-1].status == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
        # Who reads where they are is not slowed down by it, in the same network.
        assert (await ana.gets(f"/api/circles/{circle}/events")).status == 200
        for each in (ana, eve):
            await each.leaves_the_page()
