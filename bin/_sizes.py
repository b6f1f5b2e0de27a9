"""Checks what no linter knows: lengths of files, what may lie at the top, and that locks name no place to fetch from.

Prints one line for each thing that is wrong; exit status 1 when there is any.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PACKAGES = ("moderation", "rooms", "server")
FOLDERS = {*PACKAGES, "bin", "tests", "web_client"}
FILES = {
    "CHANGELOG.md",
    "DECISIONS.md",
    "LICENSE",
    "Procfile",
    "README.md",
    "SECURITY.md",
    "STYLE.md",
    "pyproject.toml",
    "requirements-test.lock",
    "requirements.lock",
}
MADE_HERE = {"data", "dist", "htmlcov"}  # git ignores these
LONGEST_PYTHON, LONGEST_TYPESCRIPT, LONGEST_README = 250, 200, 100
PLACES = re.compile(r"https?://|file:|--(?:extra-)?index-url|--find-links|--trusted-host|/home/|/root/|/tmp/")


def main() -> int:
    problems = [*lengths(), *strangers(), *places_in_locks(), *locks_that_differ()]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def lengths() -> Iterator[str]:
    python = [path for folder in (*PACKAGES, "bin") for path in (TOP / folder).rglob("*.py")]
    python += (TOP / "web_client").glob("*.py")
    # A migration is history, a catalogue of words is a list, generated code is read by nobody.
    yield from too_long(python, LONGEST_PYTHON, besides=("server/migrations/versions/",))
    typescript = (TOP / "web_client" / "src").rglob("*.ts*")
    besides = ("web_client/src/generated/", "web_client/src/words/")
    yield from too_long(list(typescript), LONGEST_TYPESCRIPT, besides=besides)
    readme = TOP / "README.md"
    if readme.exists():
        yield from too_long([readme], LONGEST_README)
    else:
        yield "README.md is missing"


def too_long(paths: list[Path], longest: int, besides: tuple[str, ...] = ()) -> Iterator[str]:
    for path in sorted(paths):
        name = str(path.relative_to(TOP))
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > longest and not name.startswith(besides):
            yield f"{name} has {lines} lines; {longest} is the ceiling"


def strangers() -> Iterator[str]:
    for path in sorted(TOP.iterdir()):
        known = FOLDERS if path.is_dir() else FILES
        if not path.name.startswith(".") and path.name not in known | MADE_HERE:
            yield f"{path.name} does not belong at the top"
    for name in sorted(FOLDERS - {path.name for path in TOP.iterdir()}):
        yield f"the folder {name} is missing"


def places_in_locks() -> Iterator[str]:
    for lock in sorted(TOP.glob("requirements*.lock")):
        for number, line in enumerate(lock.read_text().splitlines(), 1):
            if PLACES.search(line):
                yield f"{lock.name}:{number} names a place to fetch from"
    package_lock = TOP / "web_client" / "package-lock.json"
    if package_lock.exists() and '"resolved"' in package_lock.read_text():
        yield "web_client/package-lock.json names places to fetch from (resolved)"


def locks_that_differ() -> Iterator[str]:
    """bin/test installs the second lock alone, so it must hold all of the first."""
    running, testing = (pins(TOP / name) for name in ("requirements.lock", "requirements-test.lock"))
    for pin in sorted(running - testing):
        yield f"requirements-test.lock lacks {pin}; run bin/lock"


def pins(lock: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+(?:\[[a-z,]+\])?==[^ ;]+)", lock.read_text(), re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main())
