"""What people say about who holds the space."""

from rooms.wire import Command, Moment, OpaqueId


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


HostCommand = OfferHost | AgreeHost | StopHost | SetShift
