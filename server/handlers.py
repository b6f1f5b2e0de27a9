"""Which action answers which command, and what one room's action means for the other room."""

from collections.abc import Mapping
from typing import get_args

from moderation import (
    care,
    care_standing,
    flags,
    forgetting,
    gentle,
    holding,
    letters,
    objections,
    panels,
    reviewing,
)
from moderation import wire as flagged
from moderation import wire_care as cared
from moderation import wire_panels as judged
from moderation import wire_reviewing as reviewed
from moderation.operating import InviteModerator
from rooms import (
    agreements,
    bell,
    carrying,
    circles,
    closing,
    doorway,
    entering,
    hosting,
    invites,
    leaving,
    listening,
    messages,
    personal,
    plans,
    posting,
    rounds,
    sisters,
    telling,
    tending,
    together,
)
from rooms import wire as said
from rooms import wire_agreement as agreed
from rooms import wire_closing as ending
from rooms import wire_door as knocked
from rooms import wire_hosting as hosted
from rooms import wire_round as turns
from rooms import wire_schedule as meets
from rooms import wire_space as held
from rooms.circles import seat
from rooms.work import Answered, Work
from server import identity, push_places, upkeep
from server.door import BatchHandler, Handler


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
    knocked.LeaveDoor: doorway.leave,
    knocked.OpenSister: sisters.open_sister,
    knocked.ListenAtDoor: listening.listen,
    knocked.StopListening: listening.stop,
    hosted.OfferHost: hosting.offer,
    hosted.AgreeHost: hosting.agree,
    hosted.StopHost: hosting.stop,
    hosted.SetShift: hosting.set_shift,
    agreed.ProposeAgreement: agreements.propose,
    agreed.RewordAgreement: agreements.reword,
    agreed.TakeBackAgreement: agreements.take_back,
    agreed.ObjectToAgreement: agreements.object_to,
    agreed.ConsentToAgreement: agreements.consent,
    agreed.ClearAgreement: agreements.clear,
    hosted.AskBeside: hosting.ask_beside,
    hosted.Greet: tending.greet,
    hosted.ReadAgreement: tending.read_agreement,
    hosted.TakeUpPrompt: tending.take_up,
    ending.GiveCarried: carrying.give,
    ending.TakeCarriedBack: carrying.take_back,
    turns.OfferRound: rounds.offer,
    **dict.fromkeys(get_args(turns.TurnCommand), rounds.ask),
    meets.PlanCircle: plans.plan,
    meets.ChangePlan: plans.change,
    meets.LeaveOutSitting: plans.leave_out,
    meets.MoveSitting: plans.move,
    meets.PutBackSitting: plans.put_back,
    meets.StopPlan: plans.stop,
    meets.TellOpening: telling.tell_opening,
    meets.MakeFeed: telling.make_feed,
    meets.EndFeed: telling.end_feed,
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
    reviewed.ComeAsModerator: reviewing.come_as_moderator,
    reviewed.GiveUpModerator: reviewing.give_up_moderator,
    cared.AskGently: gentle.ask,
    cared.WorryAbout: care.worry,
    cared.AnswerCare: care.answer,
    cared.ReachOut: care.reach_out,
    **push_places.HANDLERS,
    **upkeep.HANDLERS,
    **identity.HANDLERS,
}


BATCHES: Mapping[type, BatchHandler] = {
    said.PostMessage: posting.post_all,
    said.EnterCircle: entering.enter_all,
    knocked.WaitAtDoor: doorway.wait_all,
}
"""Commands of which one commit takes many in the same few statements."""
