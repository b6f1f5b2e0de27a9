"""How processes tell each other what was just committed. A broker may be late, lossy or gone: the database is the truth.

`broker_memory` and `broker_redis` are twins that pass one contract suite.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from rooms.wire import Discreet


class Prepared(Discreet, frozen=True, array_like=True):
    """One committed event, ready to be written to any socket. ``frame`` and ``bare`` are whole WebSocket frames."""

    address: str
    epoch: str
    seq: int
    frame: bytes
    bare: bytes | None = None
    """For readers whose base lies past ``target``."""
    target: int | None = None
    ends: str | None = None
    """The participant whose reading ends after this event."""
    clears: int = 0
    """Frames kept for catching up are stale up to this seq: words in them were changed or are gone."""


class Receiver(Protocol):
    """The hub, as a broker sees it. Called on the loop thread; must not block."""

    def arrived(self, batch: Sequence[Prepared]) -> None:
        """Events another process committed, in commit order for each address."""

    def whispered(self, address: str, frame: bytes, but: str | None) -> None:
        """A frame without a place in any log (writing, presence), not for participant ``but``. May be lost."""

    def gap(self) -> None:
        """Something may have been missed: look at the heads in the database now."""


class Broker(Protocol):
    """Hands a process's own news to all the others, never back to itself."""

    @property
    def suspect(self) -> bool:
        """True while the way to the other processes is not known to work."""

    async def start(self, receiver: Receiver) -> None:
        """Begin to receive. Raises `BrokerUnavailable` where the address can never work."""

    async def close(self) -> None: ...

    def follow(self, address: str) -> None:
        """Somebody here watches this address. Counted: as many `unfollow` end it."""

    def unfollow(self, address: str) -> None: ...

    def publish(self, batch: Sequence[Prepared]) -> None:
        """Pass on what one commit brought. Never waits, never raises, never retries."""

    def whisper(self, address: str, frame: bytes, but: str | None = None) -> None:
        """Pass on a frame that may be lost."""


class BrokerUnavailable(Exception):
    """One plain sentence, without addresses or secrets."""


class Presence(Protocol):
    """Who has a screen open in which circle, over all processes. Soft: may lag some seconds, holds no history."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def came(self, address: str, participant: str) -> None:
        """One more screen of this participant. Told to the others at most four times a second, as a diff."""

    def went(self, address: str, participant: str) -> None:
        """One screen less. Told only after a grace of 10 s, so that a reconnect goes unseen."""

    async def here(self, address: str) -> frozenset[str]:
        """Participants with at least one screen, in any process."""

    async def surely_here(self, address: str) -> frozenset[str] | None:
        """The same; None where it is not known of all processes."""

    def screens(self, address: str) -> Collection[str]:
        """Participants with a screen in this process, or of whose going the others have not heard."""

    @property
    def unseen(self) -> float:
        """Seconds for which somebody who vanished with a process may count as here."""
