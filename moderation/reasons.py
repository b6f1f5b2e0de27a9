"""Letters of reasons: what a panel decided, put into the five parts that everybody concerned is owed.

The jurors gave codes, a line of the agreement and a sentence each; everything else is written by the server, alike for
everybody. Nothing in a letter depends on who flagged.
"""

from collections.abc import Sequence

from moderation import case as core
from moderation import desk, letters, sealed
from moderation.cases import Kept
from moderation.draw import band
from moderation.state import Decision
from moderation.wire import LetterAbout, Outcome, Statement
from rooms.work import Work


def reading(work: Work, kept: Kept, author: str, until: int, *, first: bool) -> None:
    """The author hears that a panel reads, and may add their side."""
    panel = kept.case.review.panel
    if panel is None:
        return
    for seq in panel.items[1:]:
        letters.take_away(work, author, kept.circle_id, seq, letters.OF_A_COVER)
    letters.write(
        work,
        author,
        kept.circle_id,
        _place(kept, panel.items),
        "reading",
        case_id=kept.id,
        until=until,
        side_until=until,
        statement=None if first or kept.case.decision is None else statement(work, kept, kept.case.decision),
    )


def send(work: Work, kept: Kept, decision: Decision) -> None:
    """To the author, and to each who flagged, what was decided; each with the right to ask other people."""
    who = kept.case.author
    whole = statement(work, kept, decision)
    ends = decision.appeal_until
    if who is not None:
        for each in decision.outcomes[1:]:
            letters.take_away(work, who, kept.circle_id, each.seq)
        may = core.may_appeal(kept.case, who, "author", now=work.now)
        letters.write(
            work,
            who,
            kept.circle_id,
            _place(kept, [each.seq for each in decision.outcomes]),
            "decided",
            case_id=kept.id,
            statement=whole,
            appeal_until=ends if may else None,
        )
    for outcome in decision.outcomes:
        message = kept.case.message(outcome.seq)
        if message is None:
            continue
        told = _told(decision, outcome)
        for by in sorted({flag.by for flag in message.standing_flags if flag.by is not None}):
            may = core.may_appeal(kept.case, by, "flagger", now=work.now)
            letters.write(
                work,
                by,
                kept.circle_id,
                outcome.seq,
                "decided" if outcome.level else ("kept" if decision.heard else "unheard"),
                case_id=kept.id,
                mine=False,
                statement=told,
                appeal_until=ends if may else None,
            )


def _place(kept: Kept, seqs: Sequence[int]) -> int:
    """The message a letter about the whole case stands beside; also where all words have faded since."""
    return seqs[0] if seqs else kept.case.messages[0].seq


def statement(work: Work, kept: Kept, decision: Decision) -> Statement:
    lines = desk.agreement(work, kept)
    clause = lines[decision.clause - 1] if 0 < decision.clause <= len(lines) else None
    said = _sentences(work, kept, decision) if decision.heard else ()
    return Statement(
        outcomes=tuple(Outcome(target=each.seq, content=each.level, until=each.until) for each in decision.outcomes),
        person=decision.person,
        person_until=decision.person_until,
        code=decision.code,
        clause=clause,
        sentences=said,
        agreed=max([decision.person_agreed, *(each.agreed for each in decision.outcomes)], default=0),
        size=decision.size,
        band=band(decision.e),
        second=decision.instance > 1,
    )


def _sentences(work: Work, kept: Kept, decision: Decision) -> tuple[str, ...]:
    """Of those who carried what was decided: who asked for more than that, or for less, is not heard in the letter."""
    panel = next((each for each in reversed(kept.case.review.past) if each.instance == decision.instance), None)
    if panel is None:
        return ()
    carried: set[str] = set()
    for seat in panel.seated:
        ballot = seat.second or seat.first
        if ballot is None:
            continue
        asked = {mark.seq: mark.content for mark in ballot.marks}
        content = any(0 < each.level <= asked.get(each.seq, 0) for each in decision.outcomes)
        if content or 0 < decision.person <= ballot.person:
            carried.add(seat.letter)
    return tuple(
        each.body for each in sealed.written(work, kept.id, "sentence", decision.instance) if each.by in carried
    )


def attack(work: Work, kept: Kept, by: str, about: LetterAbout, until: int | None) -> None:
    """All of a panel called somebody's flag an attack, or their covering the message (``misheld``); ``until``: until when
    flags count for nothing, or they cover none.

    The letter takes the place of the one that told them of the decision, so it gives its reasons and the same right to
    ask others.
    """
    decision = kept.case.decision
    message = next((each for each in kept.case.messages if by in _asked(each)), None)
    if decision is None or message is None:
        return
    outcome = next((each for each in decision.outcomes if each.seq == message.seq), None)
    may = core.may_appeal(kept.case, by, "flagger", now=work.now)
    letters.write(
        work,
        by,
        kept.circle_id,
        message.seq,
        about,
        case_id=kept.id,
        mine=False,
        until=until,
        statement=None if outcome is None else _told(decision, outcome),
        appeal_until=decision.appeal_until if may else None,
    )


def _asked(message: core.Message) -> set[str | None]:
    """Who flagged it, or covered it at once."""
    return {each.by for each in message.flags} | {each.by for each in message.holds}


def _told(decision: Decision, outcome: core.Outcome) -> Statement:
    """What somebody who flagged a message is told of its decision: nothing about its writer."""
    return Statement(
        outcomes=(Outcome(target=outcome.seq, content=outcome.level, until=outcome.until),),
        code=outcome.code,
        agreed=outcome.agreed,
        size=decision.size,
        band=band(decision.e),
        second=decision.instance > 1,
    )
