"""``python -m server verify-ledger``: checks the public record, from the database, a server's address, or a file."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import msgspec
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from moderation import draws
from moderation.audit import Audit
from moderation.chain import Broken, Head, canonical
from moderation.models_ledger import LedgerRow
from moderation.report import COUNTED
from moderation.wire_ledger import DrawProof
from server.store import Store, StoreUnavailable

PAGE = 500
TRIES = 10


class RecordUnavailable(Exception):
    """There is no record to be read there. The text is one plain sentence."""


class Source(Protocol):
    def entries(self) -> Iterator[Mapping[str, Any]]:
        """All entries, in order, with their hashes."""
        ...

    def draw(self, draw_id: str) -> DrawProof | None: ...


class FromDatabase:
    """Reads only; a running server is not disturbed."""

    def __init__(self, store: Store) -> None:
        if store.sqlite and not Path(store.url.database or "").is_file():
            raise RecordUnavailable("There is no database yet.")
        self.store = store

    def entries(self) -> Iterator[Mapping[str, Any]]:
        after = 0
        while True:
            more = select(LedgerRow).where(col(LedgerRow.seq) > after).order_by(col(LedgerRow.seq)).limit(PAGE)
            try:
                rows = self.store.read_now(lambda conn, more=more: list(conn.execute(more)))  # type: ignore[misc]
            except DBAPIError:
                raise RecordUnavailable("The database has no public record, or cannot be read.") from None
            for row in rows:
                entry = json.loads(row.entry)
                counted = canonical({name: value for name, value in entry["facts"].items() if name in COUNTED})
                if (row.hour, row.kind, row.counted) != (entry["hour"], entry["type"], counted):
                    raise Broken(row.seq, f"Entry {row.seq} is counted as something else than it says.")
                yield {**entry, "hash": row.hash}
            if len(rows) < PAGE:
                return
            after = rows[-1].seq

    def draw(self, draw_id: str) -> DrawProof | None:
        return self.store.read_now(lambda conn: draws.shown(conn, draw_id))


class FromServer:
    """Asks a server, whose address is ``http(s)://host``."""

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise RecordUnavailable("The address must begin with https:// or http://.")
        self.url = url.rstrip("/")

    def entries(self) -> Iterator[Mapping[str, Any]]:
        after = 0
        while True:
            page = self._get(f"/api/ledger?after={after}")
            yield from page["entries"]
            if len(page["entries"]) < PAGE:
                return
            after = page["entries"][-1]["seq"]

    def draw(self, draw_id: str) -> DrawProof | None:
        found = self._get(f"/api/draws/{quote(draw_id, safe='')}", missing=None)
        return None if found is None else msgspec.convert(found, DrawProof)

    def _get(self, path: str, **default: Any) -> Any:
        for _ in range(TRIES):
            try:
                with urlopen(self.url + path, timeout=30) as answer:  # noqa: S310 - the scheme was checked
                    return json.load(answer)
            except HTTPError as error:
                if error.code == 404 and "missing" in default:
                    return default["missing"]
                if error.code != 429:
                    raise RecordUnavailable(f"The server answered {error.code} instead of the record.") from None
                time.sleep(float(error.headers.get("Retry-After", "1")))
            except (URLError, ValueError, TimeoutError, ConnectionError):
                break
        raise RecordUnavailable("The server does not answer with a public record.")


class FromFile:
    """Reads what ``/api/ledger`` answered: one page, or several one after the other. Draws are not in it."""

    def __init__(self, path: Path) -> None:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeError):
            raise RecordUnavailable("The file cannot be read.") from None
        self.found: list[Mapping[str, Any]] = []
        decoder, place = json.JSONDecoder(), 0
        try:
            while text[place:].strip():
                place += len(text[place:]) - len(text[place:].lstrip())
                page, place = decoder.raw_decode(text, place)
                self.found += page.get("entries", [page])
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise RecordUnavailable("The file does not hold a public record.") from None

    def entries(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.found)

    def draw(self, _draw_id: str) -> DrawProof | None:
        return None


def check(source: Source, known: Head | None = None) -> str:
    """Go through the whole record; returns a sentence about it. Raises `Broken` or `RecordUnavailable`.

    ``known``: a head seen before, which must still be in it.
    """
    audit: Audit | None = None
    repeated = 0
    try:
        for entry in source.entries():
            if audit is None:
                begins = Head(entry["seq"] - 1, entry["prev"])
                audit = Audit(begins) if isinstance(source, FromFile) and begins.seq > 0 else Audit()
            audit.take(entry)
            if known is not None and audit.head.seq == known.seq and audit.head.hash != known.hash:
                raise Broken(known.seq, f"Entry {known.seq} is another than the one you had seen.")
        audit = audit or Audit()
        if known is not None and audit.head.seq < known.seq:
            raise Broken(audit.head.seq + 1, f"Entry {audit.head.seq + 1} is gone: the record was longer before.")
        audit.finish()
        for noted in audit.to_repeat():
            if not isinstance(source, FromFile):
                audit.repeat(noted, source.draw(noted.id))
                repeated += 1
    except (KeyError, TypeError, ValueError, AttributeError, msgspec.ValidationError):
        seq = audit.head.seq + 1 if audit is not None else 1
        raise Broken(seq, f"Entry {seq} is not written as an entry.") from None
    held = f"{audit.head.seq} entries" if audit.whole else f"the entries up to {audit.head.seq}"
    return f"The record holds: {held}, {repeated} draws repeated, head {audit.head.seq}:{audit.head.hash}."


def run(database: str, *, url: str | None, file: Path | None, head: str | None) -> tuple[int, str]:
    """Exit status and the sentence to print: 0 it holds, 1 it does not, 2 it could not be read."""
    try:
        known = None if head is None else _head(head)
        if url is not None:
            return 0, check(FromServer(url), known)
        if file is not None:
            return 0, check(FromFile(file), known)
        store = Store(database)
        try:
            return 0, check(FromDatabase(store), known)
        finally:
            store.close()
    except Broken as broken:
        return 1, str(broken)
    except (RecordUnavailable, StoreUnavailable) as missing:
        return 2, str(missing)


def _head(given: str) -> Head:
    seq, _, found = given.partition(":")
    if not (seq.isascii() and seq.isdigit() and len(found) == 64 and set(found) <= set("0123456789abcdef")):
        raise RecordUnavailable("A head looks like 120: and 64 hexadecimal digits.")
    return Head(int(seq), found)
