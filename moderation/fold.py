"""When flags fold a message: who is a witness, how many are needed, and which flags count. Pure.

Ages are milliseconds. Everything about a witness is judged as of the moment the message was posted, so that neither
waiting nor the order of flags changes what a flag counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import count
from math import isqrt
from typing import NamedTuple

from rooms.work import Refusal


class Standing(IntEnum):
    """What one flag counts towards a fold; only what is above 0 counts."""

    ASKS = -1
    """Of a witness whose flags do not count now: hides for them and asks for a look."""
    NONE = 0
    """Of somebody who is no witness: hides for them, and nothing more."""
    PRESENT = 1
    """A young identity that had been in the circle for a while: counts, as far as its invite and network allow."""
    ESTABLISHED = 2


class Origin(NamedTuple):
    """How a young identity came in, as marks that can only be compared within one message; None is unknown."""

    invite: bytes | None = None
    network: bytes | None = None


class Bars(NamedTuple):
    """Latest moments at which somebody must have been made, or have entered, to be a witness of one message."""

    made: int
    entered: int


def capped(age: int, server_age: int) -> int:
    """An age as asked of people on a young server: never more than half of the server's own."""
    return min(age, max(server_age, 0) // 2)


def bars(*, posted_at: int, server_since: int, established_age: int, established_presence: int) -> Bars:
    """``server_since`` is when the first person came to this server."""
    server_age = posted_at - server_since
    return Bars(
        made=posted_at - capped(established_age, server_age),
        entered=posted_at - capped(established_presence, server_age),
    )


def standing(bars: Bars, *, made_at: int, entered_at: int | None) -> Standing:
    """Of somebody whose entry interval, begun at ``entered_at``, holds the message; None where they only read back."""
    if entered_at is None:
        return Standing.NONE
    if made_at <= bars.made:
        return Standing.ESTABLISHED
    return Standing.PRESENT if entered_at <= bars.entered else Standing.NONE


def weighed(standing: Standing, *, other_cases: int, most: int) -> Standing:
    """One identity counts towards folding the same author in at most ``most`` cases a day, whoever the others are."""
    return standing if standing is Standing.NONE or other_cases < most else Standing.ASKS


def quieted(standing: Standing) -> Standing:
    """Of somebody with quiet flags: hides and asks for a look, and counts for nothing."""
    return standing if standing is Standing.NONE else Standing.ASKS


def threshold(witnesses: int) -> int:
    """c(A): how many counted flags fold a message that ``witnesses`` people could flag; at least 2."""
    root = isqrt(witnesses)
    ceiling = root if root * root == witnesses else root + 1
    # The ceiling of half the square root, in whole numbers: half of the root's own ceiling, rounded up.
    return max(2, (ceiling + 1) // 2)


def counted(flags: Iterable[tuple[Standing, Origin]], needed: int) -> int:
    """How many of the flags, each by somebody else, count; no further than to ``needed``.

    At most half of ``needed`` (but never fewer than one) may be young identities that came by one invite or from one
    network. The most that this allows is taken, so the order of flags does not matter and no flag lowers the count.
    """
    flags = list(flags)
    free = sum(each is Standing.ESTABLISHED for each, _ in flags)
    if free >= needed:
        return needed
    young = [origin for each, origin in flags if each is Standing.PRESENT]
    return free + _most(young, cap=max(1, needed // 2), enough=needed - free)


def may_flag(*, own: bool, already: bool) -> None:
    """Of a message the asker may read."""
    if own:
        raise Refusal("flag.own_words")
    if already:
        raise Refusal("flag.already")


def beginnings(own: Iterable[int], *, most: int, within: int) -> list[int]:
    """Times of the asker's flags on one author, of which each begins a part of their budget: a part takes ``most``
    flags, and for as long as ``within``.

    It depends on the asker's own flags alone: cases are shared, and what a flag costs must not tell of others' flags.
    """
    begun: list[int] = []
    taken = 0
    for at in sorted(own):
        if not begun or at >= begun[-1] + within or taken == most:
            begun.append(at)
            taken = 0
        taken += 1
    return begun


def may_open_another(flagged_at: Sequence[int], *, now: int, most: int, within: int) -> None:
    """``flagged_at`` are `beginnings`, of all authors; at most ``most`` may be younger than ``within``."""
    recent = sorted(at for at in flagged_at if at > now - within)
    if len(recent) >= most:
        raise Refusal("flag.budget", retry_after=recent[len(recent) - most] + within - now)


Node = tuple[str, bytes | int]


def _most(origins: Sequence[Origin], *, cap: int, enough: int) -> int:
    """The most origins, up to ``enough``, that can be taken with no invite and no network more than ``cap`` times.

    A maximum flow: from each invite to each network runs as much as there are origins with both, and no more than
    ``cap`` passes through either. An unknown one shares nothing with another unknown one.
    """
    fresh = count()
    source: Node = ("source", 0)
    sink: Node = ("sink", 0)
    room: dict[Node, dict[Node, int]] = {source: {}, sink: {}}
    for origin in origins:
        invite: Node = ("invite", next(fresh) if origin.invite is None else origin.invite)
        network: Node = ("network", next(fresh) if origin.network is None else origin.network)
        for start, end, more in ((source, invite, 0), (invite, network, 1), (network, sink, 0)):
            room.setdefault(start, {}).setdefault(end, 0)
            room.setdefault(end, {}).setdefault(start, 0)
            room[start][end] += more
        room[source][invite] = room[network][sink] = cap
    taken = 0
    while taken < enough and (path := _path(room, source, sink)):
        for start, end in path:
            room[start][end] -= 1
            room[end][start] += 1
        taken += 1
    return taken


def _path(room: Mapping[Node, Mapping[Node, int]], source: Node, sink: Node) -> list[tuple[Node, Node]]:
    """The steps of a shortest way with room on each; empty where there is none."""
    came: dict[Node, Node] = {source: source}
    waiting = [source]
    for node in waiting:
        for following, left in room[node].items():
            if left > 0 and following not in came:
                came[following] = node
                waiting.append(following)
    if sink not in came:
        return []
    steps = []
    node = sink
    while node != source:
        steps.append((came[node], node))
        node = came[node]
    return steps
