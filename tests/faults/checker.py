"""Judges a history: is there any way in which a server that keeps its promises could have shown this?

Answers carry their places, so nothing has to be searched for: every check is one pass over entries, at most sorted first.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from tests.faults.history import (
    QUIET,
    Answered,
    Applied,
    Asked,
    Began,
    Closed,
    Entered,
    Entry,
    Fault,
    Flagged,
    Heard,
    History,
    Left,
    Pressed,
    Refused,
    Reset,
    Restored,
    Row,
    Told,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """``stale``: seconds from an answer until every undisturbed reader has it; ``healed``: how long after a fault that
    need not hold; ``newest``: events that a reading without a cursor begins with."""

    stale: float = 2.0
    healed: float = 5.0
    newest: int = 50


class Violation(NamedTuple):
    check: str
    what: str


def check(history: History, bounds: Bounds | None = None) -> list[Violation]:
    """Every violation found; none for a valid history."""
    seen = Seen(history)
    found: list[Violation] = []
    for judge in CHECKS:
        found += [Violation(judge.__name__, what) for what in judge(seen, bounds or Bounds())]
    return found


class Seen:
    """A history, sorted by what the checks ask for."""

    def __init__(self, history: History) -> None:
        self.entries = history.entries
        self.final = history.final
        self.reads = history.reads
        self.pressed: dict[str, Pressed] = {}
        self.answered: list[Answered] = []
        self.refused: dict[str, Refused] = {}
        self.restored: set[tuple[str, str]] = set()
        self.traces: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        """What one person saw of one log, in order."""
        for entry in history.entries:
            match entry:
                case Pressed():
                    self.pressed.setdefault(entry.key, entry)
                case Answered():
                    self.answered.append(entry)
                case Refused():
                    self.refused[entry.key] = entry
                case Restored():
                    self.restored.add((entry.on, entry.epoch))
                case Began() | Heard() | Applied() | Reset() | Entered() | Left():
                    self.traces[entry.who, entry.on].append(entry)
                case _:
                    pass
        self.rows: dict[tuple[str, int], Row] = {
            (on, row.seq): row for on, log in self.final.items() for row in log.rows
        }
        self.places: dict[str, int] = {row.key: row.seq for row in self.rows.values() if row.key is not None}
        """Where each key lies in the end."""

    def is_restored(self, on: str, epoch: str) -> bool:
        """Whether the log was put back since this epoch."""
        return self.final[on].epoch != epoch and (on, self.final[on].epoch) in self.restored


# Each check yields what is wrong, in words that name keys and places only.


def c1_no_loss(seen: Seen, _: Bounds) -> Iterator[str]:
    for each in seen.answered:
        if seen.is_restored(each.on, each.epoch):
            continue
        row = seen.rows.get((each.on, each.seq))
        if row is None or row.key != each.key:
            yield f"{each.key} was answered as {each.on} {each.seq} and is not there"
        elif row.words != seen.pressed[each.key].words:
            yield f"{each.key} holds other words than were sent"


def c2_no_phantom(seen: Seen, _: Bounds) -> Iterator[str]:
    for (on, seq), row in seen.rows.items():
        if row.key is None:
            continue
        pressed = seen.pressed.get(row.key)
        if pressed is None or pressed.on != on:
            yield f"{on} {seq} was never sent there"
        if row.key in seen.refused:
            yield f"{on} {seq} was refused and is there"


def c3_once(seen: Seen, _: Bounds) -> Iterator[str]:
    kept = Counter(row.key for row in seen.rows.values() if row.key is not None)
    yield from (f"{key} is kept {times} times" for key, times in kept.items() if times > 1)
    for (who, on), trace in seen.traces.items():
        had: set[str] = set()
        for entry in trace:
            if isinstance(entry, Began) and not entry.resumed:
                had.clear()
            elif isinstance(entry, Applied) and entry.key is not None:
                if entry.key in had:
                    yield f"{who} has {entry.key} of {on} twice"
                had.add(entry.key)


def c4_agreement(seen: Seen, _: Bounds) -> Iterator[str]:
    told: dict[tuple[str, str, int], tuple[str | None, int]] = {
        (on, log.epoch, row.seq): (row.key, row.print) for on, log in seen.final.items() for row in log.rows
    }

    def differs(on: str, epoch: str, seq: int, event: tuple[str | None, int]) -> bool:
        if event[1] == QUIET:
            return False
        return told.setdefault((on, epoch, seq), event) != event

    for entry in seen.entries:
        if isinstance(entry, Heard | Applied) and differs(entry.on, entry.epoch, entry.seq, (entry.key, entry.print)):
            yield f"{entry.who} has something else at {entry.on} {entry.seq}"
    for read in seen.reads:
        for seq, key, print_ in read.events:
            if differs(read.on, read.epoch, seq, (key, print_)):
                yield f"{read.who} reads something else at {read.on} {seq}"


def c5_contiguous(seen: Seen, _: Bounds) -> Iterator[str]:
    for (who, on), trace in seen.traces.items():
        last: int | None = None
        for entry in trace:
            match entry:
                case Began():
                    if last is not None and (not entry.resumed or entry.start > last + 1):
                        yield f"{who} had {on} up to {last} and begins at {entry.start}"
                    if last is None:
                        last = entry.start - 1
                case Applied():
                    if last is None or entry.seq != last + 1:
                        yield f"{who} has {entry.seq} after {last} of {on}"
                    last = entry.seq
                case Reset() | Entered():
                    last = None
                case _:
                    pass


def c6_complete(seen: Seen, bounds: Bounds) -> Iterator[str]:
    for (who, on), trace in seen.traces.items():
        inside = on.startswith("person/")
        began: Began | None = None
        last = 0
        for entry in trace:
            match entry:
                case Entered():
                    inside, began = True, None
                case Left():
                    inside = False
                case Began():
                    if began is None or not entry.resumed:
                        began = entry
                        last = entry.start - 1
                case Applied():
                    last = entry.seq
                case _:
                    pass
        if inside and began is None:
            yield f"{who} is in {on} and follows nothing"
        elif inside and began is not None:
            if last != seen.final[on].head:
                yield f"{who} has {on} up to {last} of {seen.final[on].head}"
            if began.start > began.base and began.head - began.start + 1 < bounds.newest:
                yield f"{who} may read {on} from {began.base} and began at {began.start}"
    for read in seen.reads:
        rows = [row.seq for row in seen.final[read.on].rows if row.seq >= read.base]
        if [seq for seq, _, _ in read.events] != rows:
            yield f"{read.who} does not read all of {read.on}"


def c7_real_time(seen: Seen, _: Bounds) -> Iterator[str]:
    newest: dict[str, int] = defaultdict(int)
    must_exceed: dict[str, int] = {}
    must_reach: dict[tuple[str, int, str], int] = {}
    for entry in seen.entries:
        match entry:
            case Answered():
                newest[entry.on] = max(newest[entry.on], entry.seq)
            case Pressed():
                must_exceed.setdefault(entry.key, newest[entry.on])
            case Asked():
                must_reach[entry.who, entry.conn, entry.on] = newest[entry.on]
            case Began():
                if entry.head < must_reach.get((entry.who, entry.conn, entry.on), 0):
                    yield f"{entry.who} is told that {entry.on} ends at {entry.head}, after more was answered"
            case _:
                pass
    for key, before in must_exceed.items():
        if seen.places.get(key, before + 1) <= before:
            yield f"{key} lies before what was answered before it was sent"


def c8_sender_order(seen: Seen, _: Bounds) -> Iterator[str]:
    last: dict[tuple[str, str], int] = defaultdict(int)
    for key, pressed in seen.pressed.items():
        place = seen.places.get(key)
        if place is None:
            continue
        if place <= last[pressed.who, pressed.on]:
            yield f"{key} lies before what {pressed.who} sent earlier"
        last[pressed.who, pressed.on] = place


def c9_access(seen: Seen, _: Bounds) -> Iterator[str]:
    away: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for (who, on), trace in seen.traces.items():
        if on.startswith("person/"):
            continue
        base: int | None = None
        last: int | None = None
        for entry in trace:
            match entry:
                case Entered():
                    base, last = entry.base, None
                    if away[who, on]:
                        away[who, on].append((away[who, on].pop()[0], entry.asked))
                case Left():
                    last = entry.last
                    away[who, on].append((entry.t, inf))
                case Began() if base == 0:
                    # The answer to entering was lost; the first answered watch tells where their time begins.
                    base = entry.base
                case Began() if base is None or entry.base < base:
                    yield f"{who} may read {on} from {entry.base} but entered at {base}"
                case Heard():
                    if base is None or entry.seq < base or (last is not None and entry.seq > last):
                        yield f"{who} hears {on} {entry.seq}, being in it from {base} to {last}"
                    row = seen.rows.get((on, entry.seq))
                    about = row.target if row is not None else None
                    hidden = about is not None and base is not None and about < base
                    if hidden != (entry.print == QUIET):
                        yield f"{who} hears {on} {entry.seq} {'in full' if hidden else 'bare'}"
                case _:
                    pass
    for each in seen.answered:
        if any(left < seen.pressed[each.key].t < back for left, back in away[each.who, each.on]):
            yield f"{each.who} left {each.on} and then posted {each.key}"


def c10_epoch(seen: Seen, _: Bounds) -> Iterator[str]:
    for on, log in seen.final.items():
        if [row.seq for row in log.rows] != list(range(log.floor + 1, log.head + 1)):
            yield f"{on} has holes"
    given: dict[tuple[str, str, int], str] = {}
    for entry in seen.entries:
        if isinstance(entry, Began | Answered | Applied):
            log = seen.final[entry.on]
            if entry.epoch != log.epoch and not seen.is_restored(entry.on, entry.epoch):
                yield f"{entry.who} was told another epoch of {entry.on}"
        if isinstance(entry, Answered) and given.setdefault((entry.on, entry.epoch, entry.seq), entry.key) != entry.key:
            yield f"{entry.on} {entry.seq} was given twice"


def c11_staleness(seen: Seen, bounds: Bounds) -> Iterator[str]:
    answers: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for each in seen.answered:
        answers[each.on].append((each.t, each.seq))
    disturbed = Windows([(e.t, e.until + bounds.healed) for e in seen.entries if isinstance(e, Fault)])
    for who, on, since, until, base, applied in connected(seen.entries):
        due = answers[on]
        for t, seq in due[bisect_left(due, (since, 0)) :]:
            if t + bounds.stale > until:
                break
            late = applied.get(seq, until + bounds.stale) > t + bounds.stale
            if late and seq >= base and not disturbed.touch(t, t + bounds.stale):
                yield f"{who} has {on} {seq} more than {bounds.stale} s after it was answered"


def c12_flags(seen: Seen, _: Bounds) -> Iterator[str]:
    own: set[tuple[str, str, int]] = set()
    for entry in seen.entries:
        if isinstance(entry, Flagged):
            own.add((entry.who, entry.on, entry.target))
        elif isinstance(entry, Told) and (entry.who, entry.on, entry.target) not in own:
            yield f"{entry.who} is told of somebody else's flag on {entry.on} {entry.target}"


CHECKS: tuple[Callable[[Seen, Bounds], Iterator[str]], ...] = (
    c1_no_loss, c2_no_phantom, c3_once, c4_agreement, c5_contiguous, c6_complete, c7_real_time, c8_sender_order,
    c9_access, c10_epoch, c11_staleness, c12_flags,
)  # fmt: skip


class Windows:
    """Spans of time, merged where they overlap."""

    def __init__(self, spans: list[tuple[float, float]]) -> None:
        self.starts: list[float] = []
        self.ends: list[float] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def touch(self, start: float, end: float) -> bool:
        at = bisect_left(self.ends, start)
        return at < len(self.ends) and self.starts[at] <= end


class Span(NamedTuple):
    """While ``who`` followed ``on`` without a break. ``applied``: when they had each seq, over all spans."""

    who: str
    on: str
    since: float
    until: float
    base: int
    applied: dict[int, float]


def connected(entries: list[Entry]) -> Iterator[Span]:
    open_: dict[tuple[str, str], Began] = {}
    applied: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)

    def end(key: tuple[str, str], t: float) -> Iterator[Span]:
        began = open_.pop(key, None)
        if began is not None:
            yield Span(*key, began.t, t, began.base, applied[key])

    spans: list[Span] = []
    for entry in entries:
        match entry:
            case Began():
                spans += end((entry.who, entry.on), entry.t)
                open_[entry.who, entry.on] = entry
            case Applied():
                applied[entry.who, entry.on].setdefault(entry.seq, entry.t)
            case Closed():
                for key in [key for key, began in open_.items() if key[0] == entry.who and began.conn == entry.conn]:
                    spans += end(key, entry.t)
            case Left():
                spans += end((entry.who, entry.on), entry.asked)
            case Reset():
                spans += end((entry.who, entry.on), entry.t)
            case _:
                pass
    last = entries[-1].t if entries else 0.0
    for key in list(open_):
        spans += end(key, last)
    yield from spans
