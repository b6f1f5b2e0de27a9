"""What the closed list promises of each power: how often one may use it, and when what it does is over by itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moderation import care, gentle
from moderation.models_care import CareOffer
from moderation.powers import POWERS, TOGETHER
from moderation.wire_care import AskGently, WorryAbout
from rooms import bell, space, together
from rooms.models import Circle
from rooms.units import DAY, HOUR, MINUTE
from rooms.wire_space import AskBreath, RestDoors, RingBell, SpaceView
from tests.moderation import test_caps_circles as of_circles
from tests.moderation.bench_of import Bench
from tests.moderation.caps import budget_of, refused
from tests.moderation.place import CIRCLE, Place, named

LISTED = {power.letter: power for power in (*POWERS, *TOGETHER)}
NAMES = ("Bo", "Fern", "Otter", "Wren")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    place = Place(f"sqlite:///{tmp_path / 'circles.db'}")
    place.people("Ana", *NAMES, age=3 * DAY)
    yield Bench(place)
    place.close()


def words(bench: Bench) -> int:
    return bench.place.says("Ana", "something hurtful")


def asks_gently(bench: Bench, name: str, seq: int) -> None:
    bench.place.does(name, gentle.ask, AskGently(circle=CIRCLE, target=seq))


def asks_breath(bench: Bench, name: str) -> None:
    bench.place.does(name, together.ask_breath, AskBreath(circle=CIRCLE))


def rings(bench: Bench, name: str) -> None:
    bench.place.does(name, bell.ring, RingBell(circle=CIRCLE))


def rests_doors(bench: Bench, name: str) -> None:
    bench.place.does(name, together.rest_doors, RestDoors(circle=CIRCLE))


def worries(bench: Bench, name: str) -> None:
    about = WorryAbout(circle=CIRCLE, participant=bench.place.seat("Otter"))
    bench.place.does(name, care.worry, about)


# --- how often


def one_gentle_note_a_message(bench: Bench) -> None:
    seq = words(bench)
    for name in ("Bo", "Fern"):
        asks_gently(bench, name, seq)
    bench.place.passes(HOUR)
    assert [each.about for each in bench.place.letters("Ana")] == ["gentle"]


def one_flag_a_message(bench: Bench) -> None:
    seq = words(bench)
    bench.place.flags("Bo", seq)
    refused("flag.already", bench.place.flags, "Bo", seq)
    bench.place.withdraws("Bo", seq)
    refused("flag.already", bench.place.flags, "Bo", seq)


def five_cases_a_day(bench: Bench) -> None:
    for number in range(6):
        bench.place.people(f"Writer{number}", age=3 * DAY)
    seqs = [bench.place.says(f"Writer{number}") for number in range(6)]
    for seq in seqs[:5]:
        bench.place.flags("Bo", seq)
    refused("flag.budget", bench.place.flags, "Bo", seqs[5])
    bench.place.now += DAY + 1
    seq = bench.place.says("Writer5")
    bench.place.flags("Bo", seq)


def one_hold_a_message(bench: Bench) -> None:
    seq = words(bench)
    bench.holds("Bo", seq)
    for time in (HOUR, 73 * HOUR):
        bench.passes(time)
        refused("hold.already", bench.holds, "Fern", seq)


def two_holds_a_day(bench: Bench) -> None:
    seqs = [words(bench) for _ in range(3)]
    for seq in seqs[:2]:
        bench.holds("Bo", seq)
    refused("hold.budget", bench.holds, "Bo", seqs[2])
    bench.place.now += DAY + 1
    bench.holds("Bo", words(bench))


def one_hold_of_ones_own_a_message(bench: Bench) -> None:
    seq = words(bench)
    bench.people("Rook", "Reed", "Rush", "Rye")
    bench.holds("Bo", seq, mine=True)
    bench.draw()
    bench.passes(73 * HOUR)
    refused("hold.already", bench.holds, "Bo", seq, mine=True)


def two_open_at_once(bench: Bench) -> None:
    seqs = [words(bench) for _ in range(3)]
    for seq in seqs[:2]:
        bench.holds("Bo", seq, mine=True)
    refused("hold.budget", bench.holds, "Bo", seqs[2], mine=True)


def one_breath_in_a_while(bench: Bench) -> None:
    for name in ("Bo", "Fern"):
        asks_breath(bench, name)
    bench.place.now += 14 * MINUTE
    refused("breath.too_soon", asks_breath, bench, "Bo")
    bench.place.now += MINUTE
    asks_breath(bench, "Bo")


def one_ringing_in_a_while(bench: Bench) -> None:
    rings(bench, "Bo")
    bench.place.now += 14 * MINUTE
    refused("bell.too_soon", rings, bench, "Fern")
    bench.place.now += MINUTE
    rings(bench, "Fern")


def one_ringing_an_hour(bench: Bench) -> None:
    budget_of(RingBell(circle=CIRCLE), 1)


def doors_that_rest_in_a_while(bench: Bench) -> None:
    for name in ("Bo", "Fern"):
        rests_doors(bench, name)
    bench.place.now += 14 * MINUTE
    refused("doors.too_soon", rests_doors, bench, "Bo")
    bench.place.now += MINUTE
    rests_doors(bench, "Bo")


def one_co_signature_a_message(bench: Bench) -> None:
    seq = words(bench)
    bench.holds("Bo", seq)
    bench.cosigns("Fern", seq)
    refused("hold.already", bench.cosigns, "Otter", seq)


def ten_gentle_notes_a_day(bench: Bench) -> None:
    budget_of(AskGently(circle=CIRCLE, target=1), 10)


def three_worries_a_day(bench: Bench) -> None:
    budget_of(WorryAbout(circle=CIRCLE, target=1), 3)


def one_offer_of_company_an_hour(bench: Bench) -> None:
    for name in ("Bo", "Fern"):
        worries(bench, name)
        bench.place.now += 29 * MINUTE
    assert len(bench.place.rows(CareOffer)) == 1
    heard = len(bench.place.stream(f"person/{named('Otter')}"))
    assert heard == 1
    bench.passes(3 * MINUTE)
    worries(bench, "Wren")
    assert len(bench.place.stream(f"person/{named('Otter')}")) > heard


CAPS: dict[tuple[str, str], Callable[[Bench], None]] = {
    ("b", "message"): one_gentle_note_a_message,
    ("b", "person"): ten_gentle_notes_a_day,
    ("c", "message"): one_flag_a_message,
    ("c", "cases of one person"): five_cases_a_day,
    ("d", "message"): one_hold_a_message,
    ("d", "person"): two_holds_a_day,
    ("e", "message"): one_hold_of_ones_own_a_message,
    ("e", "holds open at once"): two_open_at_once,
    ("n", "person"): three_worries_a_day,
    ("n", "person asked"): one_offer_of_company_an_hour,
    ("j", "circle"): one_ringing_in_a_while,
    ("j", "person"): one_ringing_an_hour,
    ("breath", "circle"): one_breath_in_a_while,
    ("doors", "circle"): doors_that_rest_in_a_while,
    ("co-sign", "message"): one_co_signature_a_message,
}


def promised() -> set[tuple[str, str]]:
    return {(letter, cap[2]) for letter, power in LISTED.items() if power.commands for cap in power.caps}


def test_each_bound_in_the_list_is_tried_once() -> None:
    assert sorted((*CAPS, *of_circles.CAPS)) == sorted(promised())


@pytest.mark.parametrize("cap", CAPS, ids=[f"{letter}: {what}" for letter, what in CAPS])
def test_a_bound_in_the_list_is_kept(cap: tuple[str, str], bench: Bench) -> None:
    CAPS[cap](bench)


# --- how long


def holds_alone(bench: Bench) -> Callable[[], bool]:
    seq = words(bench)
    bench.holds("Bo", seq)
    return lambda: bench.place.folded(seq)


def holds_ones_own(bench: Bench) -> Callable[[], bool]:
    """With enough people who might read it, of whom none comes."""
    bench.people("Rook", "Reed", "Rush", "Rye")
    seq = words(bench)
    bench.holds("Bo", seq, mine=True)
    bench.draw()
    return lambda: bench.place.folded(seq)


def co_signs(bench: Bench) -> Callable[[], bool]:
    seq = words(bench)
    bench.holds("Bo", seq)
    bench.cosigns("Fern", seq)
    return lambda: bench.place.folded(seq)


def breathes(bench: Bench) -> Callable[[], bool]:
    for name in ("Bo", "Fern"):
        asks_breath(bench, name)

    return lambda: held(bench).breath_until is not None


def held(bench: Bench) -> SpaceView:
    (circle,) = bench.place.rows(Circle)
    return space.view(space.load(circle.space), bench.place.now)


def ringing(bench: Bench) -> Callable[[], bool]:
    rings(bench, "Bo")
    return lambda: held(bench).rest_until is not None


def doors_rest(bench: Bench) -> Callable[[], bool]:
    for name in ("Bo", "Fern"):
        rests_doors(bench, name)
    return lambda: held(bench).doors_until is not None


def asks_about_somebody(bench: Bench) -> Callable[[], bool]:
    worries(bench, "Bo")
    return lambda: bool(bench.place.rows(CareOffer))


LASTS: dict[str, Callable[[Bench], Callable[[], bool]]] = {
    "d": holds_alone,
    "e": holds_ones_own,
    "n": asks_about_somebody,
    "j": ringing,
    "breath": breathes,
    "doors": doors_rest,
    "co-sign": co_signs,
}


def test_each_end_in_the_list_is_tried_once() -> None:
    ending = [letter for letter, power in LISTED.items() if power.commands and power.lasts is not None]
    assert sorted((*LASTS, *of_circles.LASTS)) == sorted(ending)


@pytest.mark.parametrize("letter", LASTS)
def test_what_one_person_does_is_over_by_itself_when_the_list_says_so(letter: str, bench: Bench) -> None:
    stands = LASTS[letter](bench)
    lasts = LISTED[letter].lasts
    assert lasts is not None
    assert stands()
    # A hold for one's own data may end with the time of its case, which is a little shorter so that nobody can reckon.
    bench.passes(lasts - (4 * HOUR if letter == "e" else MINUTE // 2))
    assert stands()
    bench.passes(4 * HOUR if letter == "e" else MINUTE)
    assert not stands()
