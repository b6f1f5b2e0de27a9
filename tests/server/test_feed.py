"""A feed under every order of arrival: each reader is told every event once, in order, or is told to begin anew."""

import re
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.broker import Prepared
from server.feed import Feed, Watch

EPOCH = "epoch---"
FULL, BARE = b"full %d.", b"bare %d."


def event(seq: int, *, target: int | None = None, ends: str | None = None) -> Prepared:
    return Prepared(
        "circle/x", EPOCH, seq, FULL % seq, None if target is None else BARE % seq, target, ends, target or 0
    )


class Reader:
    """What one connection does with a watch, and what it has been told."""

    def __init__(self, feed: Feed, base: int, cursor: int, participant: str) -> None:
        self.told: list[bytes] = []
        self.over = False
        self.stuck = False
        self.watch = Watch(self, feed, base=base, cursor=cursor, participant=participant)
        self.first = cursor + 1
        feed.add(self.watch)

    def direct(self) -> Callable[[bytes], None]:
        return lambda frames: self.told.extend(frames.rstrip(b".").split(b"."))

    def behind(self) -> None:
        """It catches up when the test says so."""

    def ready(self) -> bool:
        return not self.over

    def ended(self, watch: Watch, reason: str) -> None:
        self.over = True

    def catches_up(self, log: list[Prepared]) -> None:
        """From the ring where it reaches, else from the log, which stands for the database."""
        feed, watch = self.watch.feed, self.watch
        while not self.over and not watch.live and watch not in feed.waiting:
            missed = feed.since(watch.cursor)
            if missed is None:
                missed = [each for each in log if watch.cursor < each.seq <= feed.delivered]
            frames, ended = watch.take(missed, most=20)
            self.told += [b"%s %d" % (kind, int(seq)) for kind, seq in re.findall(rb"(full|bare) (\d+)\.", frames)]
            if ended:
                feed.remove(watch)
                self.over = True
            else:
                feed.go_live(watch)


class Arrivals(RuleBasedStateMachine):
    """``log`` is the truth; arrivals are lost, doubled and late as they please."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Prepared] = []
        self.feed = Feed("circle/x", self.missing)
        self.feed.epoch, self.feed.delivered = EPOCH, 0
        self.readers: list[Reader] = []
        self.wanted = 0
        self.read: list[Prepared] = []
        self.as_of: dict[int, int] = {}
        """How far the log was read when an event was read back from it with the words of then."""

    def missing(self, _feed: Feed, upto: int) -> None:
        self.wanted = max(self.wanted, upto)

    @rule(about=st.none() | st.integers(1, 5), arrives=st.booleans())
    def something_happens(self, about: int | None, arrives: bool) -> None:
        seq = len(self.log) + 1
        target = seq - about if about is not None and seq > about else None
        self.log.append(event(seq, target=target))
        if arrives:
            self.feed.arrived([self.log[-1]])

    @precondition(lambda self: self.log)
    @rule(data=st.data())
    def something_arrives_again_or_late(self, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(self.log) - 1))
        self.feed.arrived(self.log[start : start + data.draw(st.integers(1, 6))])

    @precondition(lambda self: self.wanted > self.feed.delivered)
    @rule()
    def the_gap_is_read(self) -> None:
        for each in self.log[self.feed.delivered : self.wanted]:
            self.feed.push(each)

    @precondition(lambda self: self.log)
    @rule(count=st.integers(1, 8))
    def the_newest_are_read(self, count: int) -> None:
        self.read = self.log[-count:]

    @precondition(lambda self: self.read)
    @rule()
    def the_newest_that_were_read_are_remembered(self) -> None:
        before = {kept.seq for kept in self.feed.ring}
        self.feed.remember(self.read)
        self.as_of |= {kept.seq: self.read[-1].seq for kept in self.feed.ring if kept.seq not in before}
        assert before <= {kept.seq for kept in self.feed.ring}

    @invariant()
    def what_is_kept_for_resuming_has_no_gaps(self) -> None:
        seqs = [kept.seq for kept in self.feed.ring]
        assert seqs == list(range(self.feed.delivered + 1 - len(seqs), self.feed.delivered + 1))

    @rule(data=st.data())
    def somebody_comes(self, data: st.DataObject) -> None:
        base = data.draw(st.integers(1, len(self.log) + 1))
        cursor = data.draw(st.integers(base - 1, len(self.log)))
        self.readers.append(Reader(self.feed, base, cursor, f"p{len(self.readers)}"))

    @precondition(lambda self: self.readers)
    @rule(data=st.data())
    def somebody_stops_taking(self, data: st.DataObject) -> None:
        self.feed.fall_behind(data.draw(st.sampled_from(self.readers)).watch)

    @precondition(lambda self: self.readers)
    @rule(data=st.data())
    def somebody_catches_up(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.readers)).catches_up(self.log)

    @precondition(lambda self: any(not reader.over for reader in self.readers))
    @rule(data=st.data())
    def somebody_leaves(self, data: st.DataObject) -> None:
        reader = data.draw(st.sampled_from([each for each in self.readers if not each.over]))
        seq = len(self.log) + 1
        self.log.append(event(seq, ends=reader.watch.participant))
        self.feed.arrived([self.log[-1]])

    @invariant()
    def everybody_was_told_everything_once_and_in_order(self) -> None:
        for reader in self.readers:
            seqs = [int(told.split()[1]) for told in reader.told]
            assert seqs == list(range(reader.first, reader.first + len(seqs)))
            if reader.watch.live:
                assert reader.first + len(seqs) - 1 == self.feed.delivered

    @invariant()
    def nobody_is_told_about_messages_from_before_their_time(self) -> None:
        for reader in self.readers:
            for told in reader.told:
                about = self.log[int(told.split()[1]) - 1].target
                assert told.startswith(b"bare") == (about is not None and about < reader.watch.base)

    @invariant()
    def what_is_kept_for_resuming_holds_no_words_that_were_changed(self) -> None:
        for kept in self.feed.ring:
            since = {each.target for each in self.log[self.as_of.get(kept.seq, kept.seq) : self.feed.delivered]}
            assert kept.seq not in since
            # An edit, say, that was followed by another, or by the words being taken back.
            assert kept.target is None or kept.target not in since

    def teardown(self) -> None:
        """After quiet, everybody who stayed has everything."""
        self.wanted = len(self.log)
        for each in self.log[self.feed.delivered :]:
            self.feed.push(each)
        for reader in self.readers:
            reader.catches_up(self.log)
            if reader.over:
                assert self.log[reader.first + len(reader.told) - 2].ends == reader.watch.participant
            else:
                assert reader.first + len(reader.told) - 1 == len(self.log)


TestArrivals = Arrivals.TestCase
TestArrivals.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
