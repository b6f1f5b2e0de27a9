"""Everything about the source that can be judged without running it; one line each, output only from what fails."""

import sys

from _steps import CLIENT, Step, close, node, python, run_quietly, until_stopped

LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
TYPED = ("moderation", "rooms", "server", "tests", "bin", "web_client/hatch_build.py")


def main() -> int:
    steps = [
        Step("Python format", python("-m", "ruff", "format", "--check", "--output-format=concise", ".")),
        Step("Python lint", python("-m", "ruff", "check", "--output-format=concise", ".")),
        Step(
            "Python types",
            python("-m", "mypy", *TYPED),
            noise=("note: Possible overload", "note:     def", "note: Overload variants"),
        ),
        Step("Python imports", python("-c", LINT_IMPORTS, "--no-logo")),
        Step("Schema and client types", python("-m", "server", "schema", "--check")),
        Step("Sizes and places", python("bin/_sizes.py")),
        # The build comes first: it installs what the two after it run.
        Step("Client build", python("bin/_prepare.py", "--tests")),
        Step("Client types", node("node_modules/typescript/bin/tsc", "--noEmit"), CLIENT),
        Step("Client lint", node("node_modules/oxlint/bin/oxlint", "--deny-warnings"), CLIENT),
    ]
    return close([step.name for step in steps if not run_quietly(step)])


if __name__ == "__main__":
    sys.exit(until_stopped(main))
