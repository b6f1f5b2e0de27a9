"""Steps of bin/check and bin/test: each runs whole, whatever the others did, and gets one line."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import _prepare

TOP = _prepare.TOP
CLIENT = _prepare.CLIENT


@dataclass(frozen=True)
class Step:
    """A command and the plain name under which its outcome is told."""

    name: str
    command: list[str | Path]
    folder: Path = TOP
    environment: dict[str, str] = field(default_factory=dict)
    # Lines that would bury the rest of the output.
    noise: tuple[str, ...] = ()


def python(*arguments: str | Path) -> list[str | Path]:
    return [sys.executable, *arguments]


def node(*arguments: str) -> list[str | Path]:
    return [_prepare.node(), *arguments]


def run_quietly(step: Step) -> bool:
    """Holds the output back and shows it only when the step fails. Returns whether it passed."""
    began = time.monotonic()
    done = subprocess.run(
        step.command,
        cwd=step.folder,
        env=os.environ | step.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    tell(step.name, done.returncode, time.monotonic() - began)
    if done.returncode:
        lines = done.stdout.rstrip().splitlines()
        print("\n".join(f"    {line}" for line in lines if not any(noise in line for noise in step.noise)))
    return done.returncode == 0


def run_openly(step: Step) -> bool:
    """Shows the output as it comes. Returns whether the step passed."""
    began = time.monotonic()
    with subprocess.Popen(step.command, cwd=step.folder, env=os.environ | step.environment) as process:
        try:
            status = process.wait()
        except KeyboardInterrupt:
            process.wait()  # Ctrl-C reached it as well, and it has servers to end
            raise
    tell(step.name, status, time.monotonic() - began)
    return status == 0


def until_stopped(work: Callable[[], int]) -> int:
    """The exit status of ``work``, also when the person at the terminal has seen enough."""
    try:
        return work()
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
        return 130


def tell(name: str, status: int, seconds: float) -> None:
    outcome = f"FAILED (exit status {status})" if status else "ok"
    print(f"{name:<28} {seconds:6.1f} s  {outcome}", flush=True)


def close(failed: list[str]) -> int:
    """The last line, and the exit status."""
    print(f"FAILED: {', '.join(failed)}" if failed else "All passed.", flush=True)
    return 1 if failed else 0
