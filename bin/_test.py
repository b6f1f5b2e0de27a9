"""Runs every test: the client's in Node, then beside each other Python's with real servers, and those in a real browser.

Tests of servers wait more than they compute, so three runs of pytest share two cores well.

``--full`` adds the long fault profiles, ``--coverage`` measures; any other argument goes to pytest, and then only
pytest runs.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from _steps import CLIENT, Step, close, node, python, run_openly, run_quietly, until_stopped

OWN = {"--full", "--coverage"}
BESIDE = {"Browser tests": "tests/browser", "Moderation tests": "tests/moderation"}
"""Runs of pytest beside the one of everything else: what they are called, and where their tests are."""


def main() -> int:
    arguments = sys.argv[1:]
    for_pytest = [argument for argument in arguments if argument != "--coverage"]
    measured = "--coverage" in arguments
    chosen = set(arguments) - OWN
    failed: list[str] = []

    def passes(step: Step, *, quietly: bool = False) -> None:
        if not (run_quietly(step) if quietly else run_openly(step)):
            failed.append(step.name)

    passes(Step("Browser client", python("bin/_prepare.py", "--tests")), quietly=True)
    if not chosen:
        # Installing a browser takes minutes; here it is not counted as part of a test. Without one the tests say so.
        run_quietly(Step("Chromium", python("-m", "tests.chromium")))
        # Node calls a run of no tests a success.
        if any(CLIENT.glob("test/*.test.ts")):
            passes(Step("Client tests", node("--test", "test/*.test.ts"), CLIENT))
        else:
            print("There are no client tests in web_client/test.")
            failed.append("Client tests")
    run_pytest = ["-m", "coverage", "run", "-m", "pytest"] if measured else ["-m", "pytest"]
    if chosen:
        passes(Step("Python and browser tests", python(*run_pytest, *for_pytest)))
    else:
        with ThreadPoolExecutor(len(BESIDE)) as beside:
            steps = [Step(name, python(*run_pytest, *for_pytest, folder)) for name, folder in BESIDE.items()]
            running = [beside.submit(run_quietly, step) for step in steps]
            others = [f"--ignore={folder}" for folder in BESIDE.values()]
            passes(Step("Python tests", python(*run_pytest, *for_pytest, *others)))
            failed += [step.name for step, passed in zip(steps, running, strict=True) if not passed.result()]
    if measured:
        run_quietly(Step("Coverage, gathered", python("-m", "coverage", "combine", "--quiet")))
        passes(Step("Coverage", python("-m", "coverage", "report")))
    return close(failed)


if __name__ == "__main__":
    sys.exit(until_stopped(main))
