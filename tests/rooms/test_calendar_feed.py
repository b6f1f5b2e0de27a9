"""A calendar feed says when, in lines that any calendar reads, and nothing that could be read over a shoulder."""

import re
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from rooms.calendar_feed import feed
from rooms.schedule import Sitting, plan, upcoming

WEEKLY = plan(zone="Europe/Berlin", first="2026-03-15", at="19:00", lasts=90, repeat="weekly")
NOW = 1_773_500_000_000
SITTINGS = upcoming(WEEKLY, NOW, 5)


def lines(blob: bytes) -> list[str]:
    """Unfolded, as RFC 5545 (3.1) says."""
    assert blob.endswith(b"\r\n")
    assert all(len(each) <= 75 for each in blob.split(b"\r\n"))
    return blob.decode().replace("\r\n ", "").split("\r\n")[:-1]


def values(blob: bytes, name: str) -> list[str]:
    return [each.partition(":")[2] for each in lines(blob) if each.startswith(f"{name}:")]


def made(title: str = "Something", sittings: tuple[Sitting, ...] = SITTINGS) -> bytes:
    return feed(title, [("a-circle", each) for each in sittings], now=NOW)


def test_each_sitting_is_there_at_its_moment() -> None:
    blob = made()
    assert values(blob, "DTSTART") == [
        "20260315T180000Z", "20260322T180000Z", "20260329T170000Z", "20260405T170000Z", "20260412T170000Z",
    ]  # fmt: skip
    assert values(blob, "DTEND")[0] == "20260315T193000Z"
    assert values(blob, "UID") == [f"a-circle-{each.day:%Y%m%d}" for each in SITTINGS]


def test_moments_are_those_of_the_sittings() -> None:
    for text, sitting in zip(values(made(), "DTSTART"), SITTINGS, strict=True):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert round(moment.timestamp() * 1_000) == sitting.starts


def test_it_begins_and_ends() -> None:
    found = lines(made())
    assert (found[0], found[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert found.count("BEGIN:VEVENT") == found.count("END:VEVENT") == len(SITTINGS)
    assert lines(made(sittings=()))[-1] == "END:VCALENDAR"


@given(title=st.text(max_size=120))
@example("Tea\r\nATTACH:http://example.org/")
@example("a\\;b,c\x85d\u2028e")
@example("\ud800")
@example("ß" * 100)
def test_no_title_can_add_a_line(title: str) -> None:
    assert [each.partition(":")[0] for each in lines(made(title))] == [
        each.partition(":")[0] for each in lines(made("plain"))
    ]


@given(title=st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=120))
def test_a_title_is_read_as_it_was_written(title: str) -> None:
    (name,) = set(values(made(title), "SUMMARY"))
    assert re.sub(r"\\(.)", r"\1", name) == title
