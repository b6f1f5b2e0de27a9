"""The data folder: made if absent, private, and owned by one server at a time."""

import fcntl
import os
from pathlib import Path


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
        """Become the only owner, or raise `FolderUnusable`."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FolderUnusable("Another server is using this data folder. Stop it, or set DATA_DIR.") from None

    def close(self) -> None:
        os.close(self._lock)
