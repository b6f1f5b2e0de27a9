"""Every HTTP route there is, asked by everybody: reading changes nothing at all, and nothing else reaches anybody else.

What others can read is compared before and after. All that a route ever does to others is that somebody is gone whose
last session ended; commands have a walk of their own.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from sqlalchemy import text

from moderation.operating import InviteModerator
from server.http_wire import ENDPOINTS, Endpoint
from tests.guests import Guest
from tests.http import Answer, ask
from tests.moderation import sight
from tests.server.panel_scene import HURTFUL, PanelScene, opened

NOTHING: Final = "AAAAAAAAAAAAAAAA"
ROLES: Final = ("nobody", "author", "flagger", "host", "listener", "stranger", "juror", "idle", "moderator")
ENDING: Final = ("/api/sign-out", "/api/sign-out-everywhere", "/api/sessions/end")
"""Routes that end a session: each is asked by somebody of its own."""
ANOTHER: Final = ("/api/come-in", "/api/sign-in", "/api/recover")
"""Routes that make one somebody else; who asks stays who they are."""
SLOW: Final = ("/api/sign-in", "/api/recover", "/api/keep-place", "/api/passphrase")
"""Routes that hash a passphrase: asked by fewer."""
WALKED: Final = [each for each in ENDPOINTS if each.path != "/api/commands"]


class Scene:
    def __init__(self, panels: PanelScene) -> None:
        self.panels = panels
        self.invite = ""
        self.draw = ""
        self.guests = 0

    def guest(self, role: str) -> Guest | None:
        people = self.panels
        seated = {each.name for each in (*people.sitting, *people.sitting_elsewhere)}
        idle = [each for name, each in people.people.items() if name.startswith("R") and name not in seated]
        return {
            "nobody": None,
            "author": people.ana,
            "flagger": people.bo,
            "host": people.heron,
            "listener": people.otter,
            "stranger": people.dee,
            "juror": people.sitting[0],
            "idle": idle[0],
            "moderator": idle[1],
        }[role]

    async def newcomer(self) -> Guest:
        """Somebody who sits in the circle and has flagged, too."""
        self.guests += 1
        guest = await Guest(self.panels.house.url, f"Gus {self.guests}").comes_in()
        await guest.enters(self.panels.circle)
        more = await self.panels.ana.says("More of it.", self.panels.circle)
        await guest.asks("message.flag", circle=self.panels.circle, target=more, category="disrespect")
        await self.panels.settles()
        return guest

    def look(self) -> sight.Sight:
        parts = self.panels.house.parts
        people = [each.me.removeprefix("person/") for each in self.panels.people.values()]
        now, limits = parts.now(), parts.door.limits
        return parts.store.read_now(lambda conn: sight.look(conn, people, now, limits))

    async def bodies(self, guest: Guest | None) -> dict[str, Any]:
        """A good request to every route that takes something."""
        sessions = (await guest.gets("/api/sessions")).json()["sessions"] if guest is not None else []
        return {
            "/api/come-in": {"name": "Newcomer"},
            "/api/sign-in": {"sign_in_name": "lark", "passphrase": "four or five plain words"},
            "/api/recover": {
                "sign_in_name": "lark",
                "recovery_words": "one two",
                "new_passphrase": "other plain words",
            },
            "/api/keep-place": {
                "sign_in_name": f"kept {guest.name if guest else 0}",
                "passphrase": "four or five plain words",
            },
            "/api/passphrase": {"passphrase": "four or five plain words", "new_passphrase": "other plain words here"},
            "/api/remember": {"remember": True},
            "/api/sign-out": {},
            "/api/sign-out-everywhere": {},
            "/api/sessions/end": {"session": sessions[0]["session"] if sessions else NOTHING},
            "/api/invites/look": {"invite": self.invite},
            "/api/invites/picture": {"token": self.invite},
            "/api/push": {"endpoint": "https://updates.push.services.mozilla.com/wpush/v2/somewhere"},
            "/api/search": {"words": "of it"},
        }

    async def asks(self, endpoint: Endpoint, guest: Guest | None) -> Answer:
        path = endpoint.path.replace("{circle}", self.panels.circle).replace("{draw}", self.draw)
        if "{seat}" in path:
            path = path.replace("{seat}", await self.panels.seat(self.panels.sitting[0]))
        body = None if endpoint.method == "GET" else (await self.bodies(guest))[endpoint.path]
        if guest is None:
            return await ask(endpoint.method, self.panels.house.url + path, json=body, headers=_headers(self.panels))
        cookie = guest.cookie
        answer = await (guest.gets(path) if body is None else guest.posts(path, body))
        if endpoint.path in ANOTHER:
            guest.cookie = cookie
        return answer


def _headers(panels: PanelScene) -> dict[str, str]:
    return {"Origin": panels.house.url, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with opened(tmp_path_factory.mktemp("place") / "data") as panels:
        made = Scene(panels)
        made.invite = (await panels.heron.asks("invite.make", circle=panels.circle))["token"]
        moderator = made.guest("moderator")
        assert moderator is not None
        code = await panels.house.parts.door.submit(None, InviteModerator())
        await moderator.asks("moderator.come", code=code.code)
        rows = panels.house.parts.store.read_now(lambda conn: conn.execute(text("SELECT id FROM draw")).scalars().all())
        made.draw = rows[0]
        await panels.settles()
        yield made


@pytest.mark.parametrize("endpoint", WALKED, ids=[f"{each.method} {each.path}" for each in WALKED])
async def test_no_route_does_anything_to_anybody_else(scene: Scene, endpoint: Endpoint) -> None:
    answers = []
    roles = ("nobody", "newcomer") if endpoint.path in ENDING else ROLES
    for role in ("nobody", "flagger", "juror") if endpoint.path in SLOW else roles:
        guest = await scene.newcomer() if role == "newcomer" else scene.guest(role)
        seen = scene.look() if endpoint.method == "POST" else sight.Sight()
        stored = scene.panels.stored()
        answer = await scene.asks(endpoint, guest)
        answers.append(answer.status)
        # What anybody reads is made from what is stored, and the time.
        same = scene.panels.stored() == stored
        assert same or endpoint.method == "POST", role
        changed = [] if same else sight.changes(seen, scene.look())
        me = "" if guest is None else guest.me.removeprefix("person/")
        others = [each for each in changed if each[0].who != me]
        if role == "newcomer":
            assert others
            others = [each for each in others if not went(each)]
        assert not others, (role, others)
        assert answer.status == 401 or guest is not None or not endpoint.signed_in
    assert min(answers) < 400 or endpoint.path in ("/api/sign-in", "/api/recover"), answers


def went(change: tuple[sight.Piece, bytes, str]) -> bool:
    """Somebody left the circle: nothing else of them changes, not what they had flagged either."""
    piece, _, way = change
    left = piece.kind == "event" and piece.sort == "participant.left" and way == "new"
    return left or (piece.kind == "there" and way == "gone") or (piece.kind == "circle" and piece.sort == "fullness")


async def test_only_who_sits_reads_the_case_and_nobody_else_any_of_its_words(scene: Scene) -> None:
    for role in ROLES:
        guest = scene.guest(role)
        for endpoint in WALKED:
            if endpoint.method == "POST" or endpoint.path == "/api/circles/{circle}/events":
                continue
            answer = await scene.asks(endpoint, guest)
            read = HURTFUL.encode() in answer.body
            assert read == (role == "juror" and endpoint.path == "/api/seats/{seat}"), (role, endpoint.path)


async def test_what_a_moderator_sees_beyond_others_is_counts_and_no_text(scene: Scene) -> None:
    plain, more = scene.guest("idle"), scene.guest("moderator")
    assert plain is not None
    assert more is not None
    desks = [(await each.gets("/api/desk")).json() for each in (plain, more)]
    assert set(desks[1]) - set(desks[0]) == {"counts"}
    assert all(isinstance(each, int) for each in desks[1]["counts"].values())
    for endpoint in WALKED:
        if endpoint.method == "GET" and endpoint.path not in ("/api/desk", "/api/me", "/api/sessions", "/api/names"):
            answers = [await scene.asks(endpoint, each) for each in (plain, more)]
            assert answers[0].body == answers[1].body, endpoint.path
