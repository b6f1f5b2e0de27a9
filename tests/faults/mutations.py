"""Fourteen ways to break a valid history, each at a random place where it really breaks something."""

import random
from collections.abc import Callable
from copy import deepcopy

from tests.faults.checker import Bounds
from tests.faults.history import (
    QUIET,
    Answered,
    Applied,
    Asked,
    Began,
    Entry,
    Fault,
    Heard,
    History,
    Left,
    Pressed,
    Refused,
    Row,
    Told,
)

Mutation = Callable[[History, random.Random], bool]
"""Breaks the history in place; False where it has no place for this."""


def drop_an_acked_row(history: History, chance: random.Random) -> bool:
    """The row is gone and those after it moved up, so that there is not even a hole."""
    answers = [each for each in history.entries if isinstance(each, Answered)]
    if not answers:
        return False
    lost = chance.choice(answers)
    log = history.final[lost.on]
    kept = [row for row in log.rows if row.key != lost.key]
    log.rows = [row._replace(seq=number) for number, row in enumerate(kept, log.floor + 1)]
    log.head -= 1
    return True


def drop_one_apply(history: History, chance: random.Random) -> bool:
    places = [
        at for at, each in enumerate(history.entries)
        if isinstance(each, Applied) and not any(is_leaving(later, each) for later in history.entries[at:])
    ]  # fmt: skip
    return bool(places) and history.entries.pop(chance.choice(places)) is not None


def double_apply(history: History, chance: random.Random) -> bool:
    at = place(history, chance, lambda each: isinstance(each, Applied))
    if at is None:
        return False
    history.entries.insert(at + 1, history.entries[at])
    return True


def swap_two_seqs(history: History, chance: random.Random) -> bool:
    """Two messages change places in the end."""
    logs = [log for log in history.final.values() if sum(row.key is not None for row in log.rows) > 1]
    answered = {each.key for each in history.entries if isinstance(each, Answered)}
    if not logs:
        return False
    rows = chance.choice(logs).rows
    said = [at for at, row in enumerate(rows) if row.key is not None]
    first, second = chance.sample(said, 2)
    if not {rows[first].key, rows[second].key} & answered:
        return False
    rows[first], rows[second] = rows[second]._replace(seq=rows[first].seq), rows[first]._replace(seq=rows[second].seq)
    return True


def hole(history: History, chance: random.Random) -> bool:
    log = chance.choice(list(history.final.values()))
    if len(log.rows) < 2:
        return False
    log.rows.pop(chance.randrange(len(log.rows)))
    return True


def divergent_body(history: History, chance: random.Random) -> bool:
    at = place(history, chance, lambda each: isinstance(each, Heard | Applied) and each.print != QUIET)
    if at is None:
        return False
    entry = history.entries[at]
    assert isinstance(entry, Heard | Applied)
    history.entries[at] = entry._replace(print=entry.print ^ 2)
    return True


def phantom(history: History, chance: random.Random) -> bool:
    log = chance.choice(list(history.final.values()))
    log.head += 1
    log.rows.append(Row(log.head, "nobody's key", 5, 7, None))
    return True


def failed_but_present(history: History, chance: random.Random) -> bool:
    at = place(history, chance, lambda each: isinstance(each, Answered))
    if at is None:
        return False
    entry = history.entries[at]
    assert isinstance(entry, Answered)
    history.entries[at] = Refused(entry.t, entry.who, entry.on, entry.key, "circle.resting")
    return True


def stale_sync(history: History, chance: random.Random) -> bool:
    """A reading that began after an answer ends before it."""
    newest: dict[str, int] = {}
    places: list[tuple[int, int]] = []
    asked: dict[tuple[str, str], int] = {}
    for at, each in enumerate(history.entries):
        if isinstance(each, Answered):
            newest[each.on] = max(newest.get(each.on, 0), each.seq)
        elif isinstance(each, Asked):
            asked[each.who, each.on] = newest.get(each.on, 0)
        elif isinstance(each, Began) and asked[each.who, each.on] > 0:
            places.append((at, asked[each.who, each.on] - 1))
    if not places:
        return False
    at, head = chance.choice(places)
    entry = history.entries[at]
    assert isinstance(entry, Began)
    history.entries[at] = entry._replace(head=head)
    return True


def seq_reuse(history: History, chance: random.Random) -> bool:
    """Two messages are answered with one place."""
    answers = [at for at, each in enumerate(history.entries) if isinstance(each, Answered)]
    chance.shuffle(answers)
    for one in answers:
        for other in answers:
            first, second = history.entries[one], history.entries[other]
            assert isinstance(first, Answered)
            assert isinstance(second, Answered)
            if first.on == second.on and first.key != second.key:
                history.entries[one] = first._replace(seq=second.seq)
                return True
    return False


def event_after_leave(history: History, chance: random.Random) -> bool:
    """Somebody who has left hears what is said next."""
    for at, each in chance.sample(list(enumerate(history.entries)), len(history.entries)):
        later = [row for row in history.final[each.on].rows if row.seq > each.last] if isinstance(each, Left) else []
        if isinstance(each, Left) and later:
            row, epoch = later[0], history.final[each.on].epoch
            history.entries.insert(at + 1, Heard(each.t, each.who, 0, each.on, epoch, row.seq, row.key, row.print))
            return True
    return False


def flag_leak(history: History, chance: random.Random) -> bool:
    tellings = [at for at, each in enumerate(history.entries) if isinstance(each, Told)]
    if not tellings:
        return False
    at = chance.choice(tellings)
    entry = history.entries[at]
    assert isinstance(entry, Told)
    history.entries.insert(at + 1, entry._replace(who="somebody else"))
    return True


def epoch_flip(history: History, chance: random.Random) -> bool:
    at = place(history, chance, lambda each: isinstance(each, Answered | Applied | Began))
    if at is None:
        return False
    entry = history.entries[at]
    assert isinstance(entry, Answered | Applied | Began)
    history.entries[at] = entry._replace(epoch="another")
    return True


def late_apply(history: History, chance: random.Random) -> bool:
    """Somebody who followed without a break is served long after everybody had their answer."""
    stale = Bounds().stale
    faults = [each for each in history.entries if isinstance(each, Fault)]
    answered = {(each.on, each.seq): each.t for each in history.entries if isinstance(each, Answered)}
    end = history.entries[-1].t
    quiet_from = max((each.until + Bounds().healed for each in faults), default=0.0)
    for at, each in chance.sample(list(enumerate(history.entries)), len(history.entries)):
        if not isinstance(each, Applied) or each.key is None or (each.on, each.seq) not in answered:
            continue
        t = answered[each.on, each.seq]
        stays = all(
            getattr(later, "who", None) != each.who or isinstance(later, Applied | Heard | Pressed | Answered | Told)
            for later in history.entries[at:]
        )
        was_there = any(
            isinstance(e, Began) and (e.who, e.on) == (each.who, each.on) and e.t <= t for e in history.entries[:at]
        )
        span = next(
            (
                e.t
                for e in reversed(history.entries[:at])
                if isinstance(e, Began) and (e.who, e.on) == (each.who, each.on)
            ),
            end,
        )
        if stays and was_there and span <= t and quiet_from < t and t + stale < end:
            history.entries[at] = each._replace(t=t + stale + 0.1)
            return True
    return False


MUTATIONS: dict[Mutation, str] = {
    drop_an_acked_row: "c1_no_loss",
    drop_one_apply: "c5_contiguous or c6_complete",
    double_apply: "c5_contiguous",
    swap_two_seqs: "c1_no_loss",
    hole: "c10_epoch",
    divergent_body: "c4_agreement",
    phantom: "c2_no_phantom",
    failed_but_present: "c2_no_phantom",
    stale_sync: "c7_real_time",
    seq_reuse: "c10_epoch",
    event_after_leave: "c9_access",
    flag_leak: "c12_flags",
    epoch_flip: "c10_epoch",
    late_apply: "c11_staleness",
}
"""Each with the check that must find it, whatever others do."""


def mutated(history: History, mutation: Mutation, chance: random.Random) -> History | None:
    """A broken copy, or None where there was no place for it."""
    copy = History(list(history.entries), deepcopy(history.final), list(history.reads))
    return copy if mutation(copy, chance) else None


def place(history: History, chance: random.Random, fits: Callable[[Entry], bool]) -> int | None:
    places = [at for at, each in enumerate(history.entries) if fits(each)]
    return chance.choice(places) if places else None


def is_leaving(later: Entry, applied: Applied) -> bool:
    return isinstance(later, Left) and (later.who, later.on) == (applied.who, applied.on)
