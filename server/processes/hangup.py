"""What SIGHUP means: that the terminal went away, in which everything started from it ends, or a wish for a restart."""

import os
import signal


class Terminal:
    """The terminal this program was started from, if there was one. Made before SIGHUP is handled."""

    def __init__(self) -> None:
        # nohup says that the program is to outlive it.
        self._matters = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN and _there()

    def is_gone(self) -> bool:
        return self._matters and not _there()


def _there() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
