"""Changing what a circle agrees on. The words of proposals and objections are read, never told: no log holds them."""

from typing import Annotated, Literal

from msgspec import Meta

from rooms.wire import Command, Discreet, Event, Moment, OpaqueId, Text

Version = Annotated[int, Meta(ge=1, lt=2**31)]
KeepFor = Annotated[int, Meta(ge=0, lt=2**53)]
Phase = Literal["open", "trial", "review", "over"]
Outcome = Literal["stopped", "lapsed", "withdrawn", "kept", "returned"]
Moved = Literal[
    "proposed", "reworded", "withdrawn", "objected", "cleared", "seconded",
    "stopped", "lapsed", "trial", "review", "kept", "returned",
]  # fmt: skip


class ProposeAgreement(Command, tag="agreement.propose", frozen=True, kw_only=True):
    """Propose that from some time on this is what the circle agrees on. ``version`` is the one it was written from."""

    circle: OpaqueId
    version: Version
    text: Text
    keep_for: KeepFor | None = None
    """How long words stay, in milliseconds; 0 is "until closing"; absent: as now."""


class RewordAgreement(Command, tag="agreement.reword", frozen=True, kw_only=True):
    """Say one's own proposal differently. The time for objections begins anew, and objections stay."""

    circle: OpaqueId
    matter: OpaqueId
    text: Text
    keep_for: KeepFor | None = None


class TakeBackAgreement(Command, tag="agreement.take_back", frozen=True, kw_only=True):
    """Take one's own proposal back, as long as it is not on trial."""

    circle: OpaqueId
    matter: OpaqueId


class ObjectToAgreement(Command, tag="agreement.object", frozen=True, kw_only=True):
    """Say why it should not come, or where it is on trial, why the version before should come back."""

    circle: OpaqueId
    matter: OpaqueId
    revision: Version
    """The wording it is about."""
    reason: Text


class ConsentToAgreement(Command, tag="agreement.consent", frozen=True, kw_only=True):
    """Be for it as it is worded; an objection of one's own is taken back with that."""

    circle: OpaqueId
    matter: OpaqueId
    revision: Version


class ClearAgreement(Command, tag="agreement.clear", frozen=True, kw_only=True):
    """Take back what one answered."""

    circle: OpaqueId
    matter: OpaqueId


class MatterView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """How a change stands, as everybody in the circle may see it; without its words."""

    id: OpaqueId
    by: OpaqueId
    phase: Phase = "open"
    until: Moment
    """When this phase ends."""
    revision: Version = 1
    seconded: bool = False
    """Somebody else is for it. Never how many."""
    objections: tuple[OpaqueId, ...] = ()
    """Who holds one."""
    outcome: Outcome | None = None


class AgreementMoved(Event, tag="agreement.moved", frozen=True, kw_only=True):
    """Something happened to a change of the agreement; ``version`` is the one that holds now."""

    what: Moved
    version: Version
    matter: MatterView
    who: OpaqueId | None = None


class AgreementVersion(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """``how`` it came: agreed on when the circle was opened, after a proposal, or brought back after a trial."""

    version: Version
    text: str
    keep_for: KeepFor
    agreed_at: Moment
    how: Literal["opened", "proposed", "returned"] = "opened"


class Proposed(Discreet, frozen=True, kw_only=True):
    """The words of a change, of the wording ``revision``."""

    matter: OpaqueId
    revision: Version
    text: str
    keep_for: KeepFor


class ObjectionView(Discreet, frozen=True, kw_only=True):
    by: OpaqueId
    reason: str
    revision: Version
    """The wording it was about."""


class AgreementBook(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """What a circle agrees on, and how it came to that. Only what holds now, and what one last said yes to oneself, where
    one is not in it now."""

    now: AgreementVersion
    agreed: AgreementVersion | None = None
    """What one said yes to when one last came in, where that is another version."""
    versions: tuple[AgreementVersion, ...] = ()
    """The ones before, the newest first."""
    matter: MatterView | None = None
    proposed: Proposed | None = None
    """What would hold, as long as it is not decided, and for a while after."""
    former: AgreementVersion | None = None
    """What would come back, while there is a trial."""
    objections: tuple[ObjectionView, ...] = ()
    consented: bool = False
    """One is for it oneself."""


AgreementCommand = (
    ProposeAgreement | RewordAgreement | TakeBackAgreement | ObjectToAgreement | ConsentToAgreement | ClearAgreement
)
