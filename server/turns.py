"""Whose screens are here, for the rounds that are on: each process tells a round who is gone or back, and that its holder
writes.

Rounds are read anew every two seconds, so that nothing has to be told between processes, and what was lost with one of
them is found by the others.
"""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from rooms import rounds
from rooms.round_due import LEAST
from rooms.round_state import Round
from rooms.wire_round import StayWithPiece
from rooms.work import Refusal
from server.door import Actor
from server.upkeep import ScreensMoved
from server.waiting import happens

if TYPE_CHECKING:
    from server.parts import Parts

log = logging.getLogger("server.turns")
LOOK = 2.0
"""Seconds between looks."""
SOON = 0.25
"""Seconds between looks at the least, when somebody comes back."""
SETTLE = 5.0
"""Seconds for which somebody has to be missing whom this process did not see go. Another one may have, and knows when."""
KEPT = 60_000
"""Milliseconds for which is kept when somebody went where no round is known to be on: one may have just begun."""


class Turns:
    """``came``, ``went`` and ``writes`` are called for every screen, and cost next to nothing where no round is on."""

    def __init__(self, parts: "Parts") -> None:
        self.parts = parts
        self._on: dict[str, Round] = {}
        """By address, as they were at the last look."""
        self._heard: dict[str, dict[str, int]] = {}
        """By address: when the sockets of those who went were last heard (ms)."""
        self._missing: dict[tuple[str, str], tuple[float, int]] = {}
        """Since which look somebody is missing, monotonic and in ms, whom this process did not see go."""
        self._signed: dict[str, tuple[int, float]] = {}
        """By address: the turn of the last sign of writing, and when it was passed on."""
        self._began = 0
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._began = self.parts.now()
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.wait([running])

    def came(self, address: str, participant: str) -> None:
        gone = self._heard.get(address)
        if gone is not None:
            gone.pop(participant, None)
        state = self._on.get(address)
        if state is not None and state.seat(participant) is not None:
            self._wake.set()

    def went(self, address: str, participant: str, heard: float) -> None:
        """``heard``: when the screen's socket was last heard, monotonic."""
        at = self.parts.now() - round((time.monotonic() - heard) * 1000)
        gone = self._heard.setdefault(address, {})
        gone[participant] = max(at, gone.get(participant, 0))

    def writes(self, actor: Actor, address: str, participant: str) -> None:
        """Whoever has the piece and writes is there; said to the round as seldom as it takes note of it."""
        state = self._on.get(address)
        if state is None or state.piece is None or state.piece.who != participant:
            return
        turn, now = state.piece.turn, time.monotonic()
        last, at = self._signed.get(address, (-1, 0.0))
        if last != turn or now - at >= self.parts.door.limits.piece_sign / 1000:
            self._signed[address] = turn, now
            sign = StayWithPiece(circle=_circle(address), round=state.id, turn=turn)
            # Where the round has ended meanwhile, the sign is refused, and nobody has to know.
            self.parts.door.ask(actor, sign, lambda _result: None)

    async def look(self) -> None:
        """Tell the rounds that have somebody here what is new about the screens of those who are in them."""
        found = await self.parts.store.read(rounds.on)
        self._on = {f"circle/{circle}": state for circle, state in found.items()}
        self._forget()
        near = [each for each in self._on if each in self._heard or self.parts.presence.screens(each)]
        here = await asyncio.gather(*(self.parts.presence.surely_here(each) for each in near))
        moved = [self._moved(each, people) for each, people in zip(near, here, strict=True)]
        told = [self.parts.door.submit(None, each) for each in moved if each is not None]
        done = await asyncio.gather(*told, return_exceptions=True)
        for failed in {each.code for each in done if isinstance(each, Refusal)}:
            log.warning("a round was not told whose screens are here", extra={"cause": failed})

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.look()
            except Exception as error:
                log.warning("rounds were not looked at", extra={"cause": type(error).__name__})
            await asyncio.sleep(SOON)
            await happens(self._wake, within=LOOK - SOON)

    def _forget(self) -> None:
        """What is of no use for the rounds that are on."""
        recent = self.parts.now() - KEPT
        for address in [each for each in self._heard if each not in self._on]:
            gone = self._heard[address] = {who: at for who, at in self._heard[address].items() if at > recent}
            if not gone:
                del self._heard[address]
        self._missing = {key: since for key, since in self._missing.items() if key[0] in self._on}
        self._signed = {address: last for address, last in self._signed.items() if address in self._on}

    def _moved(self, address: str, people: frozenset[str] | None) -> ScreensMoved | None:
        """``people`` are here in any process; None where that is not known: then nobody is said to be gone."""
        state, near = self._on[address], self.parts.presence.screens(address)
        here = frozenset(near) - self._heard.get(address, {}).keys() if people is None else people
        gone: list[tuple[str, int]] = []
        for seat in state.inside:
            who = seat.who
            if who in here:
                self._missing.pop((address, who), None)
                if who not in near:
                    self._heard.get(address, {}).pop(who, None)  # they are with another process, which sees them go
            elif people is not None and seat.away_since is None and (since := self._since(address, who)) is not None:
                gone.append((who, since))
        back = tuple(seat.who for seat in state.inside if seat.away_since is not None and seat.who in here)
        answered = {*state.listening, *(seat.who for seat in state.seats)}
        enough = state.phase == "gathering" and len(state.here) >= LEAST
        all_of_them = enough and people is not None and bool(people) and people <= answered
        if not (gone or back or all_of_them):
            return None
        # Whoever is not known to be gone counts as here.
        staying = {seat.who for seat in state.inside if seat.away_since is None} - {who for who, _ in gone}
        return ScreensMoved(_circle(address), tuple(gone), back, here | staying if all_of_them else frozenset())

    def _since(self, address: str, who: str) -> int | None:
        """When they were last here (ms); None while that is to be seen."""
        heard = self._heard.get(address, {}).get(who)
        if heard is not None:
            return heard
        now = time.monotonic()
        first, at = self._missing.setdefault((address, who), (now, self.parts.now()))
        if now - first < SETTLE:
            return None
        return max(at - round(self.parts.presence.unseen * 1000), self._began)


def _circle(address: str) -> str:
    return address.removeprefix("circle/")
