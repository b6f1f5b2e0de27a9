"""Opening a kept place: signing in, recovering it, changing its passphrase.

A wrong name and a wrong passphrase get one answer, after the same one hash.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rooms.names import folded
from rooms.work import Refusal
from server import http_wire as wire
from server import identity
from server.answers import given, json_of, me_of, opening, parts_of, seen, wait
from server.bodies import body_of
from server.door import Actor
from server.models import Credential
from server.networks import network_of
from server.passphrases import new_recovery_words, plain_words, refuse_weak
from server.session_rows import Seen


class Kept(NamedTuple):
    person: str
    sign_in_name: str
    passphrase_hash: str
    recovery_hash: str


class Try(NamedTuple):
    """A try to open a kept place; ``kept`` is None where nobody signs in with that name."""

    kept: Kept | None
    before: Seen | None
    """The session this browser had so far."""
    key: str
    """Wrong tries are counted under it."""


async def sign_in(request: Request) -> Response:
    parts = parts_of(request)
    body = await body_of(request, wire.SignIn)
    tried = await _try(request, body.sign_in_name)
    kept, hasher = tried.kept, parts.auth.hasher
    right = await hasher.matches(kept.passphrase_hash if kept else None, body.passphrase)
    if kept is None or not right:
        parts.limits.wrong.failed(tried.key)
        raise Refusal("sign_in.wrong")
    parts.limits.wrong.succeeded(tried.key)
    token = parts.auth.new_token()
    command = identity.BeginSession(
        person=kept.person,
        proof=kept.passphrase_hash,
        fresh=await hasher.hash(body.passphrase) if hasher.stale(kept.passphrase_hash) else None,
        opening=opening(parts.auth, token, remember=body.remember),
        replaces=tried.before.id if tried.before else None,
    )
    await parts.door.submit(None, command)
    if tried.before is not None:
        parts.auth.drop(tried.before.person)
    return given(parts, await me_of(parts, kept.person, remembered=body.remember), token, remember=body.remember)


async def recover(request: Request) -> Response:
    parts = parts_of(request)
    body = await body_of(request, wire.Recover)
    refuse_weak(body.new_passphrase, (body.sign_in_name,))
    tried = await _try(request, body.sign_in_name)
    kept, hasher = tried.kept, parts.auth.hasher
    right = await hasher.matches(kept.recovery_hash if kept else None, plain_words(body.recovery_words))
    if kept is None or not right:
        parts.limits.wrong.failed(tried.key)
        raise Refusal("recovery.wrong")
    parts.limits.wrong.succeeded(tried.key)
    token, words = parts.auth.new_token(), new_recovery_words()
    command = identity.RecoverPlace(
        person=kept.person,
        proof=kept.recovery_hash,
        passphrase_hash=await hasher.hash(body.new_passphrase),
        recovery_hash=await hasher.hash(words),
        opening=opening(parts.auth, token, remember=False),
        replaces=tried.before.id if tried.before else None,
    )
    await parts.door.submit(None, command)
    parts.auth.drop(kept.person)
    if tried.before is not None:
        parts.auth.drop(tried.before.person)
    return given(parts, json_of(wire.RecoveryWords(recovery_words=words)), token, remember=False)


async def change_passphrase(request: Request) -> Response:
    parts = parts_of(request)
    session = await seen(request)
    body = await body_of(request, wire.ChangePassphrase)
    kept = await parts.store.read(lambda conn: _kept(conn, col(Credential.person_id) == session.person))
    if kept is None:
        raise Refusal("place.missing")
    refuse_weak(body.new_passphrase, (kept.sign_in_name,))
    wait(parts.limits.wrong.wait(session.person))
    if not await parts.auth.hasher.matches(kept.passphrase_hash, body.passphrase):
        parts.limits.wrong.failed(session.person)
        raise Refusal("passphrase.wrong")
    parts.limits.wrong.succeeded(session.person)
    token = parts.auth.new_token()
    command = identity.ChangePassphrase(
        session=session.id,
        proof=kept.passphrase_hash,
        passphrase_hash=await parts.auth.hasher.hash(body.new_passphrase),
        token_hash=token.hash,
    )
    await parts.door.submit(Actor(session.person, session.id), command)
    parts.auth.drop(session.person)
    answer = await me_of(parts, session.person, remembered=session.remember)
    return given(parts, answer, token, remember=session.remember)


ROUTES = [
    Route("/api/sign-in", sign_in, methods=["POST"]),
    Route("/api/recover", recover, methods=["POST"]),
    Route("/api/passphrase", change_passphrase, methods=["POST"]),
]


async def _try(request: Request, sign_in_name: str) -> Try:
    """Find what is tried, unless it is tried too often.

    After wrong tries a name waits ever longer, but not for a browser that is remembered as its person's: otherwise
    whoever guesses wrongly all day would keep the owner out.
    """
    parts = parts_of(request)
    wait(parts.limits.signs_in(network_of(request, parts.settings, parts.keys)))
    name = folded(sign_in_name.strip())
    # No name holds NUL, and PostgreSQL would not even look for one.
    kept = await parts.store.read(lambda conn: _kept(conn, col(Credential.folded) == name.replace("\0", "\ufffd")))
    before = await parts.auth.device(request)
    key = parts.keys.mark("sign-in", name)
    known = kept is not None and before is not None and before.remember and before.person == kept.person
    if not known:
        wait(parts.limits.wrong.wait(key))
    return Try(kept, before, key)


def _kept(conn: Connection, which: ColumnElement[bool]) -> Kept | None:
    row = conn.execute(
        select(
            col(Credential.person_id),
            col(Credential.sign_in_name),
            col(Credential.passphrase_hash),
            col(Credential.recovery_hash),
        ).where(which)
    ).one_or_none()
    return Kept(*row) if row is not None else None
