"""The open book as a page: what may happen here, who decides, and numbers, for whom no script runs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from moderation.wire_ledger import FEW, Cell, MonthNumbers, OpenBook
from rooms.units import DAY, HOUR, MINUTE
from server.settings import Settings

FELT = {
    "disrespect": "disrespect",
    "pressure": "pressure",
    "safety": "method detail",
    "privacy": "somebody's private data",
    "threat": "a threat",
    "illegal": "against the law",
    "spam": "spam",
}
"""What a flag says was felt, as people read it."""
CONTENT = ("panels that left a message as it was", "panels that folded", "panels that withheld")
PERSON = (
    "panels that did nothing about the writer",
    "notes to the writer by panels",
    "invitations by panels to say it differently",
    "pauses of up to an hour in a room",
    "pauses of up to a day in a room",
    "pauses of up to 7 days everywhere",
)
Row = tuple[str, Cell]


def facts(settings: Settings, book: OpenBook, now: int) -> dict[str, str]:
    """What the page's template asks for; everything that somebody wrote is escaped."""
    limits = settings.limits
    scale = settings.time_scale
    next_count = now - now % limits.month + limits.month
    return {
        "title": escape(settings.page_title),
        "operator": escape(settings.operator or "somebody who has not said who they are"),
        "keep_default": spell(limits.keep_default),
        "fold_life": spell(round(limits.fold_life * scale)),
        "appeal_window": spell(round(limits.appeal_window * scale)),
        "closing_notice": spell(round(limits.closing_notice * scale)),
        "scaled": ""
        if scale == 1
        else f'<p class="paper">This is a place for trying things out: every wait on this page is {scale:g} times '
        "shorter here.</p>",
        "recent": _table(list(_recent(book)), "in the last 90 days"),
        "hours": _told(book.recent.median_hours, "1 hour", "hours"),
        "unfolded": _told(book.recent.unfolded_percent, "1 %", "%"),
        "overturned": _told(book.recent.overturned_percent, "1 %", "%"),
        "confirmed": _told(book.recent.holds_confirmed_percent, "1 %", "%"),
        "came": str(book.recent.moderators_came),
        "left": str(book.recent.moderators_left),
        "month": "".join(_month(each) for each in book.months[:1])
        or f"<p>The first count comes on {day(next_count)}.</p>",
        "pool": "no panel has been drawn yet" if book.pool is None else f"{book.pool} people",
        "seq": str(book.head.seq),
        "hash": book.head.hash if book.head.seq else "",
        "short": book.head.hash[:8] if book.head.seq else "nothing yet",
    }


def spell(milliseconds: int) -> str:
    """A span of time in words, e.g. ``7 days``."""
    if milliseconds == 0:
        return "until the circle closes"
    if milliseconds % DAY == 0 and milliseconds > DAY:
        unit, name = DAY, "day"
    elif milliseconds >= HOUR:
        unit, name = HOUR, "hour"
    else:
        unit, name = MINUTE, "minute"
    count = round(milliseconds / unit)
    return f"{count} {name}{'' if count == 1 else 's'}"


def day(moment: int) -> str:
    """A day as the world's clock has it, e.g. ``5 March 2026``."""
    then = datetime.fromtimestamp(moment / 1_000, UTC)
    return f"{then.day} {then:%B %Y}"


def _told(count: int | None, one: str, many: str) -> str:
    if count is None:
        return "too few to say"
    return one if count == 1 else f"{count:,} {many}"


def _recent(book: OpenBook) -> Iterator[Row]:
    found = book.recent
    yield "messages folded by flags", found.folds
    yield from zip(CONTENT, found.content, strict=True)
    yield from zip(PERSON, found.person, strict=True)
    yield "cases that ended by themselves, because nobody decided in time", found.lapsed
    yield "objections after which it was changed", found.appeals_changed
    yield "objections after which it stayed", found.appeals_same
    yield "messages covered at once by one person", found.holds
    yield "messages covered by whoever runs this server", found.legal_holds


def _month(month: MonthNumbers) -> str:
    rows: list[Row] = [(f"flags: {FELT.get(name, name)}", count) for name, count in month.flags.items()]
    rows += [
        ("cases that ended before anything was folded", month.lapsed_unseen),
        ("people told by all of a panel that their flags were an attack", month.quiet_flags),
    ]
    load = ""
    if month.load_median is not None and month.load_most is not None:
        load = f"<p>Who read flagged messages read {month.load_median} on a usual day, and {month.load_most} at the most.</p>"
    return _table(rows, f"from {day(month.began_at)} to {day(month.ended_at - 1)}") + load


def _table(rows: list[Row], when: str) -> str:
    """Numbers that may be told, as a table; of what there were fewer than five, a list that opens."""
    told = [(what, count) for what, count in rows if isinstance(count, int)]
    few = [what for what, count in rows if count == FEW]
    if not told:
        return f"<p>Of everything that is counted there were {FEW} each {when}.</p>"
    lines = "".join(f'<tr><th scope="row">{_capital(what)}</th><td>{count:,}</td></tr>' for what, count in told)
    table = f'<div class="paper"><table class="numbers"><tbody>{lines}</tbody></table></div>'
    if not few:
        return table
    listed = "".join(f"<li>{_capital(what)}</li>" for what in few)
    return f'{table}<details><summary>{_capital(FEW)} each {when}</summary><ul class="plain">{listed}</ul></details>'


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
