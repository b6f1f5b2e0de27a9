"""Every place in which the server keeps what people wrote or are called, and how it ends; and every place that holds none.

A new column without a length has to be put into one of the two before anything passes.
"""

from typing import Any, Final

from sqlalchemy import Connection, text

from server.migrate import TABLES

WORDS: Final = {
    "event.body": "goes with the age the circle agreed on, when taken back, with its writer; at once when changed",
    "round.question": "goes when the round is over, with the age the circle agreed on, with its asker",
    "circle.topic": "goes when the circle is over and its words have faded",
    "circle.about": "as its topic",
    "agreement.text": "as its circle's topic",
    "proposal.text": "goes some time after it is decided, with its writer, when the circle closes",
    "objection.reason": "as the proposal; and when it is taken back",
    "carried.words": "becomes a message without a name when the circle has closed; goes if taken back",
    "plan.topic": "goes when the plan is stopped or over, or with its planner",
    "plan.about": "as its topic",
    "plan.agreement": "as its topic",
    "person.name": "goes with the person: forgotten, or with nothing to come back to",
    "person.preferences": "muted words; as the name",
    "participant.name": "goes with the person, and with the circle's topic",
    "participant.skeleton": "what the name looks like; as the name",
    "waiter.name": "goes some minutes after the page at the door is gone, and with the seat",
    "credential.sign_in_name": "goes when the person is forgotten",
    "credential.folded": "as the sign-in name",
    "sealed.body": "goes when the case is over and cannot be contested, and when taken back",
    "case_words.body": "what was said about a case: goes with it",
    "letter.statement": "sentences of a panel: goes when the letter is put away, with the case, with the reader",
}
SAID: Final = ("event", "proposal", "objection", "round", "sealed", "case_words", "letter", "waiter", "carried")
"""Tables whose words end by themselves while everybody stays."""
WORDLESS: Final = {
    "event.data": "other fields of an event, without words and names",
    "event.body_hash": "keyed hash",
    "circle.space": "moments and ids",
    "circle.matter": "moments and ids",
    "round.state": "moments and ids",
    "push_place.endpoint": "address at a push service",
    "plan.exceptions": "days and times",
    "calendar_feed.token_hash": "hash",
    "case_message.salt": "random",
    "credential.passphrase_hash": "hash",
    "credential.recovery_hash": "hash",
    "draw.pool": "hashes",
    "draw.seated": "hashes",
    "flag.invite": "keyed hash",
    "flag.network": "keyed hash",
    "flag_case.hosts": "ids",
    "flag_case.kept_out": "ids",
    "flag_case.review": "codes and marks",
    "flag_case.salt": "random",
    "invite.code_hash": "hash",
    "invite.token_hash": "hash",
    "journal.facts": "what the public record says: codes and counts",
    "ledger.counted": "codes and counts",
    "ledger.entry": "codes and counts",
    "letter.felt": "categories",
    "moderator_invite.code_hash": "hash",
    "month.numbers": "counts",
    "nonce.nonce": "random",
    "reviewer.skips": "categories",
    "session.token_hash": "hash",
}
LENGTH: Final = 64
"""Columns no longer than this are ids, codes, days, zones and hashes."""


def columns() -> list[str]:
    """Every column that could hold words, as ``table.column``."""
    return [
        f"{table.name}.{column.name}"
        for table in TABLES.sorted_tables
        for column in table.columns
        if column.type.python_type not in (int, bool, float)
    ]


def unbounded() -> set[str]:
    """Those of them that have no length, or a great one."""
    found = set()
    for name in columns():
        table, _, column = name.partition(".")
        length = getattr(TABLES.tables[table].columns[column].type, "length", None)
        if length is None or length > LENGTH:
            found.add(name)
    return found


def holding(conn: Connection, marker: str) -> set[str]:
    """The columns in which a marker stands, in whatever case, just now."""
    found = set()
    for name in columns():
        table, _, column = name.partition(".")
        values = conn.execute(text(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')).scalars()
        if any(marker in _text(value).lower() for value in values):
            found.add(name)
    return found


def _text(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
