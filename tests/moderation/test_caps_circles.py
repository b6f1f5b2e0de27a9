"""What the closed list promises of listening, sister circles, rounds and agreements: how often, and for how long."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from moderation.powers import POWERS, TOGETHER
from rooms import agreement_state, agreements, doorway, listening, round_state, rounds, sisters, space
from rooms.agreement_state import Matter
from rooms.limits import Limits
from rooms.models import Agreement, Circle, RoundRow
from rooms.models_door import Waiter
from rooms.round_events import Back, Gone
from rooms.round_state import Round
from rooms.units import DAY, HOUR, MINUTE, SECOND
from rooms.wire_agreement import (
    ConsentToAgreement,
    ObjectToAgreement,
    ProposeAgreement,
    RewordAgreement,
    TakeBackAgreement,
)
from rooms.wire_door import Heard, HearDoor, ListenAtDoor, OpenSister, StopListening, WaitAtDoor, WaitView
from rooms.wire_round import AskHolder, BeginRound, JoinRound, LayDownPiece, OfferRound, PieceAsked, StayWithPiece
from rooms.work import Answered, Work
from tests.moderation.bench_of import Bench
from tests.moderation.caps import budget_of, refused
from tests.moderation.place import CIRCLE, OTHER, Place

LISTED = {power.letter: power for power in (*POWERS, *TOGETHER)}
INSIDE = ("Ana", "Bo", "Fern", "Otter", "Wren")
OUTSIDE = ("Rook", "Reed", "Rush", "Rye")
LIMITS = Limits()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A circle that has stood for some days, with six inside and four who are not."""
    place = Place(f"sqlite:///{tmp_path / 'circles.db'}")
    place.circle(OTHER, host="Heron")
    place.people(*INSIDE, age=3 * DAY)
    for name in OUTSIDE:
        place.person(name)

    def prepare(work: Work) -> None:
        for circle in (CIRCLE, OTHER):
            agreed = {"circle_id": circle, "version": 1, "text": "We listen.", "agreed_at": work.now}
            work.conn.execute(insert(Agreement).values(**agreed))
        work.conn.execute(update(Circle).values(listening=True, opens_at=work.now - 3 * DAY))

    place.run(None, prepare)
    yield Bench(place)
    place.close()


def circle_of(bench: Bench) -> Circle:
    found: Circle = next(each for each in bench.place.rows(Circle) if each.id == CIRCLE)
    return found


# --- listening at the door


def listens(bench: Bench, name: str, circle: str = CIRCLE) -> None:
    bench.place.does(name, listening.listen, ListenAtDoor(circle=circle, agreement=1))


def three_listen_at_once(bench: Bench) -> None:
    for name in OUTSIDE[:3]:
        listens(bench, name)
    refused("listen.full", listens, bench, "Rye")
    bench.place.now += LIMITS.listen - 1
    refused("listen.full", listens, bench, "Rye")
    bench.place.now += 1
    listens(bench, "Rye")


def one_listening_an_hour_at_a_door(bench: Bench) -> None:
    listens(bench, "Rook")
    bench.place.does("Rook", listening.stop, StopListening(circle=CIRCLE))
    refused("listen.again", listens, bench, "Rook")
    listens(bench, "Reed")
    listens(bench, "Rook", OTHER)
    bench.place.now += HOUR - 1
    refused("listen.again", listens, bench, "Rook")
    # The hour runs from when the whole time would have been over.
    bench.place.now += LIMITS.listen + 1
    listens(bench, "Rook")


def hears(bench: Bench, name: str) -> Heard:
    command = HearDoor(circle=CIRCLE)
    return bench.place.run(name, lambda work: listening.hear(work.conn, command, work.person, work.now))


def a_listening_is_over(bench: Bench, lasts: int) -> None:
    listens(bench, "Rook")
    bench.place.now += lasts - 1
    bench.place.says("Bo", "Good morning.")
    assert [each.body for each in hears(bench, "Rook").lines] == ["Good morning."]
    assert space.view(space.load(circle_of(bench).space), bench.place.now).listening
    bench.place.now += 1
    refused("listen.over", hears, bench, "Rook")
    assert not space.view(space.load(circle_of(bench).space), bench.place.now).listening


# --- sister circles


def is_full(bench: Bench) -> None:
    """More are inside than it has seats; a circle like it has three."""
    bench.place.run(None, lambda work: work.conn.execute(update(Circle).values(capacity=3)))


def waits(bench: Bench, name: str) -> WaitView:
    command = WaitAtDoor(circle=CIRCLE, agreement=1)
    (answer,) = bench.place.run(name, lambda work: doorway.wait_all([(work, command)]))
    assert isinstance(answer, Answered)
    view = answer.made
    assert isinstance(view, WaitView)
    return view


def asks_for_sister(bench: Bench, name: str, key: str = "") -> str | None:
    command = OpenSister(circle=CIRCLE, key=f"{name}{key}".ljust(22, "-"))
    answered = bench.place.run(name, lambda work: sisters.open_sister(work, command))
    opened: str | None = answered.made.circle
    return opened


def one_sister_with_room(bench: Bench) -> None:
    is_full(bench)
    for name in OUTSIDE:
        waits(bench, name)
    assert asks_for_sister(bench, "Rook") is None
    first = asks_for_sister(bench, "Reed")
    assert first is not None
    for name in ("Rush", "Rye"):
        refused("sister.there", asks_for_sister, bench, name)
    bench.place.enters("Wren", circle_id=first)
    assert asks_for_sister(bench, "Rush") is None
    assert asks_for_sister(bench, "Rye") not in (None, first)


def a_wish_for_a_sister_is_over(bench: Bench, lasts: int) -> None:
    is_full(bench)
    for name in ("Rook", "Reed"):
        waits(bench, name)
    assert asks_for_sister(bench, "Rook") is None
    for _ in range(lasts // MINUTE - 1):
        # A page that is open says so every few seconds; a minute is within what counts as still here.
        bench.place.now += MINUTE
        waits(bench, "Rook")
        assert waits(bench, "Reed").sister_asked
    bench.place.now += MINUTE - 1
    assert waits(bench, "Rook").sister_mine
    assert waits(bench, "Reed").sister_asked
    bench.place.now += 1
    assert not waits(bench, "Reed").sister_asked
    assert asks_for_sister(bench, "Reed") is None
    assert len(bench.place.rows(Waiter)) == 2
    assert {each.id for each in bench.place.rows(Circle)} == {CIRCLE, OTHER}


# --- rounds


def offers(bench: Bench, name: str = "Bo", key: str = "a") -> str:
    bench.place.does(name, rounds.offer, OfferRound(circle=CIRCLE, key=key.ljust(22, "-")))
    return row_of(bench).id


def row_of(bench: Bench) -> RoundRow:
    (row,) = bench.place.rows(RoundRow)
    found: RoundRow = row
    return found


def now_of(bench: Bench) -> Round:
    return round_state.unpack(row_of(bench).state)


def asks(bench: Bench, name: str, kind: type[Any], id_: str, **more: Any) -> list[str]:
    """Names of what was told of."""
    heard = bench.place.does(name, rounds.ask, kind(circle=CIRCLE, round=id_, **more))
    return [type(event).__name__ for _, event in heard]


def joined(bench: Bench, *names: str) -> str:
    id_ = offers(bench)
    for name in names:
        asks(bench, name, JoinRound, id_)
    return id_


def goes_on(bench: Bench, time: int) -> None:
    """The clock goes on, and each thing that is due in the round is done when it is."""
    until = bench.place.now + time
    while (due := row_of(bench).due_at) is not None and due <= until:
        bench.place.now = due
        bench.place.does(None, rounds.tick, CIRCLE)
    bench.place.now = until


def a_round_begins_once(bench: Bench) -> None:
    id_ = joined(bench, "Fern", "Otter")
    assert asks(bench, "Fern", BeginRound, id_) == []
    assert asks(bench, "Fern", BeginRound, id_) == []
    assert "RoundBegan" in asks(bench, "Otter", BeginRound, id_)
    before = now_of(bench)
    for name in ("Otter", "Fern"):
        assert asks(bench, name, BeginRound, id_) == []
    assert now_of(bench) == before


def a_beginning_is_over(bench: Bench, lasts: int) -> None:
    """What is wished for is there by itself by then, and the wish with it."""
    id_ = joined(bench, "Fern", "Otter")
    asks(bench, "Fern", BeginRound, id_)
    goes_on(bench, lasts - 1)
    assert now_of(bench).phase == "gathering"
    assert now_of(bench).begin is not None
    goes_on(bench, 1)
    assert now_of(bench).phase == "going"
    assert now_of(bench).begin is None


def begun(bench: Bench) -> str:
    """Bo holds the piece."""
    id_ = joined(bench, "Fern", "Otter")
    asks(bench, "Bo", BeginRound, id_)
    assert now_of(bench).holder == bench.place.seat("Bo")
    return id_


def signs(bench: Bench, id_: str) -> None:
    asks(bench, "Bo", StayWithPiece, id_, turn=1)


def one_question_in_a_while(bench: Bench) -> None:
    id_ = begun(bench)
    for _ in range(2):
        # From the beginning of the turn, and from one question to the next.
        goes_on(bench, 3 * MINUTE - 1)
        signs(bench, id_)
        refused("piece.too_soon", asks, bench, "Fern", AskHolder, id_)
        goes_on(bench, 1)
        assert asks(bench, "Fern", AskHolder, id_) == []
        assert asks(bench, "Otter", AskHolder, id_) == [PieceAsked.__name__]
        assert asks(bench, "Fern", AskHolder, id_) == []
        assert asks(bench, "Otter", AskHolder, id_) == []
        # A sign of the holder answers it.
        signs(bench, id_)
        refused("piece.too_soon", asks, bench, "Otter", AskHolder, id_)


def a_question_is_over(bench: Bench, lasts: int) -> None:
    """The longest: asked right after a sign, of somebody whose screens go just before the quiet is over and come back."""
    id_ = begun(bench)
    goes_on(bench, 3 * MINUTE)
    signs(bench, id_)
    for name in ("Fern", "Otter"):
        asks(bench, name, AskHolder, id_)
    bo, start = bench.place.seat("Bo"), bench.place.now

    def asked() -> bool:
        piece = now_of(bench).piece
        return piece is not None and piece.who == bo and piece.asked

    def screens(event: Gone | Back) -> None:
        bench.place.does(None, lambda work, _: rounds.act(work, work.db.get_one(Circle, CIRCLE), event), None)

    goes_on(bench, LIMITS.piece_quiet - 2)
    screens(Gone(bo, bench.place.now))
    goes_on(bench, LIMITS.piece_wait - 2)
    screens(Back(bo))
    goes_on(bench, start + lasts - SECOND - bench.place.now)
    assert asked()
    # Coming and going once more gives no time again.
    screens(Gone(bo, bench.place.now))
    screens(Back(bo))
    goes_on(bench, SECOND)
    assert not asked()


def a_round_is_laid_down_once(bench: Bench) -> None:
    id_ = begun(bench)
    asks(bench, "Wren", JoinRound, id_)
    # Four are in the round: two who say so, one of them its holder, leave two who do not.
    for name in ("Fern", "Fern", "Bo"):
        assert asks(bench, name, LayDownPiece, id_) == []
    assert now_of(bench).phase == "going"
    assert asks(bench, "Wren", LayDownPiece, id_) == ["RoundOver"]
    for name in ("Fern", "Otter"):
        refused("round.over", asks, bench, name, LayDownPiece, id_)


def a_laying_down_is_over(bench: Bench, lasts: int) -> None:
    id_ = begun(bench)
    refused("round.running", offers, bench, "Fern", "b")
    for name in ("Fern", "Otter"):
        asks(bench, name, LayDownPiece, id_)
    bench.place.now += lasts
    bench.place.says("Wren")
    assert offers(bench, "Fern", "b") != id_


# --- agreements


def proposes(bench: Bench, name: str, text: str, version: int = 1) -> str:
    command = ProposeAgreement(circle=CIRCLE, version=version, text=text)
    bench.place.does(name, agreements.propose, command)
    return matter_of(bench).id


def matter_of(bench: Bench) -> Matter:
    matter = agreement_state.unpack(circle_of(bench).matter)
    assert matter is not None
    return matter


def consents(bench: Bench, name: str, revision: int = 1) -> None:
    command = ConsentToAgreement(circle=CIRCLE, matter=matter_of(bench).id, revision=revision)
    bench.place.does(name, agreements.consent, command)


def one_proposal_a_circle(bench: Bench) -> None:
    matter = proposes(bench, "Bo", "We take turns.")
    refused("agreement.busy", proposes, bench, "Fern", "We sing.")
    refused("agreement.busy", proposes, bench, "Bo", "We sing.")
    bench.place.does("Bo", agreements.take_back, TakeBackAgreement(circle=CIRCLE, matter=matter))
    assert proposes(bench, "Fern", "We sing.") != matter


def five_proposals_a_day(bench: Bench) -> None:
    budget_of(ProposeAgreement(circle=CIRCLE, version=1, text="We take turns."), 5)


def twenty_objections_a_day(bench: Bench) -> None:
    budget_of(ObjectToAgreement(circle=CIRCLE, matter=CIRCLE, revision=1, reason="It hurries me."), 20)


def a_proposal_is_over(bench: Bench, lasts: int) -> None:
    """The longest: worded as often as it may be, each time at the last moment, and then tried and asked about."""
    start, matter = bench.place.now, proposes(bench, "Bo", "We take turns 1.")
    for wording in range(2, LIMITS.agreement_wordings + 1):
        bench.passes(LIMITS.agreement_ask - 1)
        reword = RewordAgreement(circle=CIRCLE, matter=matter, text=f"We take turns {wording}.")
        bench.place.does("Bo", agreements.reword, reword)
    again = RewordAgreement(circle=CIRCLE, matter=matter, text="We take turns again.")
    refused("agreement.reworded_often", bench.place.does, "Bo", agreements.reword, again)
    consents(bench, "Fern", LIMITS.agreement_wordings)
    for time in (LIMITS.agreement_ask, LIMITS.agreement_trial):
        bench.passes(time)
    bench.passes(start + lasts - SECOND - bench.place.now)
    assert matter_of(bench).phase == "review"
    bench.passes(SECOND)
    assert matter_of(bench).phase == "over"


def on_trial(bench: Bench) -> str:
    matter = proposes(bench, "Bo", "We take turns.")
    consents(bench, "Fern")
    bench.passes(LIMITS.agreement_ask)
    assert matter_of(bench).phase == "trial"
    assert circle_of(bench).agreement_version == 2
    return matter


def one_trial_a_circle(bench: Bench) -> None:
    matter = on_trial(bench)
    consents(bench, "Otter")
    assert circle_of(bench).agreement_version == 2
    refused("agreement.busy", proposes, bench, "Wren", "We sing.", 2)
    for time in (LIMITS.agreement_trial, LIMITS.agreement_review - 1):
        bench.passes(time)
        refused("agreement.busy", proposes, bench, "Wren", "We sing.", 2)
    bench.passes(1)
    assert proposes(bench, "Wren", "We sing.", 2) != matter


def a_trial_is_over(bench: Bench, lasts: int) -> None:
    """By then everybody was asked, and one who objects has what was agreed on before come back."""
    matter = on_trial(bench)
    start = bench.place.now
    objects = ObjectToAgreement(circle=CIRCLE, matter=matter, revision=1, reason="It hurries me.")
    bench.place.does("Otter", agreements.object_to, objects)
    bench.passes(LIMITS.agreement_trial)
    bench.passes(start + lasts - 1 - bench.place.now)
    assert circle_of(bench).agreement_version == 2
    bench.passes(1)
    assert matter_of(bench).outcome == "returned"
    texts = {each.version: each.text for each in bench.place.rows(Agreement) if each.circle_id == CIRCLE}
    assert texts[circle_of(bench).agreement_version] == texts[1]


CAPS: dict[tuple[str, str], Callable[[Bench], None]] = {
    ("o", "circle at once"): three_listen_at_once,
    ("o", "person and circle"): one_listening_an_hour_at_a_door,
    ("p", "circle"): one_proposal_a_circle,
    ("p", "person"): five_proposals_a_day,
    ("p", "objections of one person"): twenty_objections_a_day,
    ("sister", "circle that has room"): one_sister_with_room,
    ("begin", "round"): a_round_begins_once,
    ("ask", "turn"): one_question_in_a_while,
    ("lay", "round"): a_round_is_laid_down_once,
    ("agreement", "circle"): one_trial_a_circle,
}
LASTS: dict[str, Callable[[Bench, int], None]] = {
    "o": a_listening_is_over,
    "p": a_proposal_is_over,
    "sister": a_wish_for_a_sister_is_over,
    "begin": a_beginning_is_over,
    "ask": a_question_is_over,
    "lay": a_laying_down_is_over,
    "agreement": a_trial_is_over,
}


@pytest.mark.parametrize("cap", CAPS, ids=[f"{letter}: {what}" for letter, what in CAPS])
def test_a_bound_in_the_list_is_kept(cap: tuple[str, str], bench: Bench) -> None:
    CAPS[cap](bench)


@pytest.mark.parametrize("letter", LASTS)
def test_what_is_done_in_a_circle_is_over_by_itself_when_the_list_says_so(letter: str, bench: Bench) -> None:
    lasts = LISTED[letter].lasts
    assert lasts is not None
    LASTS[letter](bench, lasts)
