"""Starts the program again and again without importing it again: one fork of a warm process for each start.

``python -m tests.server.starter`` reads a line of JSON for each (arguments, environment) and writes one about its end.
"""

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from server.__main__ import main

PATIENCE = 60.0
"""Seconds after which a program that should have ended is ended."""


def start(arguments: list[str], environment: dict[str, str]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        said = {name: Path(folder) / name for name in ("stdout", "stderr")}
        pid = os.fork()
        if pid == 0:
            run(arguments, environment, said)
        status = wait(pid)
        return {"status": status, **{name: path.read_text() for name, path in said.items()}}


def run(arguments: list[str], environment: dict[str, str], said: dict[str, Path]) -> None:
    """In the child: the program, with nothing of this process's but what it has imported."""
    status = 70
    try:
        for number, path in enumerate(said.values(), 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        os.environ.clear()
        os.environ.update(environment)
        status = main(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        status = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def wait(pid: int) -> int | None:
    """The exit status; None for one that had to be killed."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(start(asked["arguments"], asked["environment"])), flush=True)
