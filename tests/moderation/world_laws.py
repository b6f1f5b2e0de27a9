"""The laws of moderation, each judged on one step of a `World` and against the world's own book.

A law is numbered like the invariant it checks. A step that breaks one raises `Unlawful`, or is collected where several
laws are to be seen to break.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from math import ceil, sqrt

from moderation import case as core
from moderation.flagged import ENDED, HARD, Flag, Message
from moderation.fold import Standing
from moderation.follows import (
    AppealBegan,
    BadFaith,
    Decided,
    Fold,
    Hold,
    Journal,
    Offer,
    Pause,
    Release,
    Seated,
    Tell,
    Unfold,
    Withhold,
)
from moderation.panel import Ballot
from moderation.state import READING, Case, Decision
from rooms.limits import Limits
from rooms.work import Refusal
from tests.moderation.world import AUTHOR, HOST, PERSONAL, Book, HoldSeen, Taken, World, names_in, renamed
from tests.moderation.world_walks import settles

Law = Callable[[World, Taken], None]
LAWS: dict[int, list[Law]] = {}
COVERED = ("folded", "held", "confirmed", "withheld")
PARTIES_DO = (
    "flag",
    "withdraw",
    "hold",
    "cosign",
    "subject_hold",
    "legal_hold",
    "release_legal",
    "add_context",
    "appeal",
)
AT_THE_TABLE = ("cast", "undo", "ready", "mark_faith")


class Unlawful(AssertionError):
    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"invariant {number}: {why}")
        self.number = number


def law(number: int) -> Callable[[Law], Law]:
    def keep(what: Law) -> Law:
        LAWS.setdefault(number, []).append(what)
        return what

    return keep


def judge(world: World, taken: Taken) -> None:
    for number, laws in LAWS.items():
        for each in laws:
            try:
                each(world, taken)
            except (AssertionError, Refusal) as broken:
                raise Unlawful(number, f"{each.__doc__} ({taken.name}) {broken}") from broken


def only(number: int) -> Law:
    """A judge that knows one invariant."""

    def judges(world: World, taken: Taken) -> None:
        for each in LAWS[number]:
            try:
                each(world, taken)
            except (AssertionError, Refusal) as broken:
                raise Unlawful(number, f"{each.__doc__} ({taken.name}) {broken}") from broken

    return judges


# --- what the document says, said again here --------------------------------------------------------------


def most_of(n: int) -> int:
    return n // 2 + 1


def two_thirds_of(n: int) -> int:
    return 2 * n // 3 + 1


def content_needs(level: int, n: int) -> int:
    return two_thirds_of(n) if level == 2 else most_of(n)


def person_needs(level: int, n: int) -> int:
    return two_thirds_of(n) if level >= 3 else most_of(n)


def needed_flags(witnesses: int) -> int:
    return max(2, ceil(sqrt(witnesses) / 2))


def may_decide(e: int) -> tuple[int, int]:
    """Content and person levels, by how many could be drawn."""
    for least, most in ((14, (2, 5)), (10, (2, 4)), (6, (1, 3)), (3, (1, 2)), (2, (1, 1))):
        if e >= least:
            return most
    return (0, 0)


def longest_pause(level: int, limits: Limits) -> int:
    return {3: limits.pause_again, 4: limits.pause_longer, 5: limits.step_away}[level]


def counting(flags: list[Flag], needed: int) -> int:
    """The most of them that count: of the young at most half of what is needed by one invite or one network."""
    free = [each for each in flags if each.standing is Standing.ESTABLISHED]
    young = [each for each in flags if each.standing is Standing.PRESENT]
    each_way = max(1, needed // 2)
    for many in range(len(young), 0, -1):
        for some in combinations(young, many):
            invites = Counter(each.origin.invite for each in some if each.origin.invite is not None)
            networks = Counter(each.origin.network for each in some if each.origin.network is not None)
            if max([0, *invites.values(), *networks.values()]) <= each_way:
                return len(free) + many
    return len(free)


def flags_on(book: Book, seq: int) -> list[Flag]:
    return [flag for (where, _), flag in book.flags.items() if where == seq and not flag.withdrawn]


def for_content(given: Ballot, seq: int, level: int) -> bool:
    mark = next((each for each in given.marks if each.seq == seq), None)
    if mark is None:
        return False
    if level == 2:
        return mark.content == 2 and given.code in HARD
    return mark.content >= level or (mark.hold and given.code in HARD)


def at_least(seq: int, level: int) -> Callable[[Ballot], bool]:
    return lambda given: for_content(given, seq, level)


def of_person(level: int) -> Callable[[Ballot], bool]:
    return lambda given: given.person >= level


def holding(seq: int) -> Callable[[Ballot], bool]:
    return lambda given: any(mark.seq == seq and mark.hold for mark in given.marks)


def support(book: Book, panel: int, counts: Callable[[Ballot], bool]) -> int:
    """Of the rounds of one panel, the most distinct jurors whose ballots count."""
    rounds = (given for (number, _), given in book.cast.items() if number == panel)
    return max((sum(counts(each) for each in given.values()) for given in rounds), default=0)


def cleared(book: Book) -> set[int]:
    """Messages that the latest decision left as they are."""
    if not book.decided:
        return set()
    return {each.seq for each in book.decided[-1][0].outcomes if each.level == 0}


def appealing(case: Case, book: Book) -> tuple[str, int] | None:
    """Side and moment of the appeal that is not decided yet."""
    waits = case.review.stage in ("appeal_wait", *READING) and bool(book.decided)
    return book.appeals[-1] if waits and book.appeals else None


def shared(case: Case) -> object:
    """What others than flaggers may see of a case."""
    return case.closed, case.review.stage, tuple((each.seq, each.view) for each in case.messages), case.paused


# --- the laws ---------------------------------------------------------------------------------------------


@law(1)
def one_account_alone_touches_nobody(world: World, taken: Taken) -> None:
    """What others feel has two accounts behind it, or is one of the powers of one, within its time"""
    book, limits = world.book, world.limits
    for each in taken.effects:
        match each:
            case Fold(seq, _, _, False):
                assert sum(flag.standing > 0 for flag in flags_on(book, seq)) >= 2
            case Fold(seq, _, _, True) | Withhold(seq, _, _):
                assert max(support(book, n, at_least(seq, 1)) for n in range(1, book.panel + 1)) >= 2
            case Pause(level, _, _):
                assert max(support(book, n, of_person(3)) for n in range(1, book.panel + 1)) >= 3, level
            case Decided(decision):
                if decision.heard and decision.person > 0 and decision.instance == 1:
                    assert support(book, book.panel, of_person(1)) >= 2
            case Hold(seq, until, _, "alone"):
                held = [h for h in book.holds.get(seq, ()) if h.kind == "alone"]
                assert held
                assert held[-1].cosigned_at is not None or until <= held[-1].at + limits.hold_alone
            case Hold(seq, _, _, "panel"):
                assert support(book, book.panel, holding(seq)) >= 2
            case Hold(seq, _, _, kind):
                assert any(h.kind == kind for h in book.holds.get(seq, ()))
            case BadFaith():
                jurors = {seat.juror for seat in taken.after.review.past[-1].seats if seat.state == "seated"}
                said = {mark.juror for mark in taken.after.review.faith}
                assert len(said) >= 2
                assert said == jurors


@law(2)
def folds_have_enough_flags(world: World, taken: Taken) -> None:
    """What is folded by flags had enough distinct counted witnesses, and its time is not over"""
    for message in taken.after.messages:
        was = taken.before.message(message.seq)
        if message.view == "folded":
            assert taken.at <= taken.before.opened_at + world.limits.fold_life
            if was is None or was.view != "folded":
                flags = flags_on(world.book, message.seq)
                enough = needed_flags(world.around.witnesses)
                assert counting(flags, enough) >= enough >= 2, f"{len(flags)} flags"


@law(3)
def restrictions_were_decided(world: World, taken: Taken) -> None:
    """Whatever a panel imposes is in a recorded decision with enough distinct ballots at or above that level"""
    book = world.book
    decisions = [decision for decision, _ in book.decided]
    for decision in taken_decisions(taken):
        before = book.decided[-2][0] if len(book.decided) > 1 else None
        number = book.decided[-1][1]
        if not decision.heard:
            continue
        for each in decision.outcomes:
            if each.level > (before.level(each.seq) if before else 0):
                needs = content_needs(each.level, decision.size)
                has = support(book, number, at_least(each.seq, each.level))
                assert has >= needs, f"content {each.level} by {has} of {decision.size}"
        if decision.person > (before.person if before else 0):
            has = support(book, number, of_person(decision.person))
            assert has >= person_needs(decision.person, decision.size), f"person {decision.person} by {has}"
        sat = [seat for seat in taken.before.review.panel.seats if seat.letter] if taken.before.review.panel else []
        assert decision.size in (2, 3, 5, 7, 9)
        assert len(sat) >= most_of(decision.size)
    if taken.after.closed is not None:
        assert not taken.after.paused
        return
    latest = decisions[-1] if decisions else None
    for message in taken.after.messages:
        if message.view in ("confirmed", "withheld"):
            assert latest is not None
            assert latest.level(message.seq) == {"confirmed": 1, "withheld": 2}[message.view]
    for pause in taken.after.paused:
        assert any(each.person >= pause.level for each in decisions)


@law(4)
def only_the_seated_vote(world: World, taken: Taken) -> None:
    """Every ballot is by somebody seated, one a round, and never by somebody recused when seats were given"""
    book = world.book
    assert book.replies == 0
    if taken.name == "cast" and taken.before != taken.after:
        panel = taken.before.review.panel
        assert panel is not None
        assert taken.by in book.jurors.get(book.panel, {})
        assert any(seat.juror == taken.by and seat.state == "seated" for seat in panel.seats)
        drawn = book.drawn[book.panel]
        assert taken.by not in drawn.skipped | drawn.parties
    for each in taken.told(Seated):
        drawn = book.drawn[book.panel]
        assert each.juror not in drawn.skipped | drawn.parties


@law(5)
def parties_never_vote(world: World, taken: Taken) -> None:
    """Author, host, whoever ever flagged before the decision, and co-signers never vote"""
    voters = {who for given in world.book.cast.values() for who in given}
    assert not voters & world.book.parties


@law(6)
def panels_are_disjoint(world: World, taken: Taken) -> None:
    """Nobody sits on two panels of a case"""
    for one, two in combinations(world.book.jurors.values(), 2):
        assert not set(one) & set(two)


@law(7)
def moderators_cannot_pause_alone(world: World, taken: Taken) -> None:
    """On a panel that pauses or withholds, at most half are moderators"""
    panel = taken.before.review.panel
    for decision in taken_decisions(taken):
        if decision.heard and panel is not None and raises(world.book, decision, person=3, content=2):
            assert trained(world, taken) <= decision.size // 2


@law(8)
def moderators_together_carry_nothing(world: World, taken: Taken) -> None:
    """On a mixed panel all moderators together are no majority; one without peers decides little"""
    panel = taken.after.review.panel
    if panel is not None and panel.round > 0 and not panel.fallback:
        many = sum(
            seat.moderator if seat.juror is None else seat.juror in world.around.moderators for seat in panel.seated
        )
        # While a seat is empty, or is being given to somebody else, the size is still that of the panel.
        assert many < most_of(panel.size)
    for decision in taken_decisions(taken):
        if decision.heard and decision.instance == 1 and trained(world, taken) >= most_of(decision.size):
            assert decision.person <= 2
            assert all(each.level <= 1 for each in decision.outcomes)


@law(9)
def few_people_decide_little(world: World, taken: Taken) -> None:
    """What may be decided depends on how many could be drawn, on the size of the panel, and withholding on the reason"""
    book = world.book
    for decision in taken_decisions(taken):
        if not decision.heard:
            continue
        drawn = book.drawn[book.decided[-1][1]]
        assert decision.e == drawn.e
        most_content, most_person = may_decide(drawn.e)
        by_size = {2: (1, 1), 3: (1, 3), 5: (2, 4), 7: (2, 5), 9: (2, 5)}[decision.size]
        before = book.decided[-2][0] if len(book.decided) > 1 else None
        if before is None:
            assert decision.person <= min(most_person, by_size[1])
        gone = {message.seq for message in taken.before.messages if message.view in ENDED}
        # What an earlier panel decided of words that are gone since stands as it was.
        assert all(each.level <= by_size[0] for each in decision.outcomes if each.seq not in gone)
        for each in decision.outcomes:
            if before is None:
                assert each.level <= most_content
            if each.level == 2:
                assert each.code in HARD
        if before is None and decision.person >= 4:
            hard = sum(b.code in HARD and b.person >= 4 for b in of_panel(book, book.decided[-1][1]))
            assert hard or any(each.level >= 3 and each.here for each in world.around.conduct)
        if before is None and decision.person == 5:
            hard = sum(b.code in HARD and b.person == 5 for b in of_panel(book, book.decided[-1][1]))
            assert hard or sum(each.level >= 4 for each in world.around.conduct) >= 2


@law(10)
def a_softer_ballot_never_weighs_more(world: World, taken: Taken) -> None:
    """A ballot that had been softer, or lost, would not have led to more in the same moment"""
    panel = taken.before.review.panel
    found = [each for each in taken_decisions(taken) if each.heard]
    if panel is None or not found or taken.name not in ("tick",):
        return
    for seat in panel.seated:
        given = panel.ballot(seat)
        if given is None:
            continue
        for softer in softened(given):
            changed = replace(seat, second=softer) if panel.round == 2 else replace(seat, first=softer)
            other = taken.before.with_panel(panel.swapped(seat, changed))
            _, effects = core.tick(other, now=taken.at, limits=world.limits)
            for each in effects:
                if isinstance(each, Decided) and each.decision.heard:
                    assert each.decision.person <= found[0].person, f"{each.decision.person} for {found[0].person}"
                    for outcome in each.decision.outcomes:
                        assert outcome.level <= found[0].level(outcome.seq), "content"


@law(11)
def authors_could_answer_first(world: World, taken: Taken) -> None:
    """No pause begins before the author had their minutes to answer"""
    for _ in taken.told(Pause):
        assert world.book.told_author is not None
        assert taken.at >= world.book.told_author + world.limits.hear_first


@law(12)
def pauses_end_in_time(world: World, taken: Taken) -> None:
    """Every pause ends, as its level says; a longer one only after earlier ones, and nothing makes one longer"""
    limits = world.limits
    for each in taken.after.paused:
        assert taken.at < each.until, "over, and still in force"
        assert each.until <= each.start + longest_pause(each.level, limits)
        assert each.full_until <= each.start + longest_pause(each.level, limits)
    for each in taken.told(Pause):
        began = world.book.pauses_began[each.level]
        assert each.until <= max(began, taken.at if len(world.book.decided) < 2 else 0) + longest_pause(
            each.level, limits
        )
    for decision in taken_decisions(taken):
        if decision.instance == 1 and decision.person >= 3:
            recent = [one for one in world.around.conduct if one.here and one.at > taken.at - limits.record]
            again = any(one.level >= decision.person for one in recent)
            short = {3: limits.pause_short, 4: limits.pause_long, 5: limits.step_away}[decision.person]
            long = {3: limits.pause_again, 4: limits.pause_longer, 5: limits.step_away}[decision.person]
            assert decision.person_until == taken.at + (long if again else short)


@law(13)
def paused_people_can_mend_and_object(world: World, taken: Taken) -> None:
    """Whoever is paused can take back, answer and appeal"""
    case, book = taken.after, world.book
    if not case.paused or book.author_gone or case.closed is not None:
        return
    decision = case.decision
    assert decision is not None
    if (
        case.review.stage == "decided"
        and taken.at < decision.appeal_until
        and not any(s == "author" for s, _ in book.appeals)
    ):
        _, effects = core.appeal(case, AUTHOR, "author", now=taken.at, limits=world.limits)
        assert any(isinstance(each, AppealBegan) for each in effects)
        assert core.may_appeal(case, AUTHOR, "author", taken.at)
    for message in case.messages:
        if message.view in ENDED:
            continue
        after, _ = core.end(case, message.seq, "taken_back", now=taken.at, limits=world.limits)
        mended = after.message(message.seq)
        assert mended is not None
        assert mended.view == "taken_back"
        withheld = message.ruling is not None and message.ruling.level == 2
        if not withheld:
            assert not any(each.level in (3, 4) for each in after.paused)
    panel = case.review.panel
    if case.review.stage in READING and panel is not None and panel.side_at is None:
        core.add_context(case, now=taken.at, limits=world.limits)


@law(14)
def appeals_are_bounded(world: World, taken: Taken) -> None:
    """An author's appeal never yields more, a flagger's never more than a fold and a note; one of each, none after"""
    book = world.book
    for decision in taken_decisions(taken):
        if len(book.decided) < 2:
            assert decision.side is None
            continue
        before, side = book.decided[-2][0], book.appeals[-1][0]
        assert decision.side == side
        for each in decision.outcomes:
            most = before.level(each.seq) if side == "author" else max(before.level(each.seq), 1)
            assert each.level <= most
        assert decision.person <= (before.person if side == "author" else max(before.person, 2))
    sides = [side for side, _ in book.appeals]
    assert len(set(sides)) == len(sides)
    assert "author" not in sides[:-1]
    if taken.name == "appeal" and taken.refused is None and taken.told(AppealBegan):
        in_force = taken.before.decision
        assert in_force is not None
        assert taken.at < in_force.appeal_until


@law(15)
def long_pauses_wait_for_the_appeal(world: World, taken: Taken) -> None:
    """While an author's appeal waits, no pause lasts beyond its first hour"""
    waits = appealing(taken.after, world.book)
    if waits is not None and waits[0] == "author":
        for each in taken.after.paused:
            assert each.until <= max(each.start + world.limits.stay_after, waits[1])


@law(16)
def an_appeal_that_is_not_heard_ends_the_pause(world: World, taken: Taken) -> None:
    """Unless an author's appeal is decided in time, the gentler side has won"""
    limits = world.limits
    waits = appealing(taken.after, world.book)
    if waits is not None and waits[0] == "author":
        longest = limits.appeal_wait + 3 * limits.ballot_away + limits.talk_away
        assert taken.at <= waits[1] + longest + world.slept
        if taken.at >= waits[1] + limits.stay_after:
            assert not taken.after.paused
    for decision in taken_decisions(taken):
        if not decision.heard and decision.side == "author":
            assert not taken.after.paused
            assert decision.person <= 2
            for message in taken.after.messages:
                if message.view in ("confirmed", "withheld"):
                    assert message.ruling is not None
                    assert message.ruling.until is not None
                    assert message.ruling.until <= taken.at + limits.unheard_fold


@law(17)
def what_was_kept_stays(world: World, taken: Taken) -> None:
    """Words that a panel left are never folded or held by flags again"""
    kept = cleared(taken.world_before) & cleared(world.book)
    for each in taken.effects:
        if isinstance(each, Fold | Withhold):
            assert each.seq not in kept
        if isinstance(each, Hold):
            assert each.seq not in kept or each.kind == "legal"
    for message in taken.after.messages:
        if message.seq in kept and not any(each.kind == "legal" for each in world.book.holds.get(message.seq, ())):
            assert message.view not in COVERED


@law(18)
def holds_end(world: World, taken: Taken) -> None:
    """A hold by one, by two, by the panel, or for one's own data ends in its time; one by law stands until it is judged"""
    limits, book = world.limits, world.book
    for message in taken.after.messages:
        seen = {each.kind: each for each in book.holds.get(message.seq, ())}
        for held in message.holds:
            if held.over or held.kind == "legal":
                continue
            # The panel's own hold is not told where one by law lies over it.
            mine = seen.get(held.kind) or HoldSeen(held.kind, None, held.at)
            if held.kind == "alone":
                ends = (
                    mine.at + limits.hold_alone if mine.cosigned_at is None else mine.cosigned_at + limits.hold_cosigned
                )
            elif held.kind == "panel":
                ends = mine.at + limits.hold_panel
            else:
                few = book.pool is not None and book.pool < 3
                ends = mine.at + (limits.subject_hold_unseated if few else limits.subject_hold)
            assert taken.at <= ends, held.kind
            assert taken.name == "tick" or taken.at < ends or taken.at == taken.before.opened_at, held.kind
        was = taken.before.message(message.seq)
        stood = was is not None and any(each.kind == "legal" and not each.over for each in was.holds)
        if stood and message.view in ("visible", "folded", "lapsed", "withdrawn"):
            assert taken.name == "release_legal" or taken.after.decision is not None
    for each in taken.told(Hold):
        longest = {
            "alone": max(limits.hold_alone, limits.hold_cosigned),
            "panel": limits.hold_panel,
            "subject": limits.subject_hold_unseated,
            "legal": limits.legal_hold,
        }
        assert each.until <= taken.at + longest[each.kind]


@law(19)
def time_alone_ends_it(world: World, taken: Taken) -> None:
    """From here time alone closes the case and ends every pause, and the first instance in four days"""
    case, limits = taken.after, world.limits
    moved = taken.before.review.stage != case.review.stage or taken.name in ("hold", "cosign", "subject_hold", "appeal")
    if not moved and world.steps % 6:
        return
    if any(h.kind == "legal" and not h.over for m in case.messages for h in m.holds):
        return
    if not case.messages:
        return
    first = case.opened_at + limits.first_instance
    own = any(each.kind == "subject" for held in world.book.holds.values() for each in held)
    law = any(each.kind == "legal" for held in world.book.holds.values() for each in held)
    if not case.review.decisions and case.closed is None and not own and not law:
        assert taken.at <= first
        after, _ = core.tick(case, now=max(first, taken.at), limits=limits)
        assert not after.undecided, f"still {after.review.stage}"
    after, _ = settles(case, taken.at, limits)
    assert after.closed is not None, f"stays {after.review.stage}"
    assert not after.paused


@law(20)
def nothing_stays_of_what_was_not_decided(world: World, taken: Taken) -> None:
    """A case that lapsed, was withdrawn or mended leaves no decision, no pause and no cover"""
    case = taken.after
    if case.closed in ("lapsed", "withdrawn", "repaired"):
        assert not case.review.decisions
        assert not case.review.sanctions
        assert all(each.view not in COVERED for each in case.messages)


@law(21)
def idle_flags_do_nothing(world: World, taken: Taken) -> None:
    """A flag of somebody who is no witness, of the author, or again changes nothing for anybody else"""
    if taken.name != "flag":
        return
    given, seq = taken.facts["given"], taken.facts["seq"]
    if taken.by == AUTHOR:
        assert taken.before == taken.after
    elif (seq, taken.by) in taken.world_before.flags or (seq, taken.by) in taken.world_before.late:
        assert (taken.after, taken.effects) == (taken.before, ())
    elif given.standing is Standing.NONE or taken.world_before.decided:
        panel = taken.before.review.panel
        if panel is not None and any(seat.juror == taken.by and seat.state in ("asked", "yes") for seat in panel.seats):
            # They were asked to read; who flags has said no to that.
            return
        assert shared(taken.before) == shared(taken.after)
        assert all(isinstance(each, Tell | Release) and named(each) == taken.by for each in taken.effects)


@law(22)
def parties_do_not_unseat(world: World, taken: Taken) -> None:
    """Once seated, a panel is changed by its jurors leaving and by their time alone"""
    before, after = taken.before.review.panel, taken.after.review.panel
    if before is None or before.round == 0:
        return
    # Who was erased keeps a ballot that is in, and no seat for another one.
    sat = {seat.juror for seat in before.seated if seat.juror is not None}
    still = {seat.juror for seat in after.seated if seat.juror is not None} if after is not None else None
    if taken.name in PARTIES_DO:
        decided = taken.after.review.past[len(taken.before.review.past) :]
        if decided:
            # Nobody was left to be asked for more, once the last of them was a party.
            still = {seat.juror for seat in decided[-1].seated if seat.juror is not None}
        gone = taken.after.closed is not None or (after is None and taken.name == "withdraw")
        assert gone or still == sat
    elif taken.name == "tick" and after is not None and still is not None:
        for seat in before.seated:
            if seat.juror is not None and seat.juror not in still:
                assert seat.until <= taken.at
                assert before.ballot(seat) is None
    elif still is not None and taken.name not in ("forget", "end", "author_forgotten"):
        assert sat - still <= {taken.by}


@law(23)
def nobody_can_tell_who(world: World, taken: Taken) -> None:
    """In a world in which others flagged and sat, everybody else would have seen the same; nobody is named"""
    for each in taken.effects:
        if isinstance(each, PERSONAL):
            assert names_in(each) <= {named(each)}
            assert not isinstance(each, Seated) or len(each.letter) == 1
        else:
            assert not names_in(each)
    if world.mirror is None or "mirror" not in taken.facts:
        return
    code, elsewhere = taken.facts["mirror"]
    assert code == taken.refused
    public = [each for each in taken.effects if not isinstance(each, PERSONAL)]
    assert public == [each for each in elsewhere if not isinstance(each, PERSONAL)]
    mine = Counter(repr(renamed(each, world.other)) for each in taken.effects if isinstance(each, PERSONAL))
    theirs = Counter(repr(each) for each in elsewhere if isinstance(each, PERSONAL))
    assert mine == theirs


@law(24)
def method_detail_is_nobodys_fault(world: World, taken: Taken) -> None:
    """Where only method detail was flagged, nothing follows for the person, and at most a fold"""
    for decision in taken_decisions(taken):
        if not decision.heard or decision.instance > 1:
            continue
        seqs = {each.seq for each in decision.outcomes}
        flags = [flag for seq in seqs for flag in flags_on(world.book, seq) if flag.standing is not Standing.NONE]
        care = flags and all(flag.category == "safety" for flag in flags)
        if care and not any(world.book.holds.get(seq) for seq in seqs):
            assert decision.person == 0
            assert all(each.level <= 1 for each in decision.outcomes)
        if decision.person > 0:
            others = support(world.book, world.book.decided[-1][1], lambda b: b.person >= 1 and b.code != "safety")
            assert others >= most_of(decision.size)


@law(25)
def quiet_flags_still_ask(world: World, taken: Taken) -> None:
    """Flags that do not count still hide for their flagger, ask for a look, and hold in need"""
    quiet = taken.facts.get("standing") is Standing.ASKS
    if taken.name == "hold" and quiet:
        assert taken.refused != "hold.not_witness"
    if taken.name != "flag" or taken.facts["given"].standing is not Standing.ASKS or taken.before == taken.after:
        return
    message = taken.after.message(taken.facts["seq"])
    assert message is not None
    assert any(isinstance(each, Tell) and each.by == taken.by for each in taken.effects)
    if taken.after.review.stage == "triage" and message.live and not taken.after.review.folds_over:
        assert core.draw_at(taken.after) is not None


@law(26)
def the_record_rebuilds_it(world: World, taken: Taken) -> None:
    """Replaying the entries gives every view, the stage and the pauses; one entry for each change"""
    book, case = world.book, taken.after
    assert not book.record_problems, book.record_problems[0]
    assert book.stage == case.review.stage
    for item, message in enumerate(case.messages):
        assert book.views.get(item, ("visible", None))[0] == message.view
    assert book.record == {each.level: each.until for each in case.paused}
    assert book.record == book.pauses
    for each in taken.told(Journal):
        assert all(fact is None or type(fact) in (int, str) for fact in each.facts.values())


@law(27)
def lots_alone_order(world: World, taken: Taken) -> None:
    """Seats are offered as the lots fell, to everybody who may sit before anybody after them"""
    if taken.name != "draw" or taken.after.review.panel is None or taken.before.review.panel is not None:
        return
    out = {who for who, skip in taken.facts["skips"].items() if skip is not None}
    sat = {who for panel in taken.world_before.jurors.values() for who in panel}
    book = world.book
    fell = [
        who
        for who in taken.facts["skips"]
        if who not in out | book.parties | sat | book.said_no and not any(who == late for _, late in book.late)
    ]
    offered = [each.juror for each in taken.told(Offer)]
    assert offered == fell[: len(offered)]
    assert len(offered) >= min(len(fell), 3 * taken.after.review.panel.size)


@law(28)
def roles_alone_give_nothing(world: World, taken: Taken) -> None:
    """Who has no seat has no vote, host and moderators included; only a moderator's co-signature counts by role"""
    if taken.name in AT_THE_TABLE:
        panel = taken.before.review.panel
        past = taken.before.review.past[-1:] if taken.name == "mark_faith" else ()
        seats = [
            seat for each in (*past, *((panel,) if panel and taken.name != "mark_faith" else ())) for seat in each.seats
        ]
        if not any(seat.juror == taken.by and seat.state == "seated" for seat in seats):
            assert taken.refused is not None
            assert taken.before == taken.after
    if taken.name in ("hold", "cosign") and taken.facts["standing"] is Standing.NONE and taken.refused is None:
        assert taken.name == "cosign"
        assert taken.facts["moderator"] or taken.before == taken.after
    if taken.name in ("accept", "decline") and taken.before != taken.after:
        panel = taken.before.review.panel
        assert panel is not None
        assert any(seat.juror == taken.by for seat in panel.seats)
    if taken.by == HOST and taken.name in AT_THE_TABLE:
        assert taken.before == taken.after


@law(29)
def nobody_is_asked_too_much(world: World, taken: Taken) -> None:
    """Nobody who is busy is asked, nobody twice at once, and nobody who said no or sat"""
    for each in taken.told(Offer):
        drawn = world.book.drawn[world.book.panel]
        assert each.juror not in drawn.skipped
        assert each.juror not in taken.world_before.said_no
    panel = taken.after.review.panel
    if panel is not None:
        named_ = [seat.juror for seat in panel.seats if seat.juror is not None]
        assert len(set(named_)) == len(named_)


@law(30)
def again_is_nothing(world: World, taken: Taken) -> None:
    """Done twice, or with the clock behind, it comes to the same"""
    if "again" in taken.facts:
        assert taken.facts["again"] == (taken.after, ())
    if "without clock" in taken.facts:
        assert taken.facts["without clock"] == taken.after


@law(31)
def what_was_judged_is_left(world: World, taken: Taken) -> None:
    """Folding and saying it differently leave what was judged as it was, for the appeal"""
    if taken.name != "end" or taken.before.decision is None or taken.after.closed is not None:
        return
    assert taken.after.review.decisions == taken.before.review.decisions
    assert taken.after.review.past[: len(taken.before.review.past)] == taken.before.review.past
    for message in taken.before.messages:
        after = taken.after.message(message.seq)
        assert after is not None
        assert after.ruling == message.ruling
        assert after.flags == message.flags
    assert not taken.told(Fold, Withhold, Unfold, Hold)


@law(0)
def it_can_be_kept(world: World, taken: Taken) -> None:
    """What is written down reads back as the same case"""
    case = taken.after
    read = core.unpack(
        core.pack(case),
        opened_at=case.opened_at,
        lapses_at=case.lapses_at,
        messages=tuple(Message(each.seq, each.witnesses, each.view, each.flags) for each in case.messages),
        closed=case.closed,
        author=case.author,
        hosts=case.hosts,
        conduct=case.conduct,
    )
    assert read == case


# --- helpers ----------------------------------------------------------------------------------------------


def taken_decisions(taken: Taken) -> list[Decision]:
    return [each.decision for each in taken.told(Decided)]


def of_panel(book: Book, panel: int) -> list[Ballot]:
    return [each for (number, _), given in book.cast.items() if number == panel for each in given.values()]


def raises(book: Book, decision: Decision, *, person: int, content: int) -> bool:
    return decision.person >= person or any(each.level >= content for each in decision.outcomes)


def trained(world: World, taken: Taken) -> int:
    """Moderators who sat when it was decided."""
    panel = taken.before.review.panel
    assert panel is not None
    return sum(seat.moderator if seat.juror is None else seat.juror in world.around.moderators for seat in panel.seated)


def softened(given: Ballot) -> list[Ballot | None]:
    """Gone, one level less for the person, or one less for a message."""
    less: list[Ballot | None] = [None]
    if given.person > 0:
        less.append(replace(given, person=given.person - 1))
    for place, mark in enumerate(given.marks):
        if mark.content > 0:
            marks = (*given.marks[:place], replace(mark, content=mark.content - 1), *given.marks[place + 1 :])
            less.append(replace(given, marks=marks))
    return less


def named(effect: object) -> str | None:
    """Whom a personal effect reaches."""
    return getattr(effect, "by", None) or getattr(effect, "juror", None)
