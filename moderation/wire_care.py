"""What kindness says on the wire: a gentle note about a message. Nothing here ever names who asked."""

from rooms.wire import Command, OpaqueId, Seq


class AskGently(Command, tag="message.ask_gently", frozen=True, kw_only=True):
    """Have the writer of a message told, without a name, that it was hard for somebody. However many ask, once."""

    circle: OpaqueId
    target: Seq


CareCommand = AskGently
