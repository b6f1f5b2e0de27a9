"""Chat logs to replay: ``[HH:MM] <name> text``, ``[HH:MM] * name action``, ``=== name has joined``, ``… left``, ``… is now known as``.

Files may mix encodings from line to line. `made_up` writes one of the same rhythm, for where there is no file.
"""

import random
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

SAID = re.compile(r"^\[(\d\d):(\d\d)\] <([^>]+)> ?(.*)$")
DID = re.compile(r"^\[(\d\d):(\d\d)\] +\* (\S+) (.*)$")
MOVED = re.compile(r"^===\s+(\S+)(?:\s+\[[^\]]*\])?\s+has (joined|left|quit)")
RENAMED = re.compile(r"^===\s+(\S+) is now known as (\S+)")
DAY = 24 * 60


class Line(NamedTuple):
    """``minute`` counts from the log's first midnight. ``who`` is the first name a person had."""

    minute: int
    what: Literal["said", "came", "went"]
    who: str
    text: str


class Due(NamedTuple):
    """When to do it, in seconds from the beginning."""

    at: float
    line: Line


def parse(content: bytes) -> list[Line]:
    """Lines without a time belong to the minute before them; what is none of the forms is left out."""
    lines: list[Line] = []
    first_names: dict[str, str] = {}
    minute = 0
    for raw in content.split(b"\n"):
        text = decode(raw.rstrip(b"\r"))
        if found := SAID.match(text) or DID.match(text):
            hours, minutes, name, words = found.groups()
            minute = after(minute, int(hours) * 60 + int(minutes))
            if words.strip():
                lines.append(Line(minute, "said", first_names.get(name, name), words))
        elif found := RENAMED.match(text):
            old, new = found.groups()
            first_names[new] = first_names.get(old, old)
        elif found := MOVED.match(text):
            name, how = found.groups()
            lines.append(Line(minute, "came" if how == "joined" else "went", first_names.get(name, name), ""))
    return lines


def decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def after(minute: int, of_day: int) -> int:
    """The next moment at which the clock shows ``of_day``; a log does not go back, only over midnight."""
    days, now = divmod(minute, DAY)
    return (days + (of_day < now)) * DAY + of_day


def scheduled(lines: Sequence[Line], *, speed: float) -> list[Due]:
    """Pauses cut to a minute, what belongs to one minute spread over it, and all of it ``speed`` times as fast."""
    due: list[Due] = []
    minutes = sorted({line.minute for line in lines})
    for number, minute in enumerate(minutes):
        these = [line for line in lines if line.minute == minute]
        due += [Due((number + (at + 0.5) / len(these)) * 60 / speed, line) for at, line in enumerate(these)]
    return due


def evenly(lines: Sequence[Line], *, apart: float) -> list[Due]:
    """Without any rhythm, one every so many seconds."""
    return [Due(number * apart, line) for number, line in enumerate(lines)]


OPENINGS = (
    "I went for a walk", "I read a little", "We had soup again", "The garden is wet", "I called my brother", "I slept badly",
    "My tea went cold", "There was snow", "I made a list", "The bus was late", "I found the old photographs", "I said no",
)  # fmt: skip
ENDINGS = (
    "and it helped.", "and then I thought of you all.", "but that is all right.", "so I am here now.", "… yes.",
    "and I do not know why.", "as we said last week.", "which is more than yesterday.", "☺", "– ça va.", "وهذا جيد.", "很好。",
)  # fmt: skip


def made_up(seed: int, *, lines: int, speakers: int = 60) -> bytes:
    """A log of invented sentences, with the bursts, joins, leaves, renames and mixed encodings of real ones."""
    chance = random.Random(seed)
    names = [f"Heron{number}" for number in range(speakers)]
    here = set(names[: speakers // 2])
    out: list[bytes] = []
    minute = 23 * 60 + 40
    said = 0
    while said < lines:
        minute += chance.choice((0, 0, 0, 1, 1, 2, 9))
        clock = f"[{minute // 60 % 24:02}:{minute % 60:02}]"
        move = chance.random()
        if move < 0.2:
            name = chance.choice(names)
            out.append(f"=== {name} [~{name}@example.org] has {'left' if name in here else 'joined'} #circle".encode())
            here ^= {name}
        elif move < 0.23:
            old = chance.choice(names)
            out.append(f"=== {old} is now known as {old}_".encode())
            out.append(f"=== {old}_ is now known as {old}".encode())
        elif move < 0.26:
            out.append(f"{clock}  * {chance.choice(names)} nods".encode())
            said += 1
        else:
            for _ in range(chance.choice((1, 1, 2, 4))):
                text = f"{clock} <{chance.choice(names)}> {chance.choice(OPENINGS)} {chance.choice(ENDINGS)}"
                out.append(text.encode())
                said += 1
            if chance.random() < 0.1:
                out.append(f"{clock} <{chance.choice(names)}> ça va, déjà vu".encode("latin-1"))
                said += 1
    return b"\n".join(out)
