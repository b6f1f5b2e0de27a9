"""The closed list of what one person alone can do that touches anybody else. Nothing that is not here exists.

Data, so that a test can walk every command against it. Powers without commands are agreed on but not built: nobody
has them yet. Times are milliseconds; a power without an end touches only its holder, or only offers something.
"""

from moderation.power import TENDING, Power
from rooms.units import DAY, HOUR, MINUTE, SECOND

POWERS = (
    Power(
        letter="a",
        does="hide, mute or set aside, for oneself",
        holder="anyone",
        reach="self",
        commands=("aside.set", "aside.undo", "preferences.set"),
    ),
    Power(
        letter="b",
        does="ask gently: one note without a name, however many ask",
        holder="anyone",
        reach="author",
        commands=("message.ask_gently",),
        caps=((1, 0, "message"), (10, DAY, "person")),
    ),
    Power(
        letter="c",
        does="flag; alone it hides the message for the flagger only",
        holder="anyone",
        reach="self",
        commands=("message.flag", "flag.withdraw"),
        caps=((1, 0, "message"), (5, DAY, "cases of one person")),
    ),
    Power(
        letter="d",
        does="hold a message that exposes, threatens, is illegal or spam",
        holder="anyone",
        reach="message",
        commands=("message.hold",),
        lasts=10 * MINUTE,
        caps=((1, 0, "message"), (2, DAY, "person")),
    ),
    Power(
        letter="e",
        does="hold a message that exposes one's own private data",
        holder="subject",
        reach="message",
        commands=("message.hold mine",),
        lasts=72 * HOUR,
        caps=((1, 0, "message"), (2, 0, "holds open at once")),
    ),
    Power(
        letter="f",
        does="say one's own message differently, or take it back",
        holder="author",
        reach="message",
        commands=("message.edit", "message.rephrase", "message.take_back"),
    ),
    Power(letter="g", does="leave a panel", holder="reviewer", reach="nobody", commands=("seat.leave", "seat.heavy")),
    Power(
        letter="h",
        does="tend a room one holds, announce its closing and take that back, ask somebody to hold it too, hand it over",
        holder="host",
        reach="circle",
        commands=("circle.close", "circle.keep_open", "circle.go_on", "host.ask", "host.stop", "host.shift", *TENDING),
        stopped_by=2,
    ),
    Power(
        letter="i",
        does="legal hold on one message: illegal content or private data, with a stated ground, in public",
        holder="operator",
        reach="message",
        lasts=7 * DAY,
    ),
    Power(
        letter="j",
        does="ring the bell",
        holder="anyone",
        reach="circle",
        commands=("bell.ring",),
        lasts=60 * SECOND,
        caps=((1, 15 * MINUTE, "circle"), (1, HOUR, "person")),
    ),
    Power(
        letter="k",
        does="offer a prompt, a round or a rest, and say when the round one offered begins; it forces nobody",
        holder="anyone",
        reach="circle",
        commands=("round.offer", "round.begin"),
    ),
    Power(
        letter="l",
        does="open a room, now or at times that repeat, and change those times or, holding one, one of them; what is open stays",
        holder="anyone",
        reach="nobody",
        commands=("circle.open", *"plan.make plan.change plan.leave_out plan.move plan.put_back plan.stop".split()),
    ),
    Power(letter="m", does="make invites", holder="anyone", reach="nobody", commands=("invite.make", "invite.revoke")),
    Power(
        letter="n",
        does="have somebody asked, without a name, whether they would like company; they owe no answer",
        holder="anyone",
        reach="person",
        commands=("care.worry",),
        lasts=HOUR,
        caps=((3, DAY, "person"), (1, HOUR, "person asked")),
    ),
    Power(
        letter="o",
        does="listen at a door where the circle allows it: counted inside, without a name",
        holder="anyone",
        reach="circle",
        commands=("door.listen",),
        lasts=5 * MINUTE,
        caps=((3, 0, "circle at once"), (1, HOUR, "person and circle")),
    ),
    Power(
        letter="p",
        does="propose a change to what a circle agrees on, or object to one with a reason; neither changes anything",
        holder="anyone",
        reach="circle",
        commands=tuple(f"agreement.{each}" for each in ("propose", "reword", "take_back", "object", "clear")),
        lasts=13 * DAY,
        caps=((1, 0, "circle"), (5, DAY, "person"), (20, DAY, "objections of one person")),
    ),
)

TOGETHER = (
    Power(
        letter="breath",
        does="slow everybody down for a minute, themselves, the host and moderators included",
        holder="anyone",
        reach="circle",
        commands=("breath.ask",),
        lasts=MINUTE,
        caps=((1, 15 * MINUTE, "circle"),),
    ),
    Power(
        letter="close",
        does="announce the closing of a room that somebody else holds, or nobody",
        holder="anyone",
        reach="circle",
        commands=("circle.close together",),
        stopped_by=2,
    ),
    Power(
        letter="tend",
        does="welcome those who came, have the agreement shown to all, keep in view what somebody else offered as a prompt",
        holder="anyone",
        reach="circle",
        commands=tuple(f"{each} together" for each in TENDING),
        stopped_by=2,
    ),
    Power(
        letter="host",
        does="hold the space, once a second person says yes to it; it is a turn, and brings no other power than h",
        holder="anyone",
        reach="circle",
        commands=("host.offer", "host.agree"),
        stopped_by=2,
    ),
    Power(
        letter="sister",
        does="open a circle like the full one before whose door both wait",
        holder="anyone",
        reach="nobody",
        commands=("door.sister",),
        lasts=5 * MINUTE,
        caps=((1, 0, "circle that has room"),),
    ),
    Power(
        letter="doors",
        does="let nobody in who was not here before, for some minutes",
        holder="anyone",
        reach="circle",
        commands=("doors.rest",),
        lasts=10 * MINUTE,
        caps=((1, 15 * MINUTE, "circle"),),
    ),
    Power(
        letter="pace",
        does="choose a pace for everybody; two others choose another",
        holder="anyone",
        reach="circle",
        commands=("pace.choose",),
        stopped_by=2,
    ),
    Power(
        letter="begin",
        does="begin a round before its minute of gathering is over, if they joined it",
        holder="anyone",
        reach="circle",
        commands=("round.begin together",),
        lasts=MINUTE,
        caps=((1, 0, "round"),),
    ),
    Power(
        letter="ask",
        does="have whoever holds the piece asked kindly whether to go on; from the first asking signs keep it for a time only",
        holder="anyone",
        reach="person",
        commands=("piece.ask",),
        lasts=7 * MINUTE,
        caps=((1, 3 * MINUTE, "turn"),),
    ),
    Power(
        letter="lay",
        does="lay the piece down, when more say so than are in the round beside its holder and do not; another may follow",
        holder="anyone",
        reach="circle",
        commands=("round.lay_down",),
        lasts=0,
        caps=((1, 0, "round"),),
    ),
    Power(
        letter="agreement",
        does="let a proposed change of the agreement come, on trial, where nobody holds an objection",
        holder="anyone",
        reach="circle",
        commands=("agreement.consent",),
        lasts=8 * DAY,
        caps=((1, 0, "circle"),),
    ),
    Power(
        letter="co-sign",
        does="let a message that one person holds be held for longer",
        holder="anyone",
        reach="message",
        commands=("hold.cosign",),
        lasts=60 * MINUTE,
        caps=((1, 0, "message"),),
    ),
)
"""What takes two people. One alone has a wish shown, for five minutes and without a name, so that a second can join."""

TALK = frozenset(
    "circle.enter circle.leave carry.give carry.take_back door.wait door.leave door.stop message.post"
    " gesture.make gesture.undo read.mark letter.dismiss care.answer care.reach_out person.forget opening.tell"
    " calendar.make calendar.end".split()
)
"""Commands that are no power: being there, speaking, answering, and one's own affairs."""
IN_ROUNDS = frozenset({"round.join", "round.listen", "round.step_out", "piece.pass", "piece.come_back", "piece.stay"})
"""One's own part in a round, and one's own turn."""
ASKING = frozenset({"side.add", "appeal.make"})
"""To speak for oneself to a panel, and to ask for another: whoever reads it decides."""
AT_THE_TABLE = frozenset({"seat.take", "ballot.cast", "ballot.undo", "panel.say", "panel.ready", "faith.mark"})
"""What somebody on whom the lot fell does beside others on whom it fell: each a part of a decision, none alone one."""
SERVING = frozenset({"reviewing.begin", "reviewing.set", "reviewing.end", "moderator.come", "moderator.give_up"})
"""To be one on whom the lot may fall, or not any more."""
NO_POWER = TALK | IN_ROUNDS | ASKING | AT_THE_TABLE | SERVING
