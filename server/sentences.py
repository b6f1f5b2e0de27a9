"""What is said to somebody who is refused: for every code its HTTP status and one plain sentence."""

from typing import Final

SENTENCES: Final[dict[str, tuple[int, str]]] = {
    "request.bad_json": (400, "This is not JSON."),
    "request.bad_envelope": (400, "This is not a command: send an object with do and ref."),
    "request.unknown_command": (400, "There is no such command here."),
    "request.bad_field": (400, "A field is missing, unknown, or not of the kind that is expected."),
    "request.bad_value": (422, "A value is not one that can be used here."),
    "request.bad_host": (400, "The Host header is missing, given twice, or not a host."),
    "request.bad_path": (400, "This is not a path."),
    "request.bad_length": (400, "The length of the body is not a number."),
    "request.wrong_host": (421, "This server does not answer for that host."),
    "request.wrong_origin": (403, "This may only be asked from the pages of this server."),
    "request.not_json": (415, "Send JSON, with Content-Type: application/json."),
    "request.too_large": (413, "This is longer than anything that is taken here."),
    "request.too_slow": (408, "The body took too long to arrive."),
    "request.bad_method": (405, "This cannot be asked with that method."),
    "request.bad_request": (400, "This request cannot be understood."),
    "page.not_found": (404, "There is nothing here."),
    "session.missing": (401, "Come in first."),
    "session.ended": (401, "This session has ended. You can come in again."),
    "session.present": (409, "You are in already. Sign out first."),
    "session.not_found": (404, "This session is not there. It may have ended."),
    "sign_in.wrong": (403, "This name and this passphrase do not belong together."),
    "recovery.wrong": (403, "This name and these words do not belong together."),
    "passphrase.wrong": (403, "This is not the passphrase of this place."),
    "passphrase.too_short": (422, "Please make the passphrase longer. Four or five words are good."),
    "passphrase.too_long": (422, "Please make the passphrase shorter."),
    "passphrase.common": (422, "Others would guess this passphrase soon. A few unrelated words are better."),
    "place.kept": (409, "You have kept your place already."),
    "place.missing": (409, "You have not kept a place yet."),
    "sign_in_name.empty": (422, "Please choose a name to sign in with."),
    "sign_in_name.too_long": (422, "Please choose a shorter name to sign in with."),
    "sign_in_name.not_allowed": (
        422,
        "This name has characters that cannot be seen or typed. Please choose another.",
    ),
    "sign_in_name.taken": (409, "Somebody signs in with this name already. Please choose another."),
    "name.empty": (422, "Please choose a name, or take one that is offered."),
    "name.too_long": (422, "Please choose a shorter name."),
    "name.not_allowed": (
        422,
        "This name has characters that cannot be seen or typed. Please choose another.",
    ),
    "name.reserved": (422, "This name belongs to the place itself. Please choose another."),
    "name.taken": (409, "Somebody in this circle has a name that looks the same. Please choose another."),
    "rate.limited": (429, "That is a lot at once. Please try again a little later."),
    "key.reused": (409, "This key was used for something else."),
    "storage.full": (507, "The server has no room left. What you wrote is not stored."),
    "storage.unavailable": (503, "The server cannot store anything at the moment. Please try again."),
    "server.closing": (503, "The server is starting anew. Please try again in a moment."),
    "internal": (500, "Something went wrong here. It was noted, without what you wrote."),
    "agreement.changed": (409, "The agreement has changed. Please read it again before you come in."),
    "circle.by_invite_only": (403, "One comes into this circle by an invite."),
    "circle.closed": (409, "This circle has closed."),
    "circle.full": (409, "Every seat in this circle is taken at the moment."),
    "circle.keep_your_place_first": (403, "Here, rooms are opened by those who have kept their place."),
    "circle.not_closing": (409, "No closing has been announced here."),
    "circle.not_host": (403, "Only whoever announced it or opened the circle can do this."),
    "circle.not_open_yet": (409, "This circle is not open yet."),
    "circle.one_at_a_time": (409, "You hold a room open already. Close it first."),
    "flag.already": (409, "You have flagged this already."),
    "flag.budget": (429, "You have flagged a lot today. Please let some time pass."),
    "flag.own_words": (409, "These are your own words. You can take them back."),
    "gesture.not_here": (409, "This gesture cannot be made here."),
    "invite.needed": (403, "One comes into this circle by an invite."),
    "invite.not_valid": (404, "This invite is used up, has ended, or was never made."),
    "invite.too_many": (409, "There are many invites of yours already. Revoke one first."),
    "log.not_ready": (503, "This is being read. Please try again in a moment."),
    "log.too_many": (429, "That is more than one can follow at once."),
    "message.edited_often": (409, "This message has been edited as often as it may be."),
    "message.folded": (409, "This message is folded at the moment."),
    "message.not_folded": (409, "This message is not folded."),
    "message.not_yours": (403, "Only its writer can do this to a message."),
    "message.rephrased_once": (409, "This message was said differently once already."),
    "message.same_words": (409, "These are the same words as before."),
    "message.taken_back": (409, "This message was taken back."),
}
"""Codes that say a field's name (`topic.too_long`) need no line of their own: their last word is enough."""

_KINDS: Final[dict[str, tuple[int, str]]] = {
    "not_found": (404, "This is not there, or not for you."),
    "too_long": (422, "This is too long."),
    "empty": (422, "There is nothing in it to read."),
    "bad_unicode": (422, "This has characters that cannot be stored."),
}
_OTHER: Final = (409, "This cannot be done as things are.")


def sentence_for(code: str) -> tuple[int, str]:
    """HTTP status and sentence of a refusal code."""
    return SENTENCES.get(code) or _KINDS.get(code.rpartition(".")[2], _OTHER)
