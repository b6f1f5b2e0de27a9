"""Which action answers which command, and what one room's action means for the other room."""

from collections.abc import Mapping

from msgspec import Struct

from moderation import (
    care,
    care_standing,
    drawing,
    flags,
    forgetting,
    gentle,
    holding,
    letters,
    objections,
    panels,
    publishing,
    reviewing,
    seats,
)
from moderation import due as flags_due
from moderation import wire as flagged
from moderation import wire_care as cared
from moderation import wire_panels as judged
from moderation import wire_reviewing as reviewed
from moderation.operating import HoldByLaw, InviteModerator
from rooms import (
    bell,
    circles,
    closing,
    due,
    entering,
    hosting,
    invites,
    leaving,
    messages,
    personal,
    posting,
    tidy,
    together,
)
from rooms import wire as said
from rooms import wire_hosting as hosted
from rooms import wire_space as held
from rooms.circles import seat
from rooms.wire import Discreet
from rooms.work import Answered, Work
from server import identity, sessions
from server.door import BatchHandler, Handler
from server.errands import DrawLots, KeepRecord, PerformDue, TendCase


class StillHere(Struct, frozen=True):
    """Screens of these participants are here."""

    participants: tuple[str, ...]


class Seen(Discreet, frozen=True):
    """These people are here today."""

    people: tuple[str, ...]


class HostGone(Struct, frozen=True):
    """The screens of this circle's host have been gone for long."""

    circle: str


class Tidy(Struct, frozen=True):
    """Now and then: let go of what nobody needs any more."""


def perform_due(work: Work, command: PerformDue) -> None:
    if command.of is not None:
        faded = due.perform(work, command.of)
        if faded is not None:
            flags.faded(work, *faded)
            gentle.faded(work, *faded)
        return
    due.end_invites(work)
    flags_due.perform(work)
    reviewing.due(work)
    care_standing.wipe(work)
    identity.due(work)


def _tend_case(work: Work, command: TendCase) -> None:
    flags_due.tend(work, command.case)


def _draw_lots(work: Work, command: DrawLots) -> None:
    drawing.perform(work, command.case)


def _make_invite(work: Work, command: said.MakeInvite) -> Answered:
    circle, mine = seat(work, command.circle)
    return invites.make(work, circle, mine, command)


def _revoke_invite(work: Work, command: said.RevokeInvite) -> Answered:
    _, mine = seat(work, command.circle)
    return invites.revoke(work, mine, command)


def _take_back(work: Work, command: said.TakeBackMessage) -> Answered:
    circle, _ = seat(work, command.circle)
    answered = messages.take_back(work, command)
    if not answered.dup:
        flags.words_changed(work, circle, command.target, "taken_back")
        gentle.hush(work, circle, command.target)
    return answered


def _set_preferences(work: Work, command: said.SetPreferences) -> None:
    personal.set_preferences(work, command)
    if not command.preferences.gentle_notes:
        gentle.none_for(work)


def _forget(work: Work, command: said.ForgetMe) -> None:
    person = work.person
    forgetting.forgotten(work, person)
    gentle.forgotten(work, person)
    care_standing.forgotten(work, person)
    for circle, seq in personal.forget(work, command):
        flags.words_changed(work, circle, seq, "taken_back")
    identity.forgotten(work, person)


def _still_here(work: Work, command: StillHere) -> None:
    personal.still_here(work, command.participants)


def _host_gone(work: Work, command: HostGone) -> None:
    hosting.silent(work, command.circle)


def _seen(work: Work, command: Seen) -> None:
    reviewing.seen(work, command.people)


def _hold_by_law(work: Work, command: HoldByLaw) -> None:
    holding.legal_hold(
        work, command.circle, command.target, command.ground, ordered=command.ordered, release=command.release
    )


def _keep_record(work: Work, _command: KeepRecord) -> None:
    publishing.perform(work)


def _tidy(work: Work, _command: Tidy) -> None:
    tidy.forget_networks(work)
    reviewing.tidy(work)
    gone = tidy.people_without_places(work, gone=sessions.nobody_can_come_back() & ~forgetting.has_open_seat())
    forgetting.tidy(work, gone)
    tidy.erase_people(work, gone)
    seats.tidy(work)


HANDLERS: Mapping[type, Handler] = {
    said.OpenCircle: circles.open_circle,
    said.LeaveCircle: leaving.leave,
    said.CloseCircle: closing.close,
    said.KeepCircleOpen: closing.keep_open,
    said.GoOn: closing.go_on,
    said.MakeInvite: _make_invite,
    said.RevokeInvite: _revoke_invite,
    said.EditMessage: messages.edit,
    said.TakeBackMessage: _take_back,
    said.MakeGesture: messages.make_gesture,
    said.UndoGesture: messages.undo_gesture,
    said.SetAside: personal.set_aside,
    said.UndoAside: personal.undo_aside,
    said.MarkRead: personal.mark_read,
    held.AskBreath: together.ask_breath,
    held.RestDoors: together.rest_doors,
    held.ChoosePace: together.choose_pace,
    held.RingBell: bell.ring,
    hosted.OfferHost: hosting.offer,
    hosted.AgreeHost: hosting.agree,
    hosted.StopHost: hosting.stop,
    hosted.SetShift: hosting.set_shift,
    HostGone: _host_gone,
    said.SetPreferences: _set_preferences,
    said.ForgetMe: _forget,
    flagged.FlagMessage: flags.raise_flag,
    flagged.WithdrawFlag: flags.withdraw_flag,
    flagged.RephraseMessage: flags.rephrase,
    flagged.DismissLetter: letters.dismiss_letter,
    judged.HoldMessage: holding.hold_message,
    judged.CosignHold: holding.cosign_hold,
    judged.AddSide: objections.add_side,
    judged.MakeAppeal: objections.make_appeal,
    judged.TakeSeat: panels.take,
    judged.LeaveSeat: panels.leave,
    judged.LeaveHeavySeat: panels.leave_heavy,
    judged.CastBallot: panels.cast,
    judged.UndoBallot: panels.undo,
    judged.SayToPanel: panels.say,
    judged.ReadyToVote: panels.ready,
    judged.MarkBadFaith: panels.mark_faith,
    reviewed.BeginReviewing: reviewing.begin,
    reviewed.SetReviewing: reviewing.set_skips,
    reviewed.EndReviewing: reviewing.end,
    InviteModerator: reviewing.invite_moderator,
    HoldByLaw: _hold_by_law,
    reviewed.ComeAsModerator: reviewing.come_as_moderator,
    reviewed.GiveUpModerator: reviewing.give_up_moderator,
    cared.AskGently: gentle.ask,
    cared.WorryAbout: care.worry,
    cared.AnswerCare: care.answer,
    cared.ReachOut: care.reach_out,
    PerformDue: perform_due,
    TendCase: _tend_case,
    DrawLots: _draw_lots,
    KeepRecord: _keep_record,
    StillHere: _still_here,
    Seen: _seen,
    Tidy: _tidy,
    **identity.HANDLERS,
}


BATCHES: Mapping[type, BatchHandler] = {said.PostMessage: posting.post_all, said.EnterCircle: entering.enter_all}
"""Commands of which one commit takes many in the same few statements."""
