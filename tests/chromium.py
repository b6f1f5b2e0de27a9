"""Finds Chromium for the browser tests, or installs it: Debian's package for root, else Playwright's own build.

``python -m tests.chromium`` prints its path; exit status 1 with one sentence when it cannot be had.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.servers import Unavailable

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_A_MAC = ("Google Chrome", "Chromium")
# What keeps the browser from calling out by itself, so that a test sees only its own traffic.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def find() -> Path | None:
    for command in COMMANDS:
        found = shutil.which(command)
        if found and works(found):
            return Path(found)
    for name in ON_A_MAC:
        application = Path(f"/Applications/{name}.app/Contents/MacOS/{name}")
        if application.exists():
            return application
    own = playwright_build()
    return own if own and own.exists() else None


def find_or_install() -> Path:
    """Takes some minutes when it has to install. Raises Unavailable."""
    found = find()
    if found:
        return found
    if os.geteuid() == 0 and is_debian():
        print("Installing Debian's package chromium for the browser tests.", flush=True)
        failed = install_package()
    else:
        print("Downloading Chromium for the browser tests with Playwright.", flush=True)
        failed = download()
    found = find()
    if not found:
        raise Unavailable(f"no Chromium on PATH, and installing it failed: {cause(failed)}")
    return found


def cause(said: str) -> str:
    """The line that names the error, out of all that an installer said."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next(
        (line for line in lines if "rror:" in line or line.startswith("E:")),
        lines[-1] if lines else "no word",
    )


def works(command: str) -> bool:
    """Some systems have a command of that name which only asks to install it."""
    try:
        done = subprocess.run([command, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def is_debian() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "\nID=debian\n" in f"\n{release.read_text()}\n"


def install_package() -> str:
    """Returns what was said when it failed."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"]
    said = ""
    for command in (install, ["apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if command is install and done.returncode == 0:
            break
    return said.strip()


def download() -> str:
    """Returns what was said when it failed."""
    home = Path(os.environ.get("HOME", "/nonexistent"))
    if not os.access(home, os.W_OK):
        os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", "0")  # inside the package's folder
    with_libraries = ["--with-deps"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"],
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).strip()


def playwright_build() -> Path | None:
    """Where Playwright's own Chromium is, or would be."""
    question = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    said = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False).stdout
    return Path(said.strip()) if said.strip() else None


if __name__ == "__main__":
    try:
        print(find_or_install())
    except Unavailable as missing:
        sys.exit(str(missing))
