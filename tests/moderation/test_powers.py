"""The closed list of single-person powers against every command there is."""

from typing import get_args

import pytest

from moderation.power import TENDING
from moderation.powers import ASKING, AT_THE_TABLE, IN_ROUNDS, NO_POWER, POWERS, SERVING, TALK, TOGETHER
from rooms.limits import Limits
from rooms.piece import notice
from server.protocol import DoorCommand

COMMANDS = sorted(each.__struct_config__.tag for each in get_args(DoorCommand))
GRANTED = [command.split()[0] for power in (*POWERS, *TOGETHER) for command in power.commands]
TWO_WAYS = {"message.hold", "circle.close", "round.begin", *TENDING}
"""Of others, and with ``mine`` of what shows one's own data; by who holds the space or made the offer, and ``together``
by two people."""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_no_power_or_one(command: str) -> None:
    assert GRANTED.count(command) + (command in NO_POWER) == (2 if command in TWO_WAYS else 1)


def test_no_power_names_a_command_that_does_not_exist() -> None:
    assert {*GRANTED, *NO_POWER} == set(COMMANDS)


def test_each_command_that_is_no_power_is_one_kind_of_thing() -> None:
    kinds = (TALK, IN_ROUNDS, ASKING, AT_THE_TABLE, SERVING)
    assert sum(len(kind) for kind in kinds) == len(NO_POWER)


def test_the_host_and_the_moderator_have_no_command_of_their_own_about_messages_or_people() -> None:
    for power in POWERS:
        if power.holder not in ("anyone", "author", "subject", "operator"):
            assert power.reach in ("circle", "nobody"), power.letter


def test_the_list_is_complete_and_in_order() -> None:
    assert "".join(power.letter for power in POWERS) == "abcdefghijklmnop"


def test_whatever_one_person_does_to_others_words_ends_or_is_their_own() -> None:
    for power in POWERS:
        if power.reach == "message" and power.holder != "author":
            assert power.lasts is not None, power.letter


def test_no_host_reaches_a_message_or_a_person() -> None:
    assert {power.reach for power in POWERS if power.holder == "host"} == {"circle"}


def test_what_takes_two_ends_by_itself_and_is_seldom() -> None:
    for power in TOGETHER:
        assert (power.lasts is not None and power.caps) or power.stopped_by == 2


def test_what_is_listed_lasts_as_long_as_the_rules_let_it() -> None:
    limits = Limits()
    lasts = {power.letter: power.lasts for power in POWERS}
    assert (lasts["d"], lasts["e"], lasts["i"]) == (limits.hold_alone, limits.subject_hold, limits.legal_hold)
    assert lasts["j"] == limits.rest
    assert lasts["o"] == limits.listen
    asked = limits.agreement_ask * limits.agreement_wordings
    assert lasts["p"] == asked + limits.agreement_trial + limits.agreement_review
    assert {power.letter: power.lasts for power in TOGETHER} == {
        "breath": limits.breath,
        "doors": limits.doors,
        "pace": None,
        "close": None,
        "sister": limits.together,
        "tend": None,
        "host": None,
        "begin": limits.round_gather,
        "ask": limits.piece_quiet + limits.piece_wait + notice(limits),
        "lay": 0,
        "agreement": limits.agreement_trial + limits.agreement_review,
        "co-sign": limits.hold_cosigned,
    }
