"""The newest events of several circles, read together for all who come back to them at once."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from rooms import bulk
from rooms.covers import shown
from rooms.history import ABOUT_WORDS, OFFERED, Found, decode, dressed, fitting

_NEWEST = bulk.both(
    "SELECT e.log_id, e.seq, e.kind, p.name, e.target, e.data, e.body, e.edits, e.rephrased, e.cover, e.covered_until,"
    " e.cover_reason, e.received FROM {pairs} CROSS JOIN event AS e LEFT JOIN participant AS p ON p.id = e.sender"
    " WHERE e.log_id = CAST(j.a AS bigint) AND e.seq > CAST(j.b AS bigint) ORDER BY e.log_id, e.seq DESC"
)
_WORDS = bulk.both(
    "SELECT e.log_id, e.seq, e.body, e.cover FROM {pairs} CROSS JOIN event AS e"
    " WHERE e.log_id = CAST(j.a AS bigint) AND e.seq = CAST(j.b AS bigint)"
)
_QUESTIONS = bulk.both(
    "SELECT c.log_id, r.id, r.question FROM {texts} CROSS JOIN circle AS c JOIN round AS r ON r.circle_id = c.id"
    " WHERE c.log_id = CAST(j.a AS bigint)"
)


class Kept(NamedTuple):
    """What `dressed` needs of an event's row, and the name of who sent it."""

    log_id: int
    seq: int
    kind: str
    name: str | None
    target: int | None
    data: bytes
    body: str | None
    edits: int | None
    rephrased: bool | None
    cover: str | None
    covered_until: int | None
    cover_reason: str | None
    received: bool | None


class Words(NamedTuple):
    """A message as it stands."""

    log_id: int
    seq: int
    body: str | None
    cover: str | None


class Newest:
    """What was read for several logs. Each is decoded when it is asked for: a row nobody can read is its log's alone."""

    def __init__(
        self,
        kept: Mapping[int, list[Kept]],
        words: Mapping[int, Mapping[int, str | None]],
        questions: Mapping[int, Mapping[str, str | None]],
    ) -> None:
        self._kept = kept
        self._words = words
        self._questions = questions

    def of(self, log_id: int) -> list[Found]:
        """In order, dressed as of today; as many of the newest as a page may hold in bytes."""
        words, questions = self._words.get(log_id, {}), self._questions.get(log_id, {})
        found = [
            Found(each.seq, dressed(decode(each.data), each, each.name or "", words, questions), each.target)
            for each in self._kept.get(log_id, ())
        ]
        return fitting(found)[::-1]


def newest(conn: Connection, after: Mapping[int, int]) -> Newest:
    """Of circles' logs, by row number, the events after a seq."""
    kept: dict[int, list[Kept]] = {}
    for row in bulk.of_pairs(conn, _NEWEST, sorted(after.items())):
        kept.setdefault(row[0], []).append(Kept._make(row))
    about = {(each.log_id, each.target) for own in kept.values() for each in own if each.kind in ABOUT_WORDS}
    asked = {log_id for log_id, own in kept.items() if any(each.kind == OFFERED for each in own)}
    return Newest(kept, _words(conn, about), _questions(conn, asked))


def _words(conn: Connection, about: Collection[Any]) -> dict[int, dict[int, str | None]]:
    """The words of messages as they may be shown now, by log and seq."""
    words: dict[int, dict[int, str | None]] = {}
    for row in bulk.of_pairs(conn, _WORDS, sorted(about)):
        words.setdefault(row[0], {})[row[1]] = shown(Words._make(row))
    return words


def _questions(conn: Connection, logs: Collection[int]) -> dict[int, dict[str, str | None]]:
    """What the latest rounds of circles ask, as it may still be read, by log and round."""
    rows = bulk.of_texts(conn, _QUESTIONS, sorted(str(each) for each in logs)) if logs else ()
    return {log_id: {round_: question} for log_id, round_, question in rows}
