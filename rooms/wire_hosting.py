"""What people say about who holds the space, and what they do to tend it."""

from rooms.wire import Command, Moment, OpaqueId, Seq


class OfferHost(Command, tag="host.offer", frozen=True, kw_only=True):
    """Offer to hold the space, or to hold it beside its host. Somebody else has to say yes."""

    circle: OpaqueId


class AgreeHost(Command, tag="host.agree", frozen=True, kw_only=True):
    """Say yes to the person who offers."""

    circle: OpaqueId
    participant: OpaqueId


class StopHost(Command, tag="host.stop", frozen=True, kw_only=True):
    """I need to stop: hand over at once, or take one's own offer back."""

    circle: OpaqueId


class SetShift(Command, tag="host.shift", frozen=True, kw_only=True):
    """Until when the host holds it; absent: no end is set."""

    circle: OpaqueId
    until: Moment | None = None


class AskBeside(Command, tag="host.ask", frozen=True, kw_only=True):
    """Ask somebody whether they would hold it too. Nobody else is told, and they say yes by offering."""

    circle: OpaqueId
    participant: OpaqueId


class Greet(Command, tag="tend.greet", frozen=True, kw_only=True):
    """Welcome those who came since the last welcome: at once by who holds it, by two otherwise."""

    circle: OpaqueId


class ReadAgreement(Command, tag="tend.agreement", frozen=True, kw_only=True):
    """Have the agreement shown to everybody in this moment: at once by who holds it, by two otherwise."""

    circle: OpaqueId


class TakeUpPrompt(Command, tag="tend.prompt", frozen=True, kw_only=True):
    """Keep a prompt in view for a while: "I'd like that too" to somebody else's, or one's own where one holds the space."""

    circle: OpaqueId
    target: Seq


HostCommand = OfferHost | AgreeHost | StopHost | SetShift | AskBeside | Greet | ReadAgreement | TakeUpPrompt
