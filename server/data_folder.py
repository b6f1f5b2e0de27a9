"""The data folder: made if absent, private, and owned by one server at a time."""

import fcntl
import os
import time
from pathlib import Path

LEFTOVERS = 5.0
"""Seconds that what a killed owner has left running may take to end."""


class FolderUnusable(Exception):
    """One plain sentence."""


class DataFolder:
    """Holds an exclusive lock until closed; a killed process lets go of it by itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            probe = path / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise FolderUnusable(f"The data folder cannot be written to ({error.strerror}). Check DATA_DIR.") from None

    def own(self) -> None:
        """Become the only owner, or raise `FolderUnusable`. Waits a little where the last owner was killed."""
        until = time.monotonic() + LEFTOVERS
        while not self._owned():
            if self._owner_lives() or time.monotonic() > until:
                raise FolderUnusable("Another server is using this data folder. Stop it, or set DATA_DIR.")
            time.sleep(0.02)
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    @property
    def held(self) -> int:
        """The descriptor of the lock. Whoever inherits it holds the folder with its owner, and after it."""
        return self._lock

    def close(self) -> None:
        os.close(self._lock)

    def _owned(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _owner_lives(self) -> bool:
        said = os.pread(self._lock, 20, 0)
        try:
            os.kill(int(said), 0)
        except ProcessLookupError:
            return False
        except (ValueError, PermissionError):
            return True
        return True
