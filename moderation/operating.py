"""What the operator may ask for, on the machine only. None of it is a command that a person can send."""

from typing import Annotated, Literal

from msgspec import Meta

from rooms.wire import Discreet, Moment, OpaqueId


class OperatorCommand(Discreet, tag_field="do", forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One line of JSON on the control socket."""


class InviteModerator(OperatorCommand, tag="moderator.invite", frozen=True, kw_only=True):
    """Make a code by which one person becomes a moderator."""


class HoldByLaw(OperatorCommand, tag="legal.hold", frozen=True, kw_only=True):
    """Cover one message, in public and with a stated ground, until a panel has decided; or release it."""

    circle: OpaqueId
    target: Annotated[int, Meta(ge=1, lt=2**53)]
    ground: Literal["illegal", "privacy"] = "illegal"
    ordered: bool = False
    """A documented legal order asks for it."""
    release: bool = False


class ModeratorInvite(Discreet, frozen=True, kw_only=True):
    """Shown once: the server keeps only a hash of the code."""

    code: str
    ends_at: Moment
