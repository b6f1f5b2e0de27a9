"""Invites: a link and a six-letter code with an end and a number of uses. Only their hashes are kept."""

import hashlib
import secrets

from sqlalchemy import ColumnElement, Connection, func, or_
from sqlmodel import col, select

from rooms.log import new_id
from rooms.models import Circle, Invite, ParticipantRow
from rooms.wire import MakeInvite, RevokeInvite
from rooms.wire_views import InviteView, MadeInvite
from rooms.work import Answered, Refusal, Work

LETTERS = "ABCDEFGHJKLMNPQRTUVWXY346789"
"""Nothing that looks like something else: no I, O, S, Z, 0, 1, 2 or 5."""
CODE_LENGTH = 6


def make(work: Work, circle: Circle, mine: ParticipantRow, command: MakeInvite) -> Answered:
    held = work.db.exec(
        select(func.count()).select_from(Invite).where(Invite.made_by == mine.id, Invite.ends_at > work.now)
    ).one()
    if held >= work.limits.invites_each:
        raise Refusal("invite.too_many", most=work.limits.invites_each)
    token = secrets.token_urlsafe(16)
    code = "".join(LETTERS[work.pick(len(LETTERS))] for _ in range(CODE_LENGTH))
    invite = Invite(
        id=new_id(),
        circle_id=circle.id,
        made_by=mine.id,
        token_hash=_hash(token),
        code_hash=_hash(code),
        uses_left=command.uses,
        ends_at=work.now + command.lasts,
    )
    work.db.add(invite)
    return Answered(made=MadeInvite(invite=view(invite), token=token, code=code))


def revoke(work: Work, mine: ParticipantRow, command: RevokeInvite) -> Answered:
    """Harmless to repeat; only whoever made it can."""
    invite = work.db.get(Invite, command.invite)
    if invite is None or invite.made_by != mine.id:
        raise Refusal("invite.not_found")
    work.db.delete(invite)
    return Answered(circle=invite.circle_id)


def circle_of(conn: Connection, shown: str, now: int) -> str | None:
    """The circle an invite leads to, while it has uses and time left."""
    return conn.execute(
        select(Invite.circle_id).where(_matches(shown), col(Invite.uses_left) > 0, col(Invite.ends_at) > now)
    ).scalar_one_or_none()


def view(invite: Invite) -> InviteView:
    return InviteView(id=invite.id, uses_left=invite.uses_left, ends_at=invite.ends_at)


def hashes(shown: str) -> tuple[bytes, bytes]:
    """What is kept of an invite if this is its token, and what if it is its code."""
    code = "".join(letter for letter in shown.upper() if letter.isalnum())
    return _hash(shown), _hash(code)


def _matches(shown: str) -> ColumnElement[bool]:
    token, code = hashes(shown)
    return or_(col(Invite.token_hash) == token, col(Invite.code_hash) == code)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
