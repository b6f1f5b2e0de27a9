"""The table of attacks: it holds, it can be repeated, and it would not hold if a rule were broken."""

import io
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from moderation import (
    chain,
    deadlines,
    deciding,
    draw,
    flagging,
    fold,
    holds,
    reviewers,
    sanctions,
    seating,
    seats,
    simulate,
    steps,
)
from moderation.flagged import Message
from moderation.simulation import capture, folding, load, misuse, records
from moderation.simulation.table import Chance, Progress, Row, at_most, lines
from moderation.state import Case
from moderation.tally import Caps
from tests.moderation import breaks
from tests.moderation.breaks import ANY, Break, Change

NAMES = (
    "Brigade folds",
    "Panel capture",
    "Fast claimers",
    "Sybil joiners",
    "Threshold inflation",
    "Retaliatory flags",
    "Host capture",
    "Moderator collusion",
    "Panel flooding",
    "Juror stalling",
    "Late-flag unseating",
    "Hold abuse",
    "Appeal spam",
    "Flagger guessing",
    "Log rewrite",
    "Rigged draw",
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def table(*arguments: str) -> tuple[int, str, str]:
    out, bar = io.StringIO(), Terminal()
    status = simulate.main(arguments, out, bar)
    return status, out.getvalue(), bar.getvalue()


def test_every_attack_stays_within_its_bound_and_the_same_seed_gives_the_same_table() -> None:
    status, told, bar = table("--runs", "10", "--seed", "5")
    assert status == 0
    assert "BROKEN" not in told
    assert [name for name in NAMES if name not in told] == []
    assert bar.startswith("\r")
    assert "panel capture" in bar
    assert table("--runs", "10", "--seed", "5")[1] == told


def test_it_runs_from_the_command_line_without_a_bar_where_there_is_no_terminal() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "moderation.simulate", "--runs", "2"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 bounds broken" in done.stdout


@pytest.mark.parametrize("arguments", [("--runs", "0"), ("--runs", "many"), ("--seed", "x")])
def test_what_cannot_be_run_is_said(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        simulate.main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def broken(what: str, owner: Any, name: str, instead: Any) -> Break:
    return Break(0, what, (Change(owner, name, instead),), ANY)


def nobody_waits(_: Any, pauses: Any, **__: Any) -> Any:
    return sanctions.ended(pauses)


def with_ana(_: bool, message: Message) -> bool:
    return any(flag.by == "Ana" for flag in message.standing_flags)


RULES: list[tuple[Any, Break]] = [
    (folding.brigade_folds, broken("one flag less", fold, "threshold", breaks.instead(lambda c, a: max(1, c(a) - 1)))),
    (folding.brigade_folds, broken("no budget", fold, "may_open_another", breaks.always(None))),
    (
        folding.brigade_folds,
        broken("any number of cases", fold, "weighed", breaks.instead(lambda _, standing, **__: standing)),
    ),
    (folding.brigade_folds, broken("folds stay", deadlines, "deadlines", breaks.instead(lambda *_: iter(())))),
    (folding.sybil_flags, broken("all count", fold, "standing", breaks.always(fold.Standing.ESTABLISHED))),
    (
        folding.sybil_flags,
        broken("one invite is enough", fold, "counted", breaks.instead(lambda _, flags, c: len(list(flags)))),
    ),
    (load.fresh_reviewers, broken("no days asked", reviewers, "days_here", breaks.always(30))),
    (load.fresh_reviewers, broken("no age asked", reviewers, "capped", breaks.always(0))),
    (
        folding.threshold_inflation,
        broken("newcomers count", fold, "standing", breaks.always(fold.Standing.ESTABLISHED)),
    ),
    (folding.retaliatory_flags, broken("no budget", fold, "may_open_another", breaks.always(None))),
    (
        folding.retaliatory_flags,
        broken("quiet flags count", fold, "quieted", breaks.instead(lambda _, standing: standing)),
    ),
    (folding.host_capture, broken("parties sit", Case, "parties", lambda found: lambda case: iter(()))),
    (capture.moderator_collusion, broken("any mix", seating, "_choose", breaks.instead(breaks.unmixed))),
    (capture.moderator_collusion, broken("alone as mixed", deciding, "FALLBACK", lambda _: Caps(2, 5))),
    (capture.fast_claimers, broken("whoever answers first", seating, "_certain", breaks.always(True))),
    (capture.juror_stalling, broken("no round ends", deadlines, "deadlines", breaks.without("_round_over", "at_rank"))),
    (load.panel_flooding, broken("nobody is busy", seats, "busy", breaks.always(set()))),
    (load.panel_flooding, broken("covers stay", deadlines, "lapse", breaks.instead(breaks.still_covered))),
    (misuse.late_flag_unseating, broken("parties lose seats", flagging, "flag", breaks.instead(breaks.unseats))),
    (misuse.hold_abuse, broken("holds without a budget", holds, "may_hold", breaks.always(None))),
    (misuse.hold_abuse, broken("longer holds", holds, "hold", breaks.longer(hold_alone=3))),
    (misuse.appeal_spam, broken("appeals end pauses", sanctions, "stayed", breaks.instead(nobody_waits))),
    (
        misuse.appeal_spam,
        broken("pauses go on", sanctions, "stayed", breaks.instead(lambda _, all_, **__: tuple(all_))),
    ),
    (misuse.flagger_guessing, broken("names in the record", steps, "_journal", breaks.instead(breaks.named_in_it))),
    (misuse.flagger_guessing, broken("one flag is enough", Message, "enough", breaks.as_property(with_ana))),
    (records.log_rewrite, broken("hashes are not checked", chain, "verify", breaks.instead(breaks.unchecked))),
    (records.rigged_draw, broken("draws are not checked", draw, "verify", breaks.always(()))),
]


@pytest.mark.parametrize(("attack", "rule"), RULES, ids=[f"{each.__name__}: {rule.what}" for each, rule in RULES])
def test_with_a_broken_rule_the_bound_is_seen_to_break(
    attack: Any, rule: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate, "ATTACKS", (attack,))
    assert table("--runs", "40")[0] == 0
    with rule.made():
        status, told, _ = table("--runs", "40")
    assert status == 1
    assert "BROKEN" in told


def test_a_share_may_lie_above_its_bound_by_chance_only() -> None:
    assert at_most(24, 1000, 0.02)
    assert not at_most(60, 1000, 0.02)
    assert at_most(0, 10, 0.002)
    assert not at_most(5, 100, 0.002)


def test_the_table_breaks_long_cells_and_marks_what_is_broken() -> None:
    row = Row(
        "An attack", "a setup that does not fit into one line of a narrow terminal", "7", "at most 6", holds=False
    )
    told = list(lines([row], 76))
    assert max(map(len, told)) <= 76
    assert sum("BROKEN" in line for line in told) == 1
    assert len(told) > 3


def test_chances_are_their_own() -> None:
    progress = Progress(io.StringIO(), 1)
    chance = Chance(Random(1), 10, progress)
    assert [len(list(chance.tries(part))) for part in (1, 0.5, 0.01)] == [10, 5, 1]
