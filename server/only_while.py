"""Runs one program only as long as standard input stays open: ``python -I -S only_while.py PROGRAM ARGUMENT…``.

Whoever holds the other end of the pipe may be killed; the system closes it then, and the program ends. Needs nothing
but the standard library, and ends with the program's own exit status.
"""

import subprocess
import sys
import threading


def main() -> int:
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603 - whoever starts this chose it

    def watch() -> None:
        sys.stdin.buffer.read()
        program.kill()

    threading.Thread(target=watch, daemon=True).start()
    return program.wait()


if __name__ == "__main__":
    sys.exit(main())
