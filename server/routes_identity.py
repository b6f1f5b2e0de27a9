"""Who one is, over HTTP: coming in, keeping one's place, being remembered, and the end of sessions."""

import secrets

from sqlalchemy import select
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rooms import names
from rooms.offered import offered
from rooms.work import Refusal
from server import http_wire as wire
from server import identity, routes_passphrase
from server.answers import CLEAR, given, json_of, me_of, opening, parts_of, seen, wait
from server.auth import SEEN_EVERY, good
from server.bodies import body_of
from server.door import Actor
from server.models import PersonSession
from server.networks import network_of, shared_entrance
from server.passphrases import new_recovery_words, refuse_weak
from server.session_rows import COLUMNS, Seen
from server.sessions import EndSessions, NoteUse, SetRemember


async def me(request: Request) -> Response:
    parts = parts_of(request)
    session = await parts.auth.session(request)
    if session is None:
        return await me_of(parts, None)
    if parts.now() - session.seen_at >= SEEN_EVERY:
        # Whoever only reads uses their session too.
        await parts.door.submit(Actor(session.person, session.id), NoteUse())
        parts.auth.drop(session.person)
    return await me_of(parts, session.person, remembered=session.remember)


async def another_name(_request: Request) -> Response:
    return json_of(wire.OfferedName(name=offered(secrets.randbelow)))


async def come_in(request: Request) -> Response:
    parts = parts_of(request)
    body = await body_of(request, wire.ComeIn)
    if await parts.auth.who(request) is not None:
        raise Refusal("session.present")
    # A name that will not do is told at once and counts for nothing.
    limits = parts.door.limits
    names.refuse_reserved(names.name(body.name, limits), limits)
    network = network_of(request, parts.settings, parts.keys)
    wait(parts.limits.enters(network))
    came_by = shared_entrance(request, parts.settings, parts.keys)
    token = parts.auth.new_token()
    command = identity.ComeIn(body.name, came_by, opening(parts.auth, token, remember=False))
    came = await parts.door.submit(None, command)
    return given(parts, await me_of(parts, came.person), token, remember=False)


async def keep_place(request: Request) -> Response:
    parts = parts_of(request)
    session = await seen(request)
    body = await body_of(request, wire.KeepPlace)
    name = names.name(body.sign_in_name, parts.door.limits, "sign_in_name")
    refuse_weak(body.passphrase, (name,))
    # Whether a name is taken can be learned here, so it may be asked only as often as other guesses.
    wait(parts.limits.looks(network_of(request, parts.settings, parts.keys)))
    token, words, hasher = parts.auth.new_token(), new_recovery_words(), parts.auth.hasher
    command = identity.KeepPlace(
        session=session.id,
        sign_in_name=name,
        passphrase_hash=await hasher.hash(body.passphrase),
        recovery_hash=await hasher.hash(words),
        token_hash=token.hash,
    )
    await parts.door.submit(Actor(session.person, session.id), command)
    parts.auth.drop(session.person)
    return given(parts, json_of(wire.RecoveryWords(recovery_words=words)), token, remember=session.remember)


async def remember(request: Request) -> Response:
    parts = parts_of(request)
    session = await seen(request)
    wanted = (await body_of(request, wire.Remember)).remember
    token = parts.auth.new_token()
    command = SetRemember(session.id, opening(parts.auth, token, remember=wanted))
    await parts.door.submit(Actor(session.person, session.id), command)
    parts.auth.drop(session.person)
    return given(parts, await me_of(parts, session.person, remembered=wanted), token, remember=wanted)


async def sign_out(request: Request) -> Response:
    session = await seen(request)
    return await _out(request, session, EndSessions(session.id))


async def sign_out_everywhere(request: Request) -> Response:
    return await _out(request, await seen(request), EndSessions(None))


async def sessions(request: Request) -> Response:
    return await _sessions(request, await seen(request))


async def end_session(request: Request) -> Response:
    parts = parts_of(request)
    session = await seen(request)
    body = await body_of(request, wire.EndSession)
    await parts.door.submit(Actor(session.person, session.id), EndSessions(body.session))
    parts.auth.drop(session.person)
    answer = await _sessions(request, session)
    if body.session == session.id:
        parts.auth.take(answer)
    return answer


ROUTES = [
    Route("/api/me", me, methods=["GET"]),
    Route("/api/names", another_name, methods=["GET"]),
    Route("/api/come-in", come_in, methods=["POST"]),
    Route("/api/keep-place", keep_place, methods=["POST"]),
    Route("/api/remember", remember, methods=["POST"]),
    Route("/api/sign-out", sign_out, methods=["POST"]),
    Route("/api/sign-out-everywhere", sign_out_everywhere, methods=["POST"]),
    Route("/api/sessions", sessions, methods=["GET"]),
    Route("/api/sessions/end", end_session, methods=["POST"]),
    *routes_passphrase.ROUTES,
]


async def _out(request: Request, session: Seen, command: EndSessions) -> Response:
    parts = parts_of(request)
    await body_of(request, wire.Nothing)
    await parts.door.submit(Actor(session.person, session.id), command)
    parts.auth.drop(session.person)
    answer = await me_of(parts, None)
    answer.headers["Clear-Site-Data"] = CLEAR
    parts.auth.take(answer)
    return answer


async def _sessions(request: Request, own: Seen) -> Response:
    parts = parts_of(request)
    wanted = select(*COLUMNS).where(col(PersonSession.person_id) == own.person).order_by(col(PersonSession.began_at))
    rows = await parts.store.read(lambda conn: conn.execute(wanted).all())
    now = parts.now()
    return json_of(
        wire.Sessions(
            sessions=tuple(
                wire.SessionView(
                    session=each.id, began_at=each.began_at, seen_at=each.seen_at, this_one=each.id == own.id
                )
                for each in (Seen(*row) for row in rows)
                if good(each, now)
            )
        )
    )
