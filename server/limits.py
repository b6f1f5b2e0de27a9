"""How often a person or a network may ask for something, in this process and in all that share a Redis."""

import time
from collections.abc import Callable
from typing import get_args

from moderation.wire_care import AskGently, WorryAbout
from moderation.wire_reviewing import ComeAsModerator
from rooms.wire import EnterCircle, MarkRead, OpenCircle
from rooms.wire_agreement import ObjectToAgreement, ProposeAgreement
from rooms.wire_door import LeaveDoor, ListenAtDoor, OpenSister, StopListening, WaitAtDoor
from rooms.wire_hosting import AskBeside, Greet, ReadAgreement, TakeUpPrompt
from rooms.wire_round import OfferRound, TurnCommand
from rooms.wire_schedule import PlanCircle
from rooms.wire_space import AskBreath, ChoosePace, RestDoors, RingBell
from server.failures import Failures
from server.paces import Nobody, Others, Pace
from server.settings import Settings

ENTRY_DOUBLINGS = 3
"""A whole shelter may sit behind one network: somebody's flood must not keep the others out for long."""
GUESS_DOUBLINGS = 6
SHOWN_OUT_EVERY = 10.0
"""Seconds in which somebody may be shown out once and come back at once."""


class Limits:
    """Every budget there is; each answers with the milliseconds to wait, 0 for none."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float] = time.monotonic, others: Others | None = None
    ) -> None:
        def pace(name: str, most: int, seconds: float, *, burst: int = 1, doublings: int = 0) -> Pace:
            return Pace(most / seconds, burst * most, doublings=doublings, clock=clock, name=name, others=others)

        def of_kind(name: str, most: int, seconds: float) -> Pace:
            """So many at once, and as many again in that time, which TIME_SCALE shrinks."""
            return pace(name, most, seconds / settings.time_scale)

        self.others = others = others or Nobody()
        self._sends = pace("sends", settings.sends_per_10s, 10, burst=2)
        self._requests = pace("requests", settings.frames_per_10s, 10)
        self._shown_out = pace("shown out", 1, SHOWN_OUT_EVERY, doublings=1)
        self._entries = pace("entries", settings.entries_per_minute, 60, doublings=ENTRY_DOUBLINGS)
        self._looks = pace("looks", settings.looks_per_minute, 60, doublings=GUESS_DOUBLINGS)
        # Those who come in by one invite may sit behind one network, and each may mistype; guessing identities are free.
        self._guesses = pace("guesses", 4 * settings.looks_per_minute, 60, doublings=ENTRY_DOUBLINGS)
        self._waits = pace("waits", settings.frames_per_10s, 10)
        self._opens = pace("opens", settings.rooms_per_hour, 3_600)
        self._sign_ins = pace("sign-ins", settings.sign_ins_per_minute, 60, doublings=GUESS_DOUBLINGS)
        turns = pace("turns", settings.turns_per_minute, 60)
        self._searches = pace("searches", settings.searches_per_minute, 60)
        tending = of_kind("tending", settings.tending_per_hour, 3_600)
        self._of_kinds: dict[type, Pace] = {
            AskBreath: of_kind("breaths", settings.breaths_per_hour, 3_600),
            RestDoors: of_kind("doors", settings.breaths_per_hour, 3_600),
            ChoosePace: of_kind("chosen paces", settings.breaths_per_hour, 3_600),
            ListenAtDoor: of_kind("listens", settings.breaths_per_hour, 3_600),
            RingBell: of_kind("bells", settings.bells_per_hour, 3_600),
            OfferRound: of_kind("offers", settings.offers_per_hour, 3_600),
            **dict.fromkeys(get_args(TurnCommand), turns),
            ProposeAgreement: of_kind("proposals", settings.proposals_a_day, 86_400),
            ObjectToAgreement: of_kind("objections", settings.objections_a_day, 86_400),
            **dict.fromkeys((Greet, ReadAgreement, TakeUpPrompt, AskBeside), tending),
            AskGently: of_kind("gentle", settings.gentle_a_day, 86_400),
            WorryAbout: of_kind("worries", settings.worries_a_day, 86_400),
        }
        """Commands with a budget of their own beside the one for all."""
        self.wrong = Failures(clock=clock, others=others)
        """Wrong passphrases and recovery words, by sign-in name."""

    def asks(self, person: str, command: object, network: str) -> int:
        """For any command that goes through the door. ``network`` is where it comes from, as `network_of` says."""
        if isinstance(command, MarkRead):
            # Reading on must not use up what one may say; the budget of the socket, or of requests, bounds it.
            return 0
        if isinstance(command, EnterCircle | WaitAtDoor | ListenAtDoor) and command.invite is not None:
            wait = self._looks.take(person) or self._guesses.take(network)
            if wait:
                return wait
        if isinstance(command, WaitAtDoor | LeaveDoor | StopListening):
            # Waiting is asked again every few seconds, and must not use up what one may say elsewhere.
            return self._waits.take(person)
        if isinstance(command, ComeAsModerator):
            return self._looks.take(network) or self._sends.take(person)
        own = self._of_kinds.get(type(command))
        wait = self._sends.take(person) or (own.take(person) if own is not None else 0)
        if wait == 0 and isinstance(command, OpenCircle | PlanCircle | OpenSister):
            # Identities are free, so one that may open a room is no bound on how many stand in everybody's list.
            wait = self._opens.take(network)
        return wait

    def requests(self, session: str) -> int:
        """For any request of somebody who is here. By session, so that nobody keeps a person from ending another."""
        return self._requests.take(session)

    def searches(self, person: str) -> int:
        return self._searches.take(person)

    def shown_out(self, person: str) -> None:
        """A socket of theirs was closed for what they sent over it."""
        self._shown_out.take(person)

    def outside(self, person: str) -> int:
        """For a new socket of somebody who may have been shown out too often; asking costs nothing."""
        return self._shown_out.closed(person)

    def enters(self, network: str) -> int:
        return self._entries.take(network)

    def looks(self, network: str) -> int:
        return self._looks.take(network)

    def signs_in(self, network: str) -> int:
        return self._sign_ins.take(network)
