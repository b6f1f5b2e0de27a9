"""Several circles looked through together, so that the newest comes first; and what is shown of a message found.

Pure: what was read comes in, what to read next and what to answer come out.
"""

from collections.abc import Mapping, Sequence

from rooms import folding
from rooms.wire import Discreet
from rooms.wire_search import Before, FoundMessage, FoundMessages, Mark

FOUND_MOST = 20
AROUND = 70
"""Characters shown before what was found first."""
SHOWN = 240
"""Characters shown in all."""


class Hit(Discreet, frozen=True):
    """A message that holds all the words."""

    seq: int
    at: int
    by: str
    body: str
    carried: bool = False


class Looked(Discreet, frozen=True):
    """What one read has looked through."""

    hits: tuple[Hit, ...]
    """Newest first."""
    names: Mapping[str, str]
    """Of their writers, by participant."""
    low: int
    """Everything from here on has been looked through."""
    at: int | None
    """When the next event before that happened; None where nothing is left."""
    events: int
    characters: int


class Trail:
    """How far one circle has been looked through, and what was found there and is not told yet."""

    def __init__(self, circle: str, before: int, at: int) -> None:
        self.circle = circle
        self.before = before
        self.at: int | None = at
        """Nothing that is yet to be looked at counts as newer than this; None where nothing is left."""
        self._found: list[tuple[int, FoundMessage]] = []

    def take(self, looked: Looked | None, words: Sequence[str]) -> None:
        """Note what a read has found; None ends the trail."""
        if looked is None:
            self.at = None
            self._found.clear()
            return
        # Where the clock was set back, older words seem newer: they count as old as what stands after them.
        upto = self.at or 0
        for hit in looked.hits:
            upto = min(upto, hit.at)
            self._found.append((upto, _found(self.circle, hit, looked.names.get(hit.by, ""), words)))
        self.before = looked.low
        self.at = None if looked.at is None else min(upto, looked.at)

    @property
    def newest(self) -> int | None:
        """How new the first counts that is found and not told yet."""
        return self._found[0][0] if self._found else None

    def tell(self) -> FoundMessage:
        return self._found.pop(0)[1]

    @property
    def left(self) -> Before | None:
        """From where to go on another time, so that nothing is told twice and nothing left out."""
        if self._found:
            return Before(circle=self.circle, before=self._found[0][1].seq + 1)
        return None if self.at is None else Before(circle=self.circle, before=self.before)


class Trails:
    """Several circles looked through together, so that the newest comes first."""

    def __init__(self, trails: Sequence[Trail]) -> None:
        self._trails = trails
        self.found: list[FoundMessage] = []

    def next(self) -> Trail | None:
        """Where to look next; None when all is looked through or enough is found."""
        open_ones = [each for each in self._trails if each.at is not None]
        if not open_ones or len(self.found) >= FOUND_MOST:
            return None
        return max(open_ones, key=lambda each: each.at or 0)

    def tell(self) -> None:
        """Tell what nothing that is yet to be looked at can be newer than."""
        border = max((each.at for each in self._trails if each.at is not None), default=-1)
        while len(self.found) < FOUND_MOST:
            newest = max(self._trails, key=lambda each: -1 if each.newest is None else each.newest, default=None)
            if newest is None or newest.newest is None or newest.newest < border:
                return
            self.found.append(newest.tell())

    def answer(self) -> FoundMessages:
        left = tuple(each.left for each in self._trails if each.left is not None)
        moments = [max(each.at or 0, each.newest or 0) for each in self._trails if each.left is not None]
        return FoundMessages(found=tuple(self.found), further=left, back_to=max(moments, default=None))


def _found(circle: str, hit: Hit, name: str, words: Sequence[str]) -> FoundMessage:
    places = folding.places(hit.body, words)
    low = max(0, places[0][0] - AROUND) if places else 0
    high = min(len(hit.body), low + SHOWN)
    low, high = _at_blanks(hit.body, low, high, places[0] if places else (low, low))
    shown = hit.body[low:high]
    return FoundMessage(
        circle=circle,
        seq=hit.seq,
        by=hit.by,
        name=name,
        carried=hit.carried,
        at=hit.at,
        words=shown,
        marks=tuple(_mark(shown, max(start, low) - low, min(end, high) - low) for start, end in places if start < high),
        more_before=low > 0,
        more_after=high < len(hit.body),
    )


def _at_blanks(body: str, low: int, high: int, kept: tuple[int, int]) -> tuple[int, int]:
    """The borders moved inwards to blanks, where there are some outside of ``kept``."""
    if low > 0:
        blank = next((at for at in range(low, kept[0]) if body[at].isspace()), None)
        low = low if blank is None else blank + 1
    if high < len(body):
        high = next((at for at in range(high - 1, max(kept[1], high - AROUND), -1) if body[at].isspace()), high)
    return low, high


def _mark(shown: str, start: int, end: int) -> Mark:
    """Of a part given in code points."""
    before = len(shown[:start].encode("utf-16-le")) // 2
    return Mark(start=before, end=before + len(shown[start:end].encode("utf-16-le")) // 2)
