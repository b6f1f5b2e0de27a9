"""One case with everybody around it, for tests: whatever people and time do goes through the pure core here, and the
world keeps its own book of what happened, so that laws can judge a step without asking the core about itself.

A mirror goes along: the same case in a world in which all people have changed places with others of the same kind.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from moderation import case as core
from moderation.flagged import Ending, Flag
from moderation.fold import Origin, Standing
from moderation.follows import (
    AppealBegan,
    BadFaith,
    Ballots,
    Decided,
    Effect,
    EndPause,
    FaithRestored,
    Hold,
    Journal,
    Offer,
    Pause,
    Release,
    Seated,
    Step,
    Tell,
)
from moderation.panel import Ballot, Candidate, Mark
from moderation.state import Case, Conduct, Decision, Side
from moderation.wire import Category
from rooms.limits import Limits
from rooms.units import HOUR
from rooms.work import Refusal

PEOPLE = tuple(f"person-{n:02}" for n in range(24))
AUTHOR, HOST, SUBJECT = "person-author", "person-host", "person-subject"
SEQS = (3, 5, 8, 13)
BEGAN = 1_700_000_000_000
DEFAULT = Limits()
PERSONAL = (Tell, BadFaith, FaithRestored, Offer, Seated, Release)
"""Effects that reach one person; all others are seen by the author, the circle, or everybody."""
Names = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Around:
    """What is given when the first flag comes."""

    pool: tuple[str, ...] = PEOPLE
    """Reviewers, in the order in which the lots would fall first."""
    moderators: frozenset[str] = frozenset()
    circles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    """ESTABLISHED for whoever is not in it."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    conduct: tuple[Conduct, ...] = ()
    witnesses: int = 7
    live: bool = True
    limits: Limits = DEFAULT
    strangers: frozenset[str] = frozenset()
    """Of the pool: recused by what lies between people, which only the outside knows."""
    skips_known: bool = True
    """False: the outside forgets to skip parties and former jurors, and the core has to."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One step, as it was taken."""

    name: str
    by: str | None
    before: Case
    after: Case
    effects: tuple[Effect, ...]
    refused: str | None
    at: int
    facts: Mapping[str, Any]
    instance: int
    """Of the panel before it, 0 where there was none."""
    world_before: "Book"

    def told(self, *kinds: type[Any]) -> list[Any]:
        return [each for each in self.effects if isinstance(each, kinds)]


@dataclass(slots=True)
class Book:
    """What the world itself has seen; never read from the case."""

    flags: dict[tuple[int, str], Flag] = field(default_factory=dict)
    parties: set[str] = field(default_factory=set)
    """Everybody who ever flagged before a decision, held or co-signed; the author and the host."""
    late: set[tuple[int, str]] = field(default_factory=set)
    holds: dict[int, list["HoldSeen"]] = field(default_factory=dict)
    drawn: dict[int, "DrawSeen"] = field(default_factory=dict)
    """Of each instance, the latest draw."""
    jurors: dict[int, dict[str, str]] = field(default_factory=dict)
    """Of each panel, numbered as drawn: who ever sat, with their letters."""
    panel: int = 0
    pool: int | None = None
    """How many could have been drawn, when lots were last asked for."""
    cast: dict[tuple[int, int], dict[str, Ballot]] = field(default_factory=dict)
    """Of each panel and round: ballots not taken back."""
    told_author: int | None = None
    decided: list[tuple[Decision, int]] = field(default_factory=list)
    """With the panel each came from."""
    appeals: list[tuple[str, int]] = field(default_factory=list)
    """Side and moment."""
    pauses: dict[int, int] = field(default_factory=dict)
    """Level and end, by what was told."""
    pauses_began: dict[int, int] = field(default_factory=dict)
    repaired: bool = False
    said_no: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    author_gone: bool = False
    views: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    """By item, as the record has it."""
    stage: str = "triage"
    record: dict[int, int] = field(default_factory=dict)
    """Pauses in force by level, as the record has them."""
    record_problems: list[str] = field(default_factory=list)
    replies: int = 0


@dataclass(slots=True)
class HoldSeen:
    kind: str
    by: str | None
    at: int
    cosigned_at: int | None = None


@dataclass(frozen=True, slots=True)
class DrawSeen:
    e: int
    at: int
    skipped: frozenset[str]
    parties: frozenset[str]
    moderators: frozenset[str]


class World:
    """Events are methods. Each returns how it was taken, None where it made no sense to try."""

    def __init__(self, around: Around, judge: "Callable[[World, Taken], None]", *, mirrored: bool = True) -> None:
        self.around = around
        self.limits = around.limits
        self.judge = judge
        self.now = BEGAN
        start = Case(
            opened_at=BEGAN,
            lapses_at=BEGAN + self.limits.fold_life,
            author=AUTHOR,
            hosts=(HOST,),
            conduct=around.conduct,
        )
        self.case = start
        self.mirror = start if mirrored else None
        self.book = Book(parties={AUTHOR, HOST})
        self.steps = 0
        self.slept = 0
        """For how long no clock ran in all: nothing ended meanwhile, and what began late had its whole time."""
        swapped = dict(zip(PEOPLE, reversed(PEOPLE), strict=True))
        self.other: Names = lambda who: swapped.get(who, who)

    # --- what people do -----------------------------------------------------------------------------------

    def flag(
        self, seq: int, by: str, category: Category = "disrespect", standing: Standing | None = None
    ) -> Taken | None:
        """As a door would: a message that is in no case yet joins this one, if it still may."""
        if by in self.book.gone:
            return None
        for _ in self._due():
            pass
        known = self.case.message(seq) is not None
        fits = core.takes(self.case, seq, now=self.now, span=self.limits.case_span, most=self.limits.case_messages)
        if not known and (not fits or by == AUTHOR):
            return None
        if not known:
            self.case = core.add(self.case, seq, self.around.witnesses)
            if self.mirror is not None:
                self.mirror = core.add(self.mirror, seq, self.around.witnesses)
        given = Flag(
            by,
            category,
            self.around.standings.get(by, Standing.ESTABLISHED) if standing is None else standing,
            self.around.origins.get(by, Origin()),
        )
        return self.take(
            "flag",
            lambda it, names, now: core.flag(it, seq, replace(given, by=names(by)), now=now, limits=self.limits),
            by=by,
            facts={"seq": seq, "given": given},
        )

    def withdraw(self, seq: int, by: str) -> Taken | None:
        if by in self.book.gone:
            return None
        return self.take(
            "withdraw",
            lambda it, names, now: core.withdraw(it, seq, names(by), now=now, limits=self.limits),
            by=by,
            facts={"seq": seq},
        )

    def hold(self, seq: int, by: str, category: Category = "threat") -> Taken | None:
        if by in self.book.gone or not self._in_case(seq):
            return None
        standing, origin = self._kind(by)
        return self.take(
            "hold",
            lambda it, names, now: core.hold(
                it, seq, names(by), category, standing=standing, origin=origin, now=now, limits=self.limits
            ),
            by=by,
            facts={"seq": seq, "category": category, "standing": standing},
        )

    def cosign(self, seq: int, by: str, *, moderator: bool | None = None) -> Taken | None:
        if by in self.book.gone:
            return None
        standing, origin = self._kind(by)
        trained = by in self.around.moderators if moderator is None else moderator
        return self.take(
            "cosign",
            lambda it, names, now: core.cosign(
                it,
                seq,
                names(by),
                standing=standing,
                origin=origin,
                moderator=trained,
                now=now,
                limits=self.limits,
            ),
            by=by,
            facts={"seq": seq, "standing": standing, "moderator": trained},
        )

    def subject_hold(self, seq: int, by: str = SUBJECT) -> Taken | None:
        if by in self.book.gone or not self._in_case(seq):
            return None
        return self.take(
            "subject_hold",
            lambda it, names, now: core.subject_hold(it, seq, names(by), now=now, limits=self.limits),
            by=by,
            facts={"seq": seq},
        )

    def legal_hold(self, seq: int, category: Category = "illegal", *, ordered: bool = False) -> Taken | None:
        if self.case.closed is None and not self._in_case(seq):
            return None
        return self.take(
            "legal_hold",
            lambda it, names, now: core.legal_hold(it, seq, category, ordered=ordered, now=now, limits=self.limits),
            facts={"seq": seq, "ordered": ordered},
        )

    def release_legal(self, seq: int) -> Taken | None:
        return self.take(
            "release_legal",
            lambda it, names, now: core.release_legal(it, seq, now=now, limits=self.limits),
            facts={"seq": seq},
        )

    def draw(
        self, order: Sequence[str] | None = None, *, busy: Sequence[str] = (), live: bool | None = None
    ) -> Taken | None:
        """Lots fall over the pool in this order, if it is time for them."""
        for _ in self._due():
            pass
        due = core.draw_at(self.case)
        if due is None or due > self.now:
            return None
        fell = [each for each in (order or self.around.pool) if each not in self.book.gone]
        sat = {who for panel in self.book.jurors.values() for who in panel}

        def skip(who: str) -> Any:
            if who in self.around.strangers:
                return "recused"
            if self.around.skips_known and (who in self.book.parties or who in sat):
                return "recused"
            return "busy" if who in busy else None

        skips = {who: skip(who) for who in fell}
        alive = self.around.live if live is None else live
        return self.take(
            "draw",
            lambda it, names, now: core.draw(
                it,
                [
                    Candidate(
                        names(who), who in self.around.moderators, skips[who], tuple(self.around.circles.get(who, ()))
                    )
                    for who in fell
                ],
                live=alive,
                now=now,
                limits=self.limits,
            ),
            facts={"skips": skips},
        )

    def accept(self, by: str) -> Taken | None:
        return self.take(
            "accept", lambda it, names, now: core.accept(it, names(by), now=now, limits=self.limits), by=by
        )

    def decline(self, by: str) -> Taken | None:
        return self.take(
            "decline", lambda it, names, now: core.decline(it, names(by), now=now, limits=self.limits), by=by
        )

    def cast(self, by: str, ballot: Ballot) -> Taken | None:
        return self.take(
            "cast",
            lambda it, names, now: core.cast(it, names(by), ballot, now=now, limits=self.limits),
            by=by,
            facts={"ballot": ballot},
        )

    def undo(self, by: str) -> Taken | None:
        return self.take("undo", lambda it, names, now: core.undo(it, names(by), now=now, limits=self.limits), by=by)

    def ready(self, by: str) -> Taken | None:
        return self.take("ready", lambda it, names, now: core.ready(it, names(by), now=now, limits=self.limits), by=by)

    def add_context(self) -> Taken | None:
        if self.book.author_gone:
            return None
        return self.take(
            "add_context", lambda it, names, now: core.add_context(it, now=now, limits=self.limits), by=AUTHOR
        )

    def appeal(self, by: str, side: Side) -> Taken | None:
        if by in self.book.gone or (by == AUTHOR and self.book.author_gone):
            return None
        return self.take(
            "appeal",
            lambda it, names, now: core.appeal(it, names(by), side, now=now, limits=self.limits),
            by=by,
            facts={"side": side},
        )

    def mark_faith(self, by: str, whom: Sequence[str]) -> Taken | None:
        """``whom``: people; those who are not accused here are left out."""

        def marked(it: Case, names: Names, now: int) -> Step:
            places = [place for place, who in enumerate(it.review.accused) if who in [names(each) for each in whom]]
            return core.mark_faith(it, names(by), tuple(sorted(places)), now=now, limits=self.limits)

        return self.take("mark_faith", marked, by=by, facts={"whom": tuple(whom)})

    def end(self, seq: int, how: Ending) -> Taken | None:
        if self.book.author_gone and how != "faded":
            return None
        return self.take(
            "end",
            lambda it, names, now: core.end(it, seq, how, now=now, limits=self.limits),
            by=AUTHOR,
            facts={"seq": seq, "how": how},
        )

    def forget(self, by: str) -> Taken | None:
        if by in self.book.gone or by in (AUTHOR, HOST):
            return None
        return self.take(
            "forget", lambda it, names, now: core.forget(it, names(by), now=now, limits=self.limits), by=by
        )

    def author_forgotten(self) -> Taken | None:
        if self.book.author_gone:
            return None
        return self.take(
            "author_forgotten",
            lambda it, names, now: core.author_forgotten(it, now=now, limits=self.limits),
            by=AUTHOR,
        )

    def wait(self, long: int) -> None:
        """Time passes; what falls due meanwhile is done at its moment, as a clock that is in time does it."""
        end = self.now + long
        while (due := core.next_at(self.case, self.limits)) is not None and due <= end:
            self.now = max(self.now, due)
            if not self._tick():
                break
        self.now = end
        self._tick()

    def wait_for_next(self, longest: int = 40 * 24 * HOUR) -> None:
        due = core.next_at(self.case, self.limits)
        self.wait(HOUR if due is None else min(max(due - self.now, 0), longest))

    def sleep(self, long: int) -> None:
        """Time passes while no clock runs; the next event finds what was due undone."""
        self.now += long
        self.slept += long

    # --- one step -----------------------------------------------------------------------------------------

    def take(
        self,
        name: str,
        event: Callable[[Case, Names, int], Step],
        *,
        by: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Taken:
        """Do what is due, then the event; judge both, and compare with the mirror and with doing it again."""
        facts = dict(facts or {})
        undone = self.case
        for _ in self._due():
            pass
        try:
            after, effects = event(self.case, lambda who: who, self.now)
            refused = None
        except Refusal as refusal:
            after, effects, refused = self.case, (), refusal.code
        if undone is not self.case and refused is None:
            facts["without clock"] = event(undone, lambda who: who, self.now)[0]
        try:
            facts["again"] = event(after, lambda who: who, self.now)
        except Refusal:
            facts["again"] = (after, ())
        self._mirrored(facts, event, refused, effects)
        return self._judged(name, by, after, effects, refused, facts)

    def _mirrored(
        self,
        facts: dict[str, Any],
        event: Callable[[Case, Names, int], Step],
        refused: str | None,
        effects: tuple[Effect, ...],
    ) -> None:
        if self.mirror is None:
            return
        try:
            self.mirror, elsewhere = event(self.mirror, self.other, self.now)
            facts["mirror"] = (None, elsewhere)
        except Refusal as refusal:
            facts["mirror"] = (refusal.code, ())

    def _due(self) -> Sequence[None]:
        while (due := core.next_at(self.case, self.limits)) is not None and due <= self.now:
            if not self._tick():
                break
        return ()

    def _tick(self) -> bool:
        """Whether anything was due."""
        facts: dict[str, Any] = {}
        after, effects = core.tick(self.case, now=self.now, limits=self.limits)
        moved = after != self.case
        facts["again"] = core.tick(after, now=self.now, limits=self.limits)
        self._mirrored(facts, lambda it, names, now: core.tick(it, now=now, limits=self.limits), None, effects)
        if moved or effects:
            self._judged("tick", None, after, effects, None, facts)
        return moved

    def _judged(
        self,
        name: str,
        by: str | None,
        after: Case,
        effects: tuple[Effect, ...],
        refused: str | None,
        facts: dict[str, Any],
    ) -> Taken:
        before, self.case = self.case, after
        taken = Taken(
            name=name,
            by=by,
            before=before,
            after=after,
            effects=effects,
            refused=refused,
            at=self.now,
            facts=facts,
            instance=before.review.panel.instance if before.review.panel else 0,
            world_before=_copied(self.book),
        )
        self._note(taken)
        self.steps += 1
        self.judge(self, taken)
        return taken

    # --- the world's own book -----------------------------------------------------------------------------

    def _note(self, taken: Taken) -> None:
        book = self.book
        if taken.refused is None:
            self._note_event(taken)
        for each in taken.effects:
            match each:
                case Seated(juror, letter):
                    book.jurors.setdefault(book.panel, {})[juror] = letter
                case Ballots(1, 1, _):
                    book.told_author = taken.at
                case Decided(decision):
                    book.decided.append((decision, book.panel if decision.heard else 0))
                case AppealBegan(side, _):
                    book.appeals.append((side, taken.at))
                case Pause(level, until, _):
                    book.pauses_began.setdefault(level, taken.at)
                    book.pauses[level] = until
                case EndPause(level, _):
                    book.pauses.pop(level, None)
                case Hold(seq, _, _, kind) if kind == "panel":
                    seen = book.holds.setdefault(seq, [])
                    if not any(held.kind == "panel" for held in seen):
                        seen.append(HoldSeen("panel", None, taken.at))
                case Journal(kind, facts):
                    self._note_entry(kind, facts)

    def _note_event(self, taken: Taken) -> None:
        book, facts, changed = self.book, taken.facts, taken.before != taken.after
        match taken.name:
            case "flag" if changed and taken.by is not None:
                key = (facts["seq"], taken.by)
                if book.decided or taken.before.closed is not None:
                    book.late.add(key)
                else:
                    book.flags[key] = facts["given"]
                    book.parties.add(taken.by)
            case "withdraw" if changed:
                key = (facts["seq"], str(taken.by))
                if key in book.flags:
                    book.flags[key] = replace(book.flags[key], withdrawn=True)
            case "hold" | "subject_hold" | "legal_hold" if changed:
                kind = {"hold": "alone", "subject_hold": "subject", "legal_hold": "legal"}[taken.name]
                seen = book.holds.setdefault(facts["seq"], [])
                if kind != "legal" or not any(each.kind == "legal" for each in seen):
                    seen.append(HoldSeen(kind, taken.by, taken.at))
                if taken.by is not None:
                    book.parties.add(taken.by)
            case "cosign" if changed:
                for each in book.holds.get(facts["seq"], ()):
                    if each.kind == "alone" and each.cosigned_at is None:
                        each.cosigned_at = taken.at
                book.parties.add(str(taken.by))
            case "draw":
                sat = {who for panel in book.jurors.values() for who in panel}
                skips = facts["skips"]
                may = {
                    who
                    for who, skip in skips.items()
                    if skip is None
                    and who not in book.parties
                    and who not in sat
                    and who not in book.said_no
                    and not any(who == late for _, late in book.late)
                }
                book.pool = len(may)
                if taken.after.review.panel is not None and taken.before.review.panel is None:
                    book.panel += 1
                    book.drawn[book.panel] = DrawSeen(
                        len(may),
                        taken.at,
                        frozenset(who for who, skip in skips.items() if skip is not None),
                        frozenset(book.parties),
                        self.around.moderators,
                    )
            case "decline" if changed:
                book.said_no.add(str(taken.by))
            case "cast" if changed:
                panel = taken.before.review.panel
                rounds = book.cast.setdefault((book.panel, panel.round if panel else 0), {})
                if taken.by in rounds:
                    book.replies += 1
                rounds[str(taken.by)] = replace(facts["ballot"], cast_at=taken.at)
            case "undo" if changed:
                panel = taken.before.review.panel
                book.cast.get((book.panel, panel.round if panel else 0), {}).pop(str(taken.by), None)
            case "forget":
                book.gone.add(str(taken.by))
            case "author_forgotten":
                book.author_gone = True
            case "end" if changed:
                book.repaired = book.repaired or facts["how"] != "faded"

    def _note_entry(self, kind: str, facts: Mapping[str, str | int | None]) -> None:
        book = self.book
        if kind == "view":
            item = facts["item"]
            assert isinstance(item, int)
            was = book.views.get(item, ("visible", None))
            new = (str(facts["to"]), facts["until"])
            if was[0] != facts["from"]:
                book.record_problems.append(f"an entry begins at {facts['from']} where {was[0]} was")
            if was == new:
                book.record_problems.append("an entry changes nothing")
            book.views[item] = new  # type: ignore[assignment]
        elif kind == "stage":
            if book.stage != facts["from"] or book.stage == facts["to"]:
                book.record_problems.append(f"a stage from {facts['from']} to {facts['to']} where {book.stage} was")
            book.stage = str(facts["to"])
        else:
            level, until = facts["level"], facts["until"]
            assert isinstance(level, int)
            assert isinstance(until, int)
            if book.record.get(level, 0) == until:
                book.record_problems.append("a pause that is recorded anew does not change")
            book.record[level] = until
            if until == 0:
                book.record.pop(level)

    def _kind(self, who: str) -> tuple[Standing, Origin]:
        return self.around.standings.get(who, Standing.ESTABLISHED), self.around.origins.get(who, Origin())

    def _in_case(self, seq: int) -> bool:
        """Take the message into the case where a door would."""
        for _ in self._due():
            pass
        if self.case.message(seq) is not None:
            return True
        limits = self.limits
        if not core.takes(self.case, seq, now=self.now, span=limits.case_span, most=limits.case_messages):
            return False
        self.case = core.add(self.case, seq, self.around.witnesses)
        if self.mirror is not None:
            self.mirror = core.add(self.mirror, seq, self.around.witnesses)
        return True

    def accused(self) -> list[str]:
        return [each for each in self.case.review.accused if each is not None]


def renamed(what: Any, names: Names) -> Any:
    """The same value with every person in it called otherwise."""
    if isinstance(what, str):
        return names(what)
    if is_dataclass(what) and not isinstance(what, type):
        return replace(what, **{each.name: renamed(getattr(what, each.name), names) for each in fields(what)})
    if isinstance(what, tuple) and not hasattr(what, "_fields"):
        return tuple(renamed(each, names) for each in what)
    if isinstance(what, Mapping):
        return {key: renamed(each, names) for key, each in what.items()}
    return what


def names_in(what: Any) -> set[str]:
    """Everybody named anywhere in a value."""
    found: set[str] = set()
    renamed(what, lambda text: (found.add(text), text)[1] if text.startswith("person-") else text)  # type: ignore[func-returns-value]
    return found


def ballot(levels: Mapping[int, int], person: int = 0, code: Category | None = None, *, hold: bool = False) -> Ballot:
    """A ballot with a reason where it needs one."""
    wants = person > 0 or hold or any(levels.values())
    reason = code if code is not None else ("disrespect" if wants else None)
    marks = tuple(Mark(seq, level, hold=hold) for seq, level in levels.items())
    return Ballot(marks, person, reason if wants else None, 1 if wants else 0)


def _copied(book: Book) -> Book:
    """As it was, as far as laws look back."""
    return replace(
        book,
        flags=dict(book.flags),
        late=set(book.late),
        said_no=set(book.said_no),
        jurors={number: dict(sat) for number, sat in book.jurors.items()},
        decided=list(book.decided),
        appeals=list(book.appeals),
    )
