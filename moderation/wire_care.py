"""What kindness says on the wire: a gentle note, worry about somebody, company. Nothing here ever names who asked.

None of it is a flag, changes what anybody sees of a message, or leaves a record. Offers end by themselves.
"""

from typing import Any

from rooms.wire import Command, Discreet, Event, Moment, OpaqueId, Seq


class AskGently(Command, tag="message.ask_gently", frozen=True, kw_only=True):
    """Have the writer of a message told, without a name, that it was hard for somebody. However many ask, once."""

    circle: OpaqueId
    target: Seq


class WorryAbout(Command, tag="care.worry", frozen=True, kw_only=True):
    """Have somebody who is in the circle asked whether they would like company: the writer of a message, or a
    participant; one of the two is given. They learn neither who thought of them nor what made them."""

    circle: OpaqueId
    target: Seq | None = None
    participant: OpaqueId | None = None


class AnswerCare(Command, tag="care.answer", frozen=True, kw_only=True):
    """Yes: those in the circle who are willing are told that one would like company. No: nobody learns of anything."""

    offer: OpaqueId
    yes: bool


class ReachOut(Command, tag="care.reach_out", frozen=True, kw_only=True):
    """ "I am having a hard time": tell those in the circle who are willing that one would like company."""

    circle: OpaqueId


class CareAsked(Discreet, frozen=True, kw_only=True):
    """``company``: at least two people in the circle are willing. It says nothing of what the person answers."""

    company: bool


class CareAnswered(Discreet, frozen=True, kw_only=True):
    """``told``: at least two people have been told; else nobody has."""

    told: bool


class CareOffer(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody in that circle is thinking of you. With ``company``: would you like some?"""

    offer: OpaqueId
    circle: OpaqueId
    company: bool = False
    until: Moment


class CareWanted(Discreet, frozen=True, kw_only=True):
    """To somebody willing: a participant of that circle said that they would like company."""

    circle: OpaqueId
    participant: OpaqueId
    until: Moment


class CareNow(Event, tag="care.now", frozen=True, kw_only=True):
    """All that waits for this person of offers and of others' wishes for company. Moments may have passed."""

    offers: tuple[CareOffer, ...] = ()
    wanted: tuple[CareWanted, ...] = ()


CareCommand = AskGently | WorryAbout | AnswerCare | ReachOut
CareEvent = CareNow
ANSWERS: dict[type[Command], Any] = {WorryAbout: CareAsked, AnswerCare: CareAnswered, ReachOut: CareAnswered}
"""What a command is answered with where that is more than that it is done."""
