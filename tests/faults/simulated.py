"""Histories as a server that keeps its promises would leave them, made up at random. For testing the checker."""

import random
from dataclasses import dataclass, field

from tests.faults.history import (
    QUIET,
    Answered,
    Applied,
    Asked,
    Began,
    Closed,
    Entered,
    Fault,
    FinalLog,
    FinalRead,
    Flagged,
    Heard,
    History,
    Left,
    Opened,
    Pressed,
    Refused,
    Row,
    Told,
    Unsure,
)


@dataclass(slots=True)
class Person:
    name: str
    conn: int = 0
    """0 while away."""
    inside: dict[str, int] = field(default_factory=dict)
    """Base by circle."""
    cursor: dict[str, int] = field(default_factory=dict)
    following: set[str] = field(default_factory=set)
    unsure: list[Pressed] = field(default_factory=list)


class Simulation:
    """``history()`` plays ``steps`` random moves of some people in some circles, heals, and returns what they saw."""

    def __init__(self, seed: int, *, people: int = 5, circles: int = 2, steps: int = 120) -> None:
        self.random = random.Random(seed)
        self.made = History()
        self.t = 100.0
        self.steps = steps
        self.conns = 0
        self.keys = 0
        self.logs = {f"circle/{number}": FinalLog(f"epoch{number}", 0, 0, []) for number in range(circles)}
        self.people = [Person(f"person{number}") for number in range(people)]

    def history(self) -> History:
        for each in self.people:
            self.connect(each)
            for on in self.logs:
                self.enter(each, on)
        moves = (self.post, self.post, self.post, self.gesture, self.away, self.come_or_go, self.flag, self.fault)
        for number in range(self.steps):
            self.t += self.random.uniform(0.001, 0.1)
            self.random.choice(moves)(self.random.choice(self.people))
            for each in self.people:
                if number % 8 == 0 or self.random.random() < 0.5:
                    self.deliver(each)
        self.heal()
        return self.made

    def heal(self) -> None:
        for each in self.people:
            if not each.conn:
                self.connect(each)
            self.retry(each)
        self.t += 1.0
        for each in self.people:
            self.deliver(each)
        self.t += 9.0
        self.made.note(Unsure(self.t, "nobody", "", ""))
        self.made.final = self.logs
        reader = self.people[0]
        for on, base in reader.inside.items():
            rows = [row for row in self.logs[on].rows if row.seq >= base]
            events = tuple((row.seq, row.key, self.seen(row, base)) for row in rows)
            self.made.reads.append(FinalRead("fresh", on, self.logs[on].epoch, base, events))

    # --- moves

    def post(self, who: Person) -> None:
        if not who.inside:
            return
        self.keys += 1
        on = self.random.choice(sorted(who.inside))
        pressed = Pressed(self.t, who.name, on, f"key{self.keys}", self.random.getrandbits(50) | 1)
        self.made.note(pressed)
        fate = self.random.random()
        if who.conn and not who.unsure and fate < 0.05:
            self.made.note(Refused(self.t, who.name, on, pressed.key, "circle.resting"))
        elif who.conn and not who.unsure and fate < 0.85:
            self.answer(pressed, self.keep(pressed), dup=False)
        else:
            if fate > 0.9 and not who.unsure:
                self.keep(pressed)
            who.unsure.append(pressed)
            self.made.note(Unsure(self.t, who.name, on, pressed.key))

    def gesture(self, who: Person) -> None:
        for on, base in who.inside.items():
            targets = [row.seq for row in self.logs[on].rows if row.key is not None and row.seq >= base]
            if targets:
                self.append(on, None, None, target=self.random.choice(targets))

    def away(self, who: Person) -> None:
        if not who.conn:
            self.connect(who)
            self.retry(who)
        elif self.random.random() < 0.5:
            self.made.note(Closed(self.t, who.name, who.conn, 1006))
            who.conn = 0
            who.following.clear()

    def come_or_go(self, who: Person) -> None:
        if not who.conn or who.unsure or self.random.random() < 0.6:
            return
        on = self.random.choice(sorted(self.logs))
        if on not in who.inside:
            self.enter(who, on)
        elif who is not self.people[0]:
            self.deliver(who)
            last = self.append(on, None, None)
            who.following.discard(on)
            del who.inside[on], who.cursor[on]
            self.made.note(Left(self.t, who.name, on, last, self.t))

    def flag(self, who: Person) -> None:
        for on, base in who.inside.items():
            if who.conn and self.logs[on].head > base:
                self.made.note(Flagged(self.t, who.name, on, base))
                self.made.note(Told(self.t, who.name, on, base))

    def fault(self, _who: Person) -> None:
        if self.random.random() < 0.04:
            self.made.note(Fault(self.t, self.t + 0.5, "kill"))

    # --- what moves are made of

    def connect(self, who: Person) -> None:
        self.conns += 1
        who.conn = self.conns
        self.made.note(Opened(self.t, who.name, who.conn, "one"))
        for on in sorted(who.inside):
            self.follow(who, on)

    def enter(self, who: Person, on: str) -> None:
        asked = self.t
        base = self.append(on, None, None)
        who.inside[on] = base
        self.made.note(Entered(self.t, who.name, on, base, asked))
        self.follow(who, on)

    def follow(self, who: Person, on: str) -> None:
        log, base = self.logs[on], who.inside[on]
        had = who.cursor.get(on)
        start = base if had is None else had + 1
        self.made.note(Asked(self.t, who.name, who.conn, on))
        self.made.note(Began(self.t, who.name, who.conn, on, log.epoch, base, start, log.head, had is not None))
        who.cursor[on] = start - 1
        who.following.add(on)

    def retry(self, who: Person) -> None:
        for pressed in who.unsure:
            kept = [row.seq for row in self.logs[pressed.on].rows if row.key == pressed.key]
            self.answer(pressed, kept[0] if kept else self.keep(pressed), dup=bool(kept))
        who.unsure.clear()

    def keep(self, pressed: Pressed) -> int:
        return self.append(pressed.on, pressed.key, pressed.words)

    def answer(self, pressed: Pressed, seq: int, *, dup: bool) -> None:
        epoch = self.logs[pressed.on].epoch
        self.made.note(Answered(self.t, pressed.who, pressed.on, pressed.key, epoch, seq, dup))

    def append(self, on: str, key: str | None, words: int | None, target: int | None = None) -> int:
        log = self.logs[on]
        log.head += 1
        log.rows.append(Row(log.head, key, words, self.random.getrandbits(50) | 1, target))
        return log.head

    def deliver(self, who: Person) -> None:
        for on in sorted(who.following):
            log = self.logs[on]
            for row in log.rows[who.cursor[on] :]:
                print_ = self.seen(row, who.inside[on])
                self.made.note(Heard(self.t, who.name, who.conn, on, log.epoch, row.seq, row.key, print_))
                self.made.note(Applied(self.t, who.name, on, log.epoch, row.seq, row.key, print_))
            who.cursor[on] = log.head

    @staticmethod
    def seen(row: Row, base: int) -> int:
        return QUIET if row.target is not None and row.target < base else row.print
