"""Runs one program only as long as standard input stays open: ``python -I -S only_while.py PROGRAM ARGUMENT…``.

Whoever holds the other end of the pipe may be killed; the system closes it then, and the program ends. Needs nothing
but the standard library. The exit status is the program's, or the number of the signal that ended it.
"""

import os
import subprocess
import sys
import threading


def main() -> int:
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603 - whoever starts this chose it

    def watch() -> None:
        # Not by way of `sys.stdin`, whose lock would be held when the interpreter ends.
        while os.read(0, 1):
            pass
        program.kill()

    threading.Thread(target=watch, daemon=True).start()
    return abs(program.wait())


if __name__ == "__main__":
    sys.exit(main())
