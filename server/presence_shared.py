"""Who has a screen open in which circle: counted here, shared on a board, told as diffs that are collapsed.

Each process tells its own comings and goings to everybody, once the board has said whether the participant is also
somewhere else. What was lost on the way, and whoever vanished with a process, each process finds when it refreshes its
entries, and tells to its own screens only.
"""

import asyncio
import heapq
import logging
from collections import deque
from collections.abc import Callable, Iterable

from server.frames import frame
from server.presence_board import Board, BoardSilent, Change, Diff, Place, Waits
from server.protocol import HereDiff, HereFrame, encode
from server.waiting import happens

log = logging.getLogger("server.presence")

AT_ONCE = 100
"""Circles looked at in one go."""
Tell = Callable[[str, bytes], None]
"""Takes an address and a frame that may be lost."""
Answer = asyncio.Future[frozenset[str]]


class SharedPresence:
    """``tell`` reaches the screens in all processes, ``correct`` those in this one."""

    def __init__(self, board: Board, tell: Tell, correct: Tell, waits: Waits) -> None:
        self._board = board
        self._tell = tell
        self._correct = correct
        self._waits = waits
        self._places: dict[str, Place] = {}
        self._due: list[tuple[float, str]] = []
        self._graces: deque[tuple[float, str, str]] = deque()
        self._asked: dict[str, list[Answer]] = {}
        self._stale: deque[str] = deque()
        self._answered: dict[str, frozenset[str]] = {}
        """Lately, about circles without a screen here: who asks is about to come."""
        self._silent = False
        self._complete_at = 0.0
        """The board may be new, and not all processes have renewed their entries before this."""
        self._refresh_at = 0.0
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._refresh_at = self._now() + self._waits.refresh
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Entries on a board that others share are left to end by themselves: clients are about to come back."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.wait([running])
        await self._board.close()

    def came(self, address: str, participant: str) -> None:
        """Called once this screen was told who is `here`."""
        place = self._places.get(address)
        if place is None:
            place = self._places[address] = Place(set(self._answered.pop(address, ())))
        screens = place.screens.get(participant)
        place.screens[participant] = (screens or 0) + 1
        place.grace.pop(participant, None)
        if screens is None:
            place.leaving.discard(participant)
            place.fresh.add(participant)
            self._soon(address, place)

    def went(self, address: str, participant: str) -> None:
        place = self._places.get(address)
        screens = place.screens.get(participant, 0) if place is not None else 0
        if place is None or screens == 0:
            return
        place.screens[participant] = screens - 1
        if screens == 1:
            until = self._now() + self._waits.grace
            place.grace[participant] = until
            self._graces.append((until, address, participant))
            self._wake.set()

    async def here(self, address: str) -> frozenset[str]:
        """Those in their grace count: nobody was told that they went. Answers within 250 ms, whatever the board does."""
        if self._running is None or self._silent:
            return self._here_blind(address)
        try:
            return await self._ask(address, self._waits.answer)
        except TimeoutError:
            return self._here_blind(address)

    async def _ask(self, address: str, within: float) -> frozenset[str]:
        answer: Answer = asyncio.get_running_loop().create_future()
        self._asked.setdefault(address, []).append(answer)
        self._wake.set()
        async with asyncio.timeout(within):
            return await answer

    # --- the one task that speaks with the board

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                if await self._look():
                    await asyncio.sleep(0)
                else:
                    await happens(self._wake, within=self._next_at() - self._now())
            except Exception as bug:
                log.error("presence failed and goes on", exc_info=bug)
                self._refresh_at = self._now() + self._waits.patience
                await asyncio.sleep(self._waits.patience)

    async def _look(self) -> bool:
        """Do what is due, for a hundred circles at most. Returns whether there was anything."""
        self._end_graces()
        refreshed = self._refreshed()
        due = self._now_due()
        asked = {each: self._asked.pop(each) for each in list(self._asked)[:AT_ONCE]}
        changes = [self._places[each].entries(each) for each in refreshed - due]
        changes += [self._places[each].news(each, everything=each in refreshed) for each in due]
        changes += [Change(each) for each in asked.keys() - refreshed - due]
        if not changes:
            return False
        if self._silent and not refreshed:
            self._without_board(changes, asked)
            return True
        try:
            found = await self._board.sync(changes)
        except BoardSilent as silent:
            self._fell_silent(str(silent))
            self._without_board(changes, asked)
            return True
        self._heard()
        for change, people in zip(changes, found, strict=True):
            self._learned(change, people, asked.get(change.address, ()), refresh=change.address in refreshed)
        return True

    def _end_graces(self) -> None:
        now = self._now()
        while self._graces and self._graces[0][0] <= now:
            until, address, participant = self._graces.popleft()
            place = self._places.get(address)
            if place is not None and place.grace.get(participant) == until:
                del place.grace[participant], place.screens[participant]
                place.fresh.discard(participant)
                place.leaving.add(participant)
                self._soon(address, place)

    def _refreshed(self) -> set[str]:
        now = self._now()
        if now >= self._refresh_at:
            self._refresh_at = now + self._waits.refresh
            self._stale = deque(self._places)
            self._answered.clear()
            if not self._places:
                self._silent = False
        some = {self._stale.popleft() for _ in range(min(AT_ONCE, len(self._stale)))}
        return some & self._places.keys()

    def _now_due(self) -> set[str]:
        now = self._now()
        due: set[str] = set()
        while self._due and self._due[0][0] <= now and len(due) < AT_ONCE:
            _, address = heapq.heappop(self._due)
            place = self._places[address]
            place.due = False
            due.add(address)
        return due

    def _learned(self, change: Change, people: frozenset[str], asked: Iterable[Answer], *, refresh: bool) -> None:
        place = self._places.get(change.address)
        if place is not None:
            complete = self._now() >= self._complete_at
            self._say(self._tell, change.address, place.learn(change, people, complete=complete))
            if refresh:
                self._say(self._correct, change.address, place.reconcile(people, complete=complete))
            people = people.union(place.screens, () if complete else place.shown)
            if asked:
                place.promised |= people
            self._told(change, place, self._complete_at)
        elif asked:
            self._answered[change.address] = people
        for answer in asked:
            if not answer.done():
                answer.set_result(people)

    def _without_board(self, changes: Iterable[Change], asked: dict[str, list[Answer]]) -> None:
        for change in changes:
            place = self._places.get(change.address)
            if place is not None:
                self._say(self._tell, change.address, place.put_back(change))
                self._told(change, place, self._refresh_at)
        for address, answers in asked.items():
            for answer in answers:
                if not answer.done():
                    answer.set_result(self._here_blind(address))

    def _told(self, change: Change, place: Place, again_at: float) -> None:
        """Keep the pace. Those whose going could not be told have another turn, not before ``again_at``."""
        if change.staying or change.leaving:
            place.next_at = self._now() + self._waits.every
        if place.leaving:
            place.next_at = max(place.next_at, again_at)
            self._soon(change.address, place)
        elif place.over:
            del self._places[change.address]

    def _say(self, tell: Tell, address: str, diff: Diff) -> None:
        if diff.came or diff.went:
            here = HereDiff(came=tuple(sorted(diff.came)), went=tuple(sorted(diff.went)))
            tell(address, frame(encode(HereFrame(address, here))))

    def _here_blind(self, address: str) -> frozenset[str]:
        place = self._places.get(address)
        if place is None:
            self._answered[address] = frozenset()
            return frozenset()
        return frozenset(place.shown.union(place.screens))

    def _fell_silent(self, cause: str) -> None:
        if not self._silent:
            log.warning("presence knows this process only", extra={"cause": cause})
        self._silent = True
        self._stale.clear()
        self._refresh_at = self._now() + self._waits.patience

    def _heard(self) -> None:
        if self._silent:
            log.info("presence knows all processes")
            self._complete_at = self._now() + self._waits.rebuild
        self._silent = False

    def _soon(self, address: str, place: Place) -> None:
        if not place.due:
            place.due = True
            heapq.heappush(self._due, (max(self._now(), place.next_at), address))
            self._wake.set()

    def _next_at(self) -> float:
        return min([self._refresh_at, *(queue[0][0] for queue in (self._due, self._graces) if queue)])

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
