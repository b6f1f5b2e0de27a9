"""The laws of a round, each judged on one step of a `World` and against the world's own book, by number."""

from collections.abc import Callable

from rooms import piece as pieces
from rooms import round as core
from rooms import round_views
from rooms.round_events import (
    Ask,
    Back,
    Began,
    Begin,
    Close,
    ComeBack,
    Given,
    Happened,
    Join,
    KindlyAsked,
    LayDown,
    Left,
    Listen,
    Offer,
    Offered,
    Over,
    Pass,
    Passed,
    Present,
    Share,
    StepOut,
    Talks,
    Tick,
)
from rooms.round_state import Round, pack, unpack
from rooms.work import Refusal
from tests.rooms.round_world import PEOPLE, Taken, Turn, World

Law = Callable[[World, Taken], None]
LAWS: dict[int, list[Law]] = {}
CODES = {
    "circle.waiting", "piece.last_time", "piece.not_yours", "piece.too_soon", "piece.yours", "round.full",
    "round.had_turn", "round.not_begun", "round.not_joined", "round.over", "round.running", "round.too_few",
}  # fmt: skip


class Unlawful(AssertionError):
    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"law {number}: {why}")
        self.number = number


def law(number: int) -> Callable[[Law], Law]:
    def keep(what: Law) -> Law:
        LAWS.setdefault(number, []).append(what)
        return what

    return keep


def judge(world: World, taken: Taken) -> None:
    for number in LAWS:
        judged(number, world, taken)


def only(number: int) -> Law:
    """A judge that knows one law."""
    return lambda world, taken: judged(number, world, taken)


def judged(number: int, world: World, taken: Taken) -> None:
    for each in LAWS[number]:
        try:
            each(world, taken)
        except (AssertionError, Refusal) as broken:
            raise Unlawful(number, f"{each.__doc__} ({type(taken.event).__name__}) {broken}") from broken


@law(1)
def one_holder(world: World, taken: Taken) -> None:
    """While it goes, the piece is with one who joined and is not out; else with nobody. Nobody is given it twice over."""
    state = taken.after
    if state is None:
        return
    assert (state.holder is not None) == (state.phase == "going")
    assert state.holder is None or state.holder in world.book.order
    holding = None if taken.book.turn is None else taken.book.turn.who
    for effect in taken.effects:
        if isinstance(effect, Given):
            assert holding is None
            holding = effect.who
        elif isinstance(effect, (Passed, Talks, Over)):
            holding = None
    assert holding == state.holder


@law(2)
def everybody_once_or_twice(world: World, taken: Taken) -> None:
    """Whoever joined is offered the piece once; once more if they asked for it or lost it; never more often."""
    book = world.book
    counted = dict(taken.book.had) if not taken.told(Offered) else {}
    for given in taken.told(Given):
        had = counted[given.who] = counted.get(given.who, 0) + 1
        assert had == 1 or (had == 2 and given.who in book.again)
    ends = [each for each in taken.told(Over, Talks) if not isinstance(each, Over) or each.ending == "complete"]
    if ends and taken.book.phase == "going":
        for who in book.order:
            assert book.had.get(who, 0) == 1 + (who in book.again), who


@law(2)
def owed_again(world: World, taken: Taken) -> None:
    """Whose first turn ended without them, or who asked for it, comes again; and nobody else."""
    turn = taken.book.turn
    for passed in taken.told(Passed):
        assert turn is not None
        mine = getattr(taken.event, "by", getattr(taken.event, "who", None)) == turn.who
        own = mine and isinstance(taken.event, (Pass, StepOut, Left))
        first = taken.book.had[turn.who] == 1
        if not _asked_long_ago(world, turn, taken.at):
            assert (passed.how == "later") == (first and not own)
        elif turn.dropped is None and taken.at < turn.sign + world.limits.piece_quiet - world.limits.piece_sign:
            assert passed.how != "later" or isinstance(taken.event, ComeBack)
        plain = mine and isinstance(taken.event, Pass) and not taken.event.silent
        assert passed.how == "later" or (passed.how == "silent") == (not plain and not turn.shared)


@law(3)
def nobody_is_forced(world: World, taken: Taken) -> None:
    """The piece leaves somebody by their own doing, after a minute without them, after long without a sign, or when two
    others had them asked long ago."""
    turn, limits, now = taken.book.turn, world.limits, taken.at
    if turn is None or (taken.after is not None and taken.after.turn == turn.turn and taken.after.holder == turn.who):
        return
    if isinstance(taken.event, (Close, LayDown)):
        return
    mine = getattr(taken.event, "by", getattr(taken.event, "who", None)) == turn.who
    if mine and isinstance(taken.event, (Pass, ComeBack, StepOut, Left)):
        return
    gone = turn.dropped is not None and now >= max(turn.dropped, turn.given) + limits.piece_wait
    quiet = now >= max(turn.sign + limits.piece_quiet - limits.piece_sign, turn.saved_until)
    quiet = quiet and (turn.dropped is None or turn.returned)
    assert gone or quiet or _asked_long_ago(world, turn, now), (now, turn)


def _asked_long_ago(world: World, turn: Turn, now: int) -> bool:
    return turn.first_asked is not None and now >= turn.first_asked + world.limits.piece_longest


@law(4)
def a_lost_holder_costs_a_minute(world: World, taken: Taken) -> None:
    """While a server runs, nobody waits longer than a minute for one who is away."""
    turn = world.book.turn
    if turn is not None and turn.dropped is not None:
        since = max(turn.dropped, turn.given, world.woke[-1])
        assert taken.at - since < world.limits.piece_wait


@law(5)
def never_stuck(world: World, taken: Taken) -> None:
    """Nobody who gives no sign has the piece for ever, whatever their connection does."""
    turn, limits = world.book.turn, world.limits
    if turn is not None:
        since = max(turn.sign, turn.given, world.woke[-1])
        assert taken.at - since < limits.piece_quiet + limits.piece_wait + pieces.notice(limits)


@law(5)
def signs_keep_it_for_a_time(world: World, taken: Taken) -> None:
    """Nobody whom two others had asked has the piece for ever, whatever signs they give."""
    turn = world.book.turn
    if turn is not None and turn.first_asked is not None:
        assert taken.at - max(turn.first_asked, world.woke[-1]) < world.limits.piece_longest


@law(6)
def rounds_do_not_overlap(world: World, taken: Taken) -> None:
    """As long as one runs, another offer is refused, and it stays the same round."""
    if taken.before is None or taken.before.phase == "over" or taken.told(Over):
        return
    assert taken.after is not None
    assert taken.after.id == taken.before.id
    if isinstance(taken.event, Offer) and taken.event.round != taken.before.id:
        assert taken.refused is not None
        assert taken.refused.code == "round.running"


@law(7)
def who_returns_in_time_keeps_it(world: World, taken: Taken) -> None:
    """Within a minute; and has some time to say so."""
    turn = taken.book.turn
    if turn is None or not isinstance(taken.event, Back) or taken.event.who != turn.who or turn.returned:
        return
    assert taken.after is not None
    assert (taken.after.holder, taken.after.turn) == (turn.who, turn.turn)
    soon = taken.at + pieces.notice(world.limits) - 1
    if _asked_long_ago(world, turn, soon):
        return
    later, _ = core.step(taken.after, Tick(), now=soon, limits=world.limits)
    assert later is not None
    assert later.turn == turn.turn


@law(8)
def refusals_are_few_and_change_nothing(world: World, taken: Taken) -> None:
    """They have known codes, and nobody is refused what is theirs."""
    event, book = taken.event, taken.book
    if taken.refused is not None:
        assert taken.refused.code in CODES
        assert taken.after is taken.before
        assert not isinstance(event, Happened) or isinstance(event, Share)
    refused = taken.refused is not None
    now = book.id == getattr(event, "round", book.id)
    match event:
        case Pass(_, by, turn) if now and book.turn is not None and (book.turn.who, book.turn.turn) == (by, turn):
            assert not refused
        case ComeBack(_, by, turn) if now and book.turn is not None and (book.turn.who, book.turn.turn) == (by, turn):
            assert refused == (book.had[by] > 1)
        case Join(_, by) if now and book.phase in ("gathering", "going") and not book.had.get(by):
            assert not refused or len(book.order) >= world.limits.round_most
        case Listen(_, _) if now and book.phase in ("gathering", "going"):
            assert not refused
        case StepOut(_, _) if now and book.phase != "over":
            assert not refused
        case Offer(_, _) if book.phase == "over":
            assert not refused


@law(9)
def restarts_change_nothing(world: World, taken: Taken) -> None:
    """Written and read back, a round is the same and goes on the same."""
    assert taken.after is None or unpack(pack(taken.after)) == taken.after
    assert taken.same_after_restart


@law(10)
def said_twice_is_said_once(world: World, taken: Taken) -> None:
    """A repeated command changes nothing more."""
    if taken.refused is not None or isinstance(taken.event, Happened) or taken.after is None:
        return
    try:
        again, effects = core.step(taken.after, taken.event, now=taken.at, limits=world.limits)
    except Refusal:
        return
    assert again == taken.after
    assert effects == ()


@law(10)
def stale_and_foreign_commands_change_nothing(world: World, taken: Taken) -> None:
    """Whatever is meant for another round, another turn or another's turn moves no piece."""
    event, turn = taken.event, taken.book.turn
    if not isinstance(event, (Happened, Offer)) and event.round != taken.book.id:
        assert taken.refused is not None
        assert taken.refused.code == "round.over"
    if isinstance(event, (Pass, ComeBack)) and (turn is None or (turn.who, turn.turn) != (event.by, event.turn)):
        assert taken.effects == ()
        if taken.book.turns.get(event.turn) != event.by:
            assert taken.refused is not None


@law(11)
def nobody_is_more_equal(world: World, taken: Taken) -> None:
    """With all people in others' places the same happens to those."""
    assert taken.alike


@law(12)
def words_wait_while_another_has_the_piece(world: World, taken: Taken) -> None:
    """And only then, for everybody alike, the offerer and who is not in the round included."""
    state = taken.after
    holder = None if world.book.turn is None else world.book.turn.who
    for who in PEOPLE:
        refusal = core.wait(state, who)
        assert (refusal is not None) == (holder not in (None, who))
        assert round_views.box(state, who) == ("open" if holder is None else "yours" if holder == who else "waits")
        if refusal is not None:
            assert refusal.facts == {"round": world.book.id, "why": "round"}
    if isinstance(taken.event, Share):
        before = None if taken.book.turn is None else taken.book.turn.who
        assert (taken.refused is not None) == (before not in (None, taken.event.by))


@law(13)
def in_the_order_of_joining(world: World, taken: Taken) -> None:
    """Nobody who is here and had no turn is passed over; second turns and those who are away come after."""
    book, had = taken.book, dict(taken.book.had)
    # Book before the step, brought as far as the moment at which the piece was given.
    order = list(world.book.order) if taken.told(Began) else list(book.order)
    for effect in taken.effects:
        if not isinstance(effect, Given):
            continue
        waiting = [who for who in order if who != effect.who and _owed(world, who, had)]
        if isinstance(taken.event, (Left, StepOut)):
            leaver = getattr(taken.event, "who", getattr(taken.event, "by", None))
            waiting = [who for who in waiting if who != leaver]
        before = {who for who in waiting if order.index(who) < order.index(effect.who)}
        away = {who for who in order if who in world.book.away}
        first = {who for who in waiting if not had.get(who)}
        if effect.who in away:
            assert not set(waiting) - away
        elif had.get(effect.who):
            assert not first - away
        else:
            assert not (first & before) - away
        had[effect.who] = had.get(effect.who, 0) + 1


def _owed(world: World, who: str, had: dict[str, int]) -> bool:
    return not had.get(who) or (had[who] == 1 and who in world.book.again)


@law(14)
def how_it_begins(world: World, taken: Taken) -> None:
    """With two at the least, by the offerer's word, by two of those who joined, when all have answered, or in time."""
    book, event, limits = taken.book, taken.event, world.limits
    if taken.told(Began):
        assert len(world.book.here) >= 2
        match event:
            case Begin(_, by):
                others = (at for who, at in book.begins.items() if who != by and who in book.order)
                second = by in book.order and any(taken.at < at + limits.round_asked for at in others)
                assert by == book.by or second
            case Join(_, by) | Listen(_, by):
                answered = {*book.order, *book.listening, by}
                assert event.inside
                assert not {who for who in event.inside if who not in answered and not _was_in(taken, who)}
            case Present(here):
                assert here
                assert not {
                    who for who in here if who not in {*book.order, *book.listening} and not _was_in(taken, who)
                }
            case _:
                assert taken.at >= book.since + limits.round_gather
    if world.book.phase == "gathering":
        assert taken.at - max(world.book.since, world.woke[-1]) < limits.round_gather


def _was_in(taken: Taken, who: str) -> bool:
    """They joined and stepped out again: that is an answer."""
    return taken.before is not None and taken.before.seat(who) is not None


@law(15)
def asking_is_kind(world: World, taken: Taken) -> None:
    """It reaches the holder alone, takes two others, or long silence, and is not done soon again."""
    book, limits, now = taken.book, world.limits, taken.at
    for told in taken.told(KindlyAsked):
        turn = book.turn
        assert turn is not None
        assert (told.who, told.turn) == (turn.who, turn.turn)
        if isinstance(taken.event, Ask):
            by = taken.event.by
            others = [at for who, at in turn.asks.items() if who not in (by, turn.who)]
            assert by != turn.who
            assert any(now < at + limits.round_asked for at in others)
            assert now >= max(turn.given, turn.last_asked or 0) + limits.piece_ask_every
        else:
            assert now >= turn.sign + limits.piece_quiet - pieces.notice(limits) - limits.piece_sign
    if isinstance(taken.event, Ask):
        assert not taken.told(Passed, Given, Over)


@law(16)
def laid_down_by_more_than_want_it(world: World, taken: Taken) -> None:
    """Two at the least, and more than those here who are in the round, have not the piece and do not wish so; for talk,
    two."""
    for ended in taken.told(Over):
        if ended.ending != "laid_down":
            continue
        book, now = taken.book, taken.at
        assert isinstance(taken.event, LayDown)
        wishing = {who for who, at in book.lays.items() if now < at + world.limits.round_asked} | {taken.event.by}
        holder = None if book.turn is None else book.turn.who
        against = [who for who in book.here if who not in wishing and who != holder]
        if taken.event.by in book.away:
            against = [who for who in against if who != taken.event.by]
        assert len(wishing) >= 2
        assert book.phase == "talk" or len(wishing) > len(against)


@law(16)
def a_holder_and_a_friend_hold_no_two_up(world: World, taken: Taken) -> None:
    """Who wish to lay it down and are more than all others here in the round, but for its holder, have done so."""
    book, now, event = taken.book, taken.at, taken.event
    if not isinstance(event, LayDown) or taken.refused is not None or world.book.phase != "going" or book.turn is None:
        return
    if world.book.turn is None or world.book.turn.turn != book.turn.turn or event.round != book.id:
        return
    # A wish said again is no longer for it: what is kept tells when it was first said.
    kept = () if taken.before is None else taken.before.lay
    wishing = {each.by for each in kept if now < each.at + world.limits.round_asked} | {event.by}
    against = [who for who in world.book.here if who not in wishing and who != book.turn.who]
    assert len(wishing) < 2 or len(wishing) <= len(against)


@law(17)
def clocks_may_be_wrong(world: World, taken: Taken) -> None:
    """No wait is longer than it is, from now; and what fell due while nobody could notice is given anew."""
    limits = world.limits
    if taken.after is not None and taken.refused is None and taken.after.phase != "over":
        at = core.next_at(taken.after, limits)
        assert at is not None
        longest = max(limits.piece_quiet, limits.piece_wait, limits.round_gather, limits.round_talk)
        assert at - taken.at <= longest
    woken = world.woke[-1] == taken.at and isinstance(taken.event, Tick)
    if woken and taken.before is not None and taken.told(Passed, Began):
        due = core.next_at(taken.before, limits)
        assert due is not None
        assert taken.at - due <= limits.round_late


@law(18)
def what_is_due_is_known(world: World, taken: Taken) -> None:
    """Nothing due is left undone, nothing happens before it is due, and then something does."""
    state, limits, now = taken.after, world.limits, taken.at
    if state is None or state == taken.before:
        return
    at = core.next_at(state, limits)
    assert (at is None) == (state.phase == "over")
    if at is None:
        return
    assert at > now
    for moment in (now, (now + at) // 2, at - 1):
        assert core.step(state, Tick(), now=moment, limits=limits) == (state, ())
    assert core.step(state, Tick(), now=at, limits=limits).state != state


@law(19)
def what_is_shown_is_so(world: World, taken: Taken) -> None:
    """Everybody sees who is in it and who has the piece; each sees their own part, and nobody another's."""
    state, book = taken.after, world.book
    turn, shown = book.turn, round_views.seen(state, question="?")
    assert (shown is None) == (state is None or state.phase == "over")
    for who in PEOPLE:
        mine = round_views.mine(state, who, entered_at=0)
        assert (mine is None) == (shown is None)
        if mine is not None:
            assert mine.turns == book.had.get(who, 0)
            never_in = state is not None and state.seat(who) is None
            assert mine.listening == (book.phase == "gathering" and never_in and who in book.listening)
            assert mine.asked == (taken_asked(state) == who)
            assert not mine.late
    if shown is not None and state is not None:
        assert (shown.id, shown.phase, shown.question) == (book.id, book.phase, "?")
        assert list(shown.people) == book.order
        assert shown.holder == (None if turn is None else turn.who)
        assert shown.turn == max(book.turns, default=0)
        for who in PEOPLE:
            late = round_views.mine(state, who, entered_at=state.offered_at + 1)
            assert late is not None
            assert late.late


def taken_asked(state: Round | None) -> str | None:
    """Before whom the question stands whether to go on."""
    return state.piece.who if state is not None and state.piece is not None and state.piece.asked else None
