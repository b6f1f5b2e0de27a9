"""Presence for those to whom it matters what is not known: that somebody seems to be gone may cost them their turn."""

from collections.abc import Collection

from server.presence_shared import SharedPresence


class SurePresence(SharedPresence):
    def is_sure(self) -> bool:
        """The board answers, and all processes have renewed their entries on it."""
        return self._running is not None and not self._silent and self._now() >= self._complete_at

    @property
    def unseen(self) -> float:
        """Seconds for which somebody who vanished with a process may count as here."""
        return self._waits.life

    def screens(self, address: str) -> Collection[str]:
        """Those with a screen in this process, or in their grace, or of whom the board has not yet heard that they went."""
        place = self._places.get(address)
        return place.screens.keys() | place.leaving if place is not None else ()

    async def surely_here(self, address: str) -> frozenset[str] | None:
        """`here` as the board has it; None while it is not sure: whoever seems to be gone may be with another process."""
        if not self.is_sure():
            return None
        try:
            found = await self._ask(address, self._waits.patience)
        except TimeoutError:
            return None
        return found if self.is_sure() else None
