"""The closed list of single-person powers against every command there is."""

from typing import get_args

import pytest

from moderation.powers import POWERS, TALK, TOGETHER
from moderation.wire import FlagCommand
from moderation.wire_care import CareCommand
from rooms.wire import CircleCommand
from rooms.wire_breath import BreathCommand

COMMANDS = sorted(
    each.__struct_config__.tag
    for each in (*get_args(CircleCommand), *get_args(FlagCommand), BreathCommand, CareCommand)
)
GRANTED = [command for power in (*POWERS, *TOGETHER) for command in power.commands]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_talk_or_one_power(command: str) -> None:
    assert GRANTED.count(command) + (command in TALK) == 1


def test_no_power_names_a_command_that_does_not_exist() -> None:
    assert {*GRANTED, *TALK} == set(COMMANDS)


def test_the_list_is_complete_and_in_order() -> None:
    assert "".join(power.letter for power in POWERS) == "abcdefghijklm"


def test_whatever_one_person_does_to_others_words_ends_or_is_their_own() -> None:
    for power in POWERS:
        if power.reach == "message" and power.holder != "author":
            assert power.lasts is not None, power.letter


def test_no_host_reaches_a_message_or_a_person() -> None:
    assert {power.reach for power in POWERS if power.holder == "host"} == {"circle"}


def test_what_takes_two_ends_by_itself_and_is_seldom() -> None:
    for power in TOGETHER:
        assert power.lasts is not None
        assert power.caps
