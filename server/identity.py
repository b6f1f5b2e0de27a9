"""Coming in and keeping one's place: commands that only this server gives, and their actions."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from rooms import names
from rooms.log import new_id, new_log
from rooms.models import Person
from rooms.wire import Preferences
from rooms.work import Answered, Refusal, Work
from server import sessions
from server.door import Handler
from server.models import Credential
from server.sessions import Opening, begin, due, end, forgotten, next_due, replace, rotate

__all__ = ["HANDLERS", "due", "forgotten", "next_due"]


@dataclass(frozen=True, slots=True, repr=False)
class ComeIn:
    name: str
    network: str | None
    opening: Opening


@dataclass(frozen=True, slots=True, repr=False)
class BeginSession:
    """Sign-in. ``proof`` is the hash that the passphrase was found to match; ``fresh`` one with today's costs."""

    person: str
    proof: str
    fresh: str | None
    opening: Opening
    replaces: str | None
    """The session this browser had before."""


@dataclass(frozen=True, slots=True, repr=False)
class RecoverPlace:
    person: str
    proof: str
    passphrase_hash: str
    recovery_hash: str
    opening: Opening
    replaces: str | None


@dataclass(frozen=True, slots=True, repr=False)
class KeepPlace:
    session: str
    sign_in_name: str
    passphrase_hash: str
    recovery_hash: str
    token_hash: bytes


@dataclass(frozen=True, slots=True, repr=False)
class ChangePassphrase:
    session: str
    proof: str
    passphrase_hash: str
    token_hash: bytes


_new = insert(Person)


def come_in(work: Work, command: ComeIn) -> Answered:
    name = names.name(command.name, work.limits)
    names.refuse_reserved(name, work.limits)
    person = new_id()
    row = {
        "id": person,
        "log_id": new_log(work, f"person/{person}"),
        "name": name,
        "preferences": msgspec.json.encode(Preferences()),
        "created_at": work.now,
        "kept": False,
        "network": command.network,
    }
    work.conn.execute(_new, row)
    return begin(work, person, command.opening)


def sign_in(work: Work, command: BeginSession) -> Answered:
    kept = _proven(work, command.person, "passphrase_hash", command.proof)
    if command.fresh is not None:
        kept.passphrase_hash = command.fresh
        work.db.add(kept)
    replace(work, command.replaces)
    return begin(work, command.person, command.opening)


def recover(work: Work, command: RecoverPlace) -> Answered:
    kept = _proven(work, command.person, "recovery_hash", command.proof)
    kept.passphrase_hash, kept.recovery_hash = command.passphrase_hash, command.recovery_hash
    work.db.add(kept)
    replace(work, command.replaces)
    end(work, command.person)
    return begin(work, command.person, command.opening)


def keep_place(work: Work, command: KeepPlace) -> None:
    name = names.name(command.sign_in_name, work.limits, "sign_in_name")
    person = work.db.get_one(Person, work.person)
    if person.kept:
        raise Refusal("place.kept")
    # Somebody may take the same name in another process, in a transaction that cannot be seen here yet.
    if_free = sqlite.insert if work.conn.dialect.name == "sqlite" else postgresql.insert
    values = {
        "person_id": person.id,
        "sign_in_name": name,
        "folded": names.folded(name),
        "passphrase_hash": command.passphrase_hash,
        "recovery_hash": command.recovery_hash,
        "made_at": work.now,
    }
    wanted = if_free(Credential).values(values).on_conflict_do_nothing().returning(col(Credential.person_id))
    if work.conn.execute(wanted).one_or_none() is None:
        raise Refusal("sign_in_name.taken")
    person.kept = True
    work.db.add(person)
    rotate(work, command.session, token_hash=command.token_hash)


def change_passphrase(work: Work, command: ChangePassphrase) -> None:
    kept = _proven(work, work.person, "passphrase_hash", command.proof)
    kept.passphrase_hash = command.passphrase_hash
    work.db.add(kept)
    rotate(work, command.session, token_hash=command.token_hash)
    end(work, work.person, but=command.session)


HANDLERS: dict[type, Handler] = {
    ComeIn: come_in,
    BeginSession: sign_in,
    RecoverPlace: recover,
    KeepPlace: keep_place,
    ChangePassphrase: change_passphrase,
    sessions.SetRemember: sessions.set_remember,
    sessions.EndSessions: sessions.end_sessions,
    sessions.NoteUse: sessions.note_use,
}


def _proven(work: Work, person: str, column: str, proof: str) -> Credential:
    """The person's credential, if what was verified outside the transaction is still what is kept."""
    kept = work.db.get(Credential, person)
    if kept is None or getattr(kept, column) != proof:
        raise Refusal("sign_in.wrong")
    return kept
