"""What the routes of people's own places have in common: who asks, what they are told, and their cookie."""

import secrets
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, select
from sqlmodel import col
from starlette.requests import HTTPConnection
from starlette.responses import Response

from rooms.models import Person
from rooms.offered import offered
from rooms.work import Refusal
from server.auth import Auth, Token
from server.http_wire import Me
from server.models import Credential
from server.session_rows import Seen
from server.sessions import Opening

if TYPE_CHECKING:
    from server.parts import Parts

CLEAR = '"cache", "cookies", "storage"'
"""``Clear-Site-Data`` for those who leave."""


def parts_of(request: HTTPConnection) -> "Parts":
    parts: Parts = request.app.state.parts
    return parts


def json_of(answer: Any) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")


def wait(milliseconds: int) -> None:
    """Refuse as ``rate.limited`` while there is something to wait for."""
    if milliseconds:
        raise Refusal("rate.limited", retry_after=milliseconds)


async def seen(request: HTTPConnection) -> Seen:
    """The asker's session. Refuses as ``session.missing`` those who are nobody yet, and as ``rate.limited`` floods."""
    parts = parts_of(request)
    session = await parts.auth.session(request)
    if session is None:
        raise Refusal("session.missing")
    wait(parts.limits.requests(session.id))
    return session


def opening(auth: Auth, token: Token, *, remember: bool) -> Opening:
    return Opening(token.hash, remember, auth.idle if remember else auth.guest_idle, auth.lasts)


def given(parts: "Parts", answer: Response, token: Token, *, remember: bool) -> Response:
    """The answer with a new cookie on it."""
    parts.auth.give(answer, token, remember=remember)
    return answer


async def me_of(parts: "Parts", person: str | None, *, remembered: bool = False) -> Response:
    """`Me`: who one is and what this place offers; for ``person`` None, nobody yet."""
    row = await parts.store.read(lambda conn: _person(conn, person)) if person is not None else None
    name, sign_in_name, invite = row if row is not None else (None, None, None)
    settings = parts.settings
    may_open = {"anyone": True, "kept": sign_in_name is not None, "invited": invite is not None}
    return json_of(
        Me(
            name=name,
            sign_in_name=sign_in_name,
            remembered=remembered and row is not None,
            offered_name=offered(secrets.randbelow) if row is None else None,
            title=settings.page_title,
            keep_default=parts.door.limits.keep_default,
            topics=settings.topics,
            agreement_default=settings.agreement,
            may_open=may_open[settings.open_rooms],
            exit_to=settings.exit_to,
            plain_http=not settings.secure and not settings.loopback,
            time_scale=settings.time_scale,
        )
    )


def _person(conn: Connection, person: str) -> tuple[str, str | None, str | None] | None:
    row = conn.execute(
        select(col(Person.name), col(Credential.sign_in_name), col(Person.invite_id))
        .join(Credential, col(Credential.person_id) == col(Person.id), isouter=True)
        .where(col(Person.id) == person)
    ).one_or_none()
    return (row[0], row[1], row[2]) if row is not None else None
