"""Random walks of a `World`: people, connections, servers and clocks do anything, now and then what fits."""

from collections.abc import Callable
from random import Random

from rooms.limits import Limits
from rooms.round_events import (
    Ask,
    Back,
    Begin,
    Close,
    ComeBack,
    Gone,
    Join,
    LayDown,
    Left,
    Listen,
    Offer,
    Pass,
    Present,
    Share,
    Sign,
    StepOut,
)
from rooms.units import HOUR, MINUTE, SECOND
from tests.rooms.round_world import LIMITS, PEOPLE, Taken, World

Judge = Callable[[World, Taken], None]
WAITS = (SECOND, 10 * SECOND, 25 * SECOND, 50 * SECOND, MINUTE, 3 * MINUTE, 6 * MINUTE)


class Walk:
    """Each act is one that anybody could try; the moods decide how often each is."""

    def __init__(self, rng: Random, judge: Judge, *, mirrored: bool = True, limits: Limits = LIMITS) -> None:
        self.rng = rng
        self.world = World(judge, mirrored=mirrored, limits=limits)
        self.lively = rng.random()
        """How often people speak and pass, rather than fall silent."""
        self.restless = rng.random() ** 2
        """How often connections, servers and clocks go wrong."""
        self.old: list[tuple[str, int]] = [("old", 1)]

    def step(self) -> None:
        rng, world = self.rng, self.world
        if world.book.phase == "over" and rng.random() < 0.5:
            self.offer()
        elif rng.random() < self.lively * 0.6:
            self.onward()
        elif rng.random() < self.restless:
            self.trouble()
        else:
            rng.choice(
                (
                    self.anybody,
                    self.anybody,
                    self.stale,
                    self.joins,
                    self.leaves,
                    self.wait,
                    self.words,
                    self.many_wishes,
                    self.holds,
                )
            )()

    # --- what fits

    def offer(self) -> None:
        world, rng = self.world, self.rng
        self.old.append((world.book.id or "old", rng.randrange(1, 4)))
        world.rounds += 1
        by = rng.choice(PEOPLE)
        world.take(Offer(f"round-{world.rounds}", by, joins=rng.random() < 0.9, talk=rng.random() < 0.3))
        if rng.random() < 0.1:
            for who in PEOPLE:
                world.take(Join(world.book.id, who))

    def onward(self) -> None:
        world, rng, book = self.world, self.rng, self.world.book
        if book.phase == "gathering":
            if len(book.order) < rng.randrange(2, 8):
                self.joins()
            else:
                world.take(Begin(book.id, rng.choice((book.by, *book.order))))
        elif book.turn is not None:
            turn = book.turn
            act = rng.random()
            if act < 0.35:
                world.take(Share(turn.who))
            elif act < 0.75:
                world.take(Pass(book.id, turn.who, turn.turn, silent=rng.random() < 0.3))
            elif act < 0.9:
                world.take(ComeBack(book.id, turn.who, turn.turn))
            else:
                world.take(Sign(book.id, turn.who, turn.turn))
        elif rng.random() < 0.5:
            self.anybody()
        else:
            self.wait()

    def joins(self) -> None:
        world, rng = self.world, self.rng
        inside = frozenset(PEOPLE[: rng.randrange(2, 7)]) if rng.random() < 0.5 else frozenset()
        kind = Join if rng.random() < 0.8 else Listen
        world.take(kind(world.book.id, rng.choice(PEOPLE), inside))

    # --- what goes wrong

    def trouble(self) -> None:
        world, rng = self.world, self.rng
        act = rng.random()
        if act < 0.25:
            self.flaps()
        elif act < 0.4:
            self.pocket()
        elif act < 0.5:
            world.take(Present(frozenset(who for who in PEOPLE if rng.random() < 0.6)))
        elif act < 0.6:
            # A server starts: first nobody is there.
            world.take(Present(frozenset()))
            world.wait(rng.choice(WAITS[:4]))
            world.take(Present(frozenset(PEOPLE)))
        elif act < 0.8:
            world.sleep(rng.choice((3 * SECOND, 9 * SECOND, 30 * SECOND, 2 * MINUTE, 8 * MINUTE, HOUR)))
        elif act < 0.9:
            world.set_back(rng.choice((SECOND, MINUTE, HOUR)))
        else:
            self.stale()

    def flaps(self) -> None:
        """Somebody's connection, the holder's above all."""
        world, rng, turn = self.world, self.rng, self.world.book.turn
        who = turn.who if turn is not None and rng.random() < 0.7 else rng.choice(PEOPLE)
        if who in world.book.away and rng.random() < 0.8:
            world.take(Back(who))
        else:
            world.take(Gone(who, world.now - rng.choice((0, 0, 2 * SECOND))))
            if rng.random() < 0.7:
                world.wait(rng.choice((SECOND, 30 * SECOND, 59 * SECOND, MINUTE, 2 * MINUTE)))
                world.take(Back(who))

    def pocket(self) -> None:
        """The holder's screen comes and goes by itself, and nobody looks at it."""
        world, rng, turn = self.world, self.rng, self.world.book.turn
        if turn is None:
            return
        if turn.who not in world.book.away and rng.random() < 0.7:
            world.wait(max(0, turn.sign + world.limits.piece_quiet - world.now - rng.randrange(1, 70) * SECOND))
        for _ in range(rng.randrange(1, 12)):
            world.take(Gone(turn.who, world.now))
            world.wait(rng.choice((15 * SECOND, 50 * SECOND)))
            world.take(Back(turn.who))
            world.wait(rng.choice((SECOND, 5 * SECOND, 20 * SECOND)))

    def many_wishes(self) -> None:
        """Several want the same, one after the other, and some leave after that."""
        world, rng, book = self.world, self.rng, self.world.book
        kind = rng.choice((Ask, LayDown))
        for who in rng.sample(PEOPLE, rng.randrange(2, 5)):
            world.take(kind(book.id, who))
            if rng.random() < 0.2:
                world.take(Left(who))
            elif rng.random() < 0.3 and world.book.turn is not None:
                for _ in range(rng.randrange(1, 4)):
                    turn = world.book.turn
                    if turn is not None:
                        world.take(Share(turn.who))
                        world.wait(rng.choice((MINUTE, 2 * MINUTE)))

    def holds(self) -> None:
        """Two have the holder asked, who gives signs for very long; some ask again."""
        world, rng, turn = self.world, self.rng, self.world.book.turn
        if turn is None:
            return
        for _ in range(rng.randrange(1, 12)):
            world.take(Sign(world.book.id, turn.who, turn.turn))
            world.wait(rng.choice((MINUTE, 3 * MINUTE)))
            for who in rng.sample([each for each in PEOPLE if each != turn.who], 2):
                world.take(Ask(world.book.id, who))

    def leaves(self) -> None:
        world, rng = self.world, self.rng
        if rng.random() < 0.5:
            world.take(Left(rng.choice(PEOPLE)))
        else:
            world.take(StepOut(world.book.id, rng.choice(PEOPLE)))

    def stale(self) -> None:
        """Something meant for another round, an earlier or later turn, or said by somebody else."""
        world, rng, book = self.world, self.rng, self.world.book
        round_, turn = rng.choice(self.old)
        if rng.random() < 0.6:
            round_, turn = book.id, rng.choice((max(book.turns, default=1), rng.randrange(1, 6)))
        by = rng.choice(PEOPLE)
        mine = [each for each, who in book.turns.items() if book.turn is not None and who == book.turn.who]
        if mine and rng.random() < 0.5:
            # A second press of what was pressed in an earlier turn.
            round_, by, turn = book.id, book.turns[mine[0]], mine[0]
        world.take(
            rng.choice((Pass(round_, by, turn), ComeBack(round_, by, turn), Sign(round_, by, turn), StepOut("x", by)))
        )

    def anybody(self) -> None:
        world, rng, book = self.world, self.rng, self.world.book
        by = rng.choice(PEOPLE)
        act = rng.random()
        if act < 0.01:
            world.take(Close())
        elif act < 0.15:
            world.take(Offer("another", by))
        elif act < 0.3:
            world.take(Begin(book.id, by))
        elif act < 0.5:
            world.take(LayDown(book.id, by))
        elif act < 0.7:
            world.take(Ask(book.id, by))
        else:
            if book.turn is not None:
                world.take(Sign(book.id, book.turn.who, book.turn.turn))
                world.wait(rng.choice(WAITS[-3:]))
            for who in rng.sample(PEOPLE, 2):
                world.take(Ask(book.id, who))
                world.wait(rng.choice(WAITS[:2]))

    def words(self) -> None:
        self.world.take(Share(self.rng.choice(PEOPLE)))

    def wait(self) -> None:
        self.world.wait(self.rng.choice(WAITS))

    def settle(self) -> None:
        """Nobody does anything any more; what then happens by itself has an end."""
        world, limits = self.world, self.world.limits
        turns = 2 * len(world.book.order) + 1
        each = limits.piece_quiet + limits.piece_wait
        world.wait(limits.round_gather + limits.round_talk + turns * each)
        assert world.book.phase == "over"


def walked(seed: int, judge: Judge, *, steps: int = 45, mirrored: bool = True, settles: bool = True) -> World:
    walk = Walk(Random(seed), judge, mirrored=mirrored)
    for _ in range(steps):
        walk.step()
    if settles:
        walk.settle()
    return walk.world
