"""A calendar feed (RFC 5545) that says when, and nothing else: neutral titles, no places, no people. Pure.

Each sitting is an event of its own in UTC. So a feed needs no zones and no rules in it, and no calendar can read them
otherwise than we do; what is called off is just not there when the calendar looks again.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rooms.schedule import Sitting

LINE = 75
"""Octets in a line before it has to be folded."""


def feed(title: str, sittings: Iterable[tuple[str, Sitting]], *, now: int) -> bytes:
    """``title`` names the calendar and each event, as the operator or the person chose it; ids come with the sittings
    and stay the same for the same one. At ``now`` (ms) it was made."""
    name = _text(title)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Peer Circles//EN", "METHOD:PUBLISH", f"X-WR-CALNAME:{name}"]
    for each, sitting in sittings:
        lines += ["BEGIN:VEVENT", f"UID:{_text(each)}-{sitting.day:%Y%m%d}", f"DTSTAMP:{_moment(now)}"]
        lines += [f"DTSTART:{_moment(sitting.starts)}", f"DTEND:{_moment(sitting.ends)}", f"SUMMARY:{name}"]
        lines += ["CLASS:PRIVATE", "TRANSP:TRANSPARENT", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return b"".join(part for line in lines for part in _folded(line))


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """With nothing in it that could end the line or the value."""
    plain = "".join(each if each.isprintable() else " " for each in value)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[bytes]:
    """In lines of at most `LINE` octets, never within a character."""
    part = b""
    for each in line:
        octets = each.encode()
        if len(part) + len(octets) > LINE:
            yield part + b"\r\n"
            part = b" "
        part += octets
    yield part + b"\r\n"
