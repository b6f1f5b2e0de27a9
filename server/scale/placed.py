"""What each process has to do once the sockets of a world lie on so many processes."""

from bisect import bisect_left
from itertools import accumulate, pairwise
from typing import Final, Literal

from server.redis.parcels import PARTITIONS
from server.scale.world import World

By = Literal["connection", "circle"]
"""`connection`: a socket lies anywhere, as a balancer without knowledge deals them. `circle`: where its circle lies."""
FIRST: Final = 0x9E3779B1
SECOND: Final = 0x85EBCA6B


class Dealt:
    """A world's seats of those online, in the order in which they are cut into processes; made once for all cuts."""

    def __init__(self, world: World, by: By, partitions: int = PARTITIONS) -> None:
        self.world = world
        self.by = by
        seats = [(p.where if by == "connection" else world.where[c], p, c) for p in world.online for c in p.circles]
        seats.sort(key=lambda seat: seat[0])
        self.keys = [where for where, _, _ in seats]
        self.people = [person.number for _, person, _ in seats]
        self.circles = [circle for _, _, circle in seats]
        self.partitions = partitions
        self.ears = [spread(circle, FIRST) % partitions for circle in self.circles]
        """The partition of each seat's circle, and of each seat's person."""
        self.own_ears = [spread(person, SECOND) % partitions for person in self.people]
        shares = [world.each_says / len(person.circles) for _, person, _ in seats]
        heard = [world.said[circle] for circle in self.circles]
        whispers = world.wanted.whispers
        shown = [said * whispers / len(person.circles) for said, (_, person, _) in zip(heard, seats, strict=True)]
        self.says, self.hears, self.sees = (list(accumulate(each, initial=0.0)) for each in (shares, heard, shown))
        self.load = [0.0] * partitions
        """Messages a second in each partition."""
        for circle, said in enumerate(world.said):
            self.load[spread(circle, FIRST) % partitions] += said * (1 + whispers)


class Placed:
    """Lists by process; rates are a second. Costs nothing of Redis where there is one process or circles lie whole."""

    def __init__(self, dealt: Dealt, processes: int) -> None:
        self.processes = processes
        cuts = [bisect_left(dealt.keys, number / processes) for number in range(processes)] + [len(dealt.keys)]
        slices = [slice(start, end) for start, end in pairwise(cuts)]
        self.posts = [dealt.says[each.stop] - dealt.says[each.start] for each in slices]
        self.deliveries = [dealt.hears[each.stop] - dealt.hears[each.start] for each in slices]
        """Events written to sockets."""
        self.whispered = [dealt.sees[each.stop] - dealt.sees[each.start] for each in slices]
        """Signs of writing written to sockets."""
        self.sockets = [len(set(dealt.people[each])) for each in slices]
        """As many logs of people are followed."""
        self.followed = [len(set(dealt.circles[each])) for each in slices]
        """Circles that somebody on it follows."""
        self.published = [0.0] * processes
        self.received = [0.0] * processes
        """Messages of other processes that come through Redis, whether somebody is there for them or not."""
        self.passed = 0.0
        """Copies that Redis hands out."""
        if processes > 1 and dealt.by == "connection":
            for at, each in enumerate(slices):
                self.published[at] = self.posts[at] * (1 + dealt.world.wanted.whispers)
                heard = sum(dealt.load[ear] for ear in {*dealt.ears[each], *dealt.own_ears[each]})
                self.passed += heard
                self.received[at] = max(0.0, heard - self.published[at])


def spread(number: int, factor: int) -> int:
    """A number that looks drawn by chance, always the same for the same."""
    mixed = (number + 1) * factor & 0xFFFFFFFF
    return (mixed ^ mixed >> 15) * SECOND >> 7 & 0xFFFFFF
