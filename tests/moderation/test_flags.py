"""Raising a flag, and what follows, in a real database."""

from dataclasses import replace
from pathlib import Path

import pytest

from moderation.models import CaseMessageRow, CaseRow, FlagRow, LetterRow
from moderation.wire import Category, FlagMoved, LetterCame, LetterDismissed
from rooms.models import Circle, ParticipantRow
from rooms.units import DAY, HOUR, MINUTE
from rooms.wire_messages import MessageFolded, MessageRephrased, MessageUnfolded
from rooms.work import Refusal, Work
from tests.moderation.place import CIRCLE, OTHER, Place, named


def refused(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code == code)


def test_a_flag_hides_a_message_for_the_flagger_and_tells_nobody_else(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    heard = place.flags("Bo", seq)
    assert heard == [(f"person/{named('Bo')}", FlagMoved(circle=CIRCLE, target=seq, status="received"))]
    assert place.my_flags("Bo") == {seq: "received"}
    assert place.my_flags("Fern") == {}
    assert not place.folded(seq)
    assert place.passes(HOUR) == []
    assert place.letters("Ana") == ()


def test_enough_witnesses_fold_it_for_all_and_the_author_hears_what_was_felt(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq, "pressure")
    heard = place.flags("Fern", seq, "disrespect")
    (until,) = [event.until for _, event in heard if isinstance(event, MessageFolded)]
    assert heard == [
        (f"circle/{CIRCLE}", MessageFolded(target=seq, until=until)),
        (f"person/{named('Bo')}", FlagMoved(circle=CIRCLE, target=seq, status="folded")),
        (f"person/{named('Fern')}", FlagMoved(circle=CIRCLE, target=seq, status="folded")),
    ]
    assert place.folded(seq)
    ((address, came),) = place.passes(place.limits.letter_delay)
    assert address == f"person/{named('Ana')}"
    assert isinstance(came, LetterCame)
    assert place.letters("Ana") == (came.letter,)
    assert (came.letter.about, came.letter.target, came.letter.until) == ("folded", seq, until)
    assert came.letter.felt == ("disrespect", "pressure")


def test_until_when_a_fold_lasts_does_not_tell_when_the_first_flag_came(place: Place) -> None:
    names = [f"Person{n}" for n in range(20)]
    place.people("Bo", "Fern", "Wren", *names)
    lasts = set()
    for name in names:
        seq = place.says(name)
        place.flags("Bo", seq)
        place.now += DAY
        place.flags("Fern", seq)
        (fold,) = [event for _, event in place.flags("Wren", seq) if isinstance(event, MessageFolded)]
        assert fold.until is not None
        lasts.add(fold.until - (place.now - DAY))
    assert len(lasts) > 15
    life = place.limits.fold_life
    assert all(life - life // 24 <= each <= life for each in lasts)


def test_who_never_saw_a_message_cannot_flag_it(place: Place) -> None:
    place.people("Ana", "Bo")
    seq = place.says("Ana")
    place.people("Fern")
    place.person("Wren")
    with refused("message.not_found"):
        place.flags("Fern", seq)
    with refused("circle.not_found"):
        place.flags("Wren", seq)
    with refused("message.not_found"):
        place.flags("Bo", seq + 1)
    place.leaves("Bo")
    place.says("Ana")
    with refused("circle.not_found"):
        place.flags("Bo", seq)
    assert place.rows(CaseRow) == []


def test_who_left_before_a_message_or_came_after_it_is_no_witness(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    place.leaves("Fern")
    seq = place.says("Ana")
    place.people("Wren")
    place.flags("Bo", seq)
    (held,) = place.rows(CaseMessageRow)
    assert held.witnesses == 2  # Heron and Bo


def test_nobody_flags_their_own_words(place: Place) -> None:
    place.people("Ana")
    seq = place.says("Ana")
    with refused("flag.own_words"):
        place.flags("Ana", seq)


def test_a_second_flag_by_one_person_changes_nothing(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    with refused("flag.already"):
        place.flags("Bo", seq, "pressure")
    place.withdraws("Bo", seq)
    with refused("flag.already"):
        place.flags("Bo", seq)
    place.flags("Fern", seq)
    assert not place.folded(seq)


def test_words_that_are_gone_cannot_be_flagged(place: Place) -> None:
    place.people("Ana", "Bo")
    seq = place.says("Ana")
    place.takes_back("Ana", seq)
    with refused("message.taken_back"):
        place.flags("Bo", seq)


def test_five_cases_a_day_and_then_a_wait(place: Place) -> None:
    authors = [f"Writer{n}" for n in range(7)]
    place.people("Bo", *authors)
    seqs = [place.says(author) for author in authors]
    start = place.now
    for seq in seqs[:5]:
        place.flags("Bo", seq)
        place.now += HOUR
    with pytest.raises(Refusal) as refusal:
        place.flags("Bo", seqs[5])
    assert (refusal.value.code, refusal.value.facts) == ("flag.budget", {"retry_after": 19 * HOUR})
    assert not any(each.seq == seqs[5] for each in place.rows(CaseMessageRow))
    # Another message of a case is no other case, and a withdrawn flag is not given back.
    place.flags("Bo", place.says(authors[0]))
    place.withdraws("Bo", seqs[1])
    with refused("flag.budget"):
        place.flags("Bo", seqs[5])
    place.now = start + DAY
    place.flags("Bo", seqs[5])
    with refused("flag.budget"):
        place.flags("Bo", seqs[6])


@pytest.mark.parametrize("somebody_else_was_first", [False, True])
def test_what_a_flag_costs_does_not_tell_of_others_flags(place: Place, somebody_else_was_first: bool) -> None:
    place.limits = replace(place.limits, cases_a_day=1)
    place.people("Ana", "Bo", "Fern")
    seqs = [place.says("Ana") for _ in range(3)]
    if somebody_else_was_first:
        place.flags("Fern", seqs[0])
    place.now += 23 * HOUR
    place.flags("Bo", seqs[1])
    place.now += 2 * HOUR
    place.flags("Bo", seqs[2])  # where Fern was first, the case of that day takes no more, and this is another one
    assert len(place.rows(CaseRow)) == 1 + somebody_else_was_first


def test_ten_messages_of_one_author_cost_as_much_as_one(place: Place) -> None:
    place.limits = replace(place.limits, cases_a_day=1)
    place.people("Ana", "Bo")
    for _ in range(place.limits.case_messages):
        place.flags("Bo", place.says("Ana"))
    with refused("flag.budget"):
        place.flags("Bo", place.says("Ana"))


def test_too_young_identities_hide_for_themselves_and_fold_nothing(place: Place) -> None:
    place.people("Ana", "Bo")
    for name in ("Young", "Younger", "Youngest"):
        place.person(name, age=MINUTE)
    place.enters("Young", "Younger", "Youngest", ago=MINUTE)
    seq = place.says("Ana")
    for name in ("Young", "Younger", "Youngest", "Bo"):
        place.flags(name, seq, "threat")
        assert place.my_flags(name) == {seq: "received"}
    assert not place.folded(seq)
    (held,) = place.rows(CaseMessageRow)
    assert held.witnesses == 2  # Heron and Bo


def test_presence_makes_guests_witnesses_but_one_invite_or_network_gives_only_half(place: Place) -> None:
    place.people("Ana")
    for name, invite, network in (
        ("Bo", "invite", "one"),
        ("Fern", "invite", "two"),
        ("Wren", "another", "two"),
        ("Lark", None, "three"),
    ):
        place.person(name, age=HOUR, invite=invite, network=network)
        place.enters(name, ago=HOUR)
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    assert not place.folded(seq)  # one invite
    place.withdraws("Bo", seq)
    place.flags("Wren", seq)
    assert not place.folded(seq)  # one network
    place.flags("Lark", seq)
    assert place.folded(seq)


def test_how_flaggers_came_in_cannot_be_read_and_goes_with_the_case(place: Place) -> None:
    place.people("Ana")
    for name in ("Bo", "Fern"):
        place.person(name, age=HOUR, invite="invite", network="network")
        place.enters(name, ago=HOUR)
    first, second = place.says("Ana"), place.says("Ana")
    place.flags("Bo", first)
    place.flags("Fern", first)
    place.flags("Fern", second)
    marks = [(each.invite, each.network) for each in place.rows(FlagRow)]
    assert marks[0] == marks[1] != marks[2]
    assert b"invite" not in {each[0] for each in marks}
    place.passes(place.limits.fold_life)
    assert {(each.invite, each.network) for each in place.rows(FlagRow)} == {(None, None)}
    assert {each.salt for each in place.rows(CaseMessageRow)} == {None}


def test_the_number_of_witnesses_is_frozen_at_the_first_flag(place: Place) -> None:
    crowd = [f"Person{n}" for n in range(20)]
    place.people("Ana", *crowd)
    seq = place.says("Ana")
    place.flags("Person0", seq)
    (held,) = place.rows(CaseMessageRow)
    assert held.witnesses == 21  # with Heron: three flags are needed
    for name in crowd[10:]:
        place.leaves(name)
    place.flags("Person1", seq)
    assert not place.folded(seq)
    place.flags("Person2", seq)
    assert place.folded(seq)


def test_a_third_case_of_the_same_author_within_a_day_counts_for_nothing(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    place.circle(OTHER, host="Heron")
    place.enters("Ana", "Bo", "Fern", "Wren", circle_id=OTHER)
    for _ in range(place.limits.case_messages):
        place.flags("Wren", place.says("Ana"))
    full = place.says("Ana")
    place.flags("Bo", full)  # the first case is full of Wren's flags, so this is a second one
    place.flags("Bo", place.says("Ana", circle_id=OTHER), circle_id=OTHER)
    for _ in range(place.limits.case_messages - 1):
        place.flags("Wren", place.says("Ana"))
    third = place.says("Ana")
    place.flags("Bo", third)
    place.flags("Fern", third)
    assert len(place.rows(CaseRow)) == 4
    assert not place.folded(third)
    assert place.my_flags("Bo")[third] == "received"
    place.flags("Heron", third)
    assert place.folded(third)
    place.now += DAY
    later = place.says("Ana")
    place.flags("Bo", later)
    place.flags("Fern", later)
    assert place.folded(later)


def test_more_messages_of_one_case_are_no_other_case(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    place.circle(OTHER, host="Heron")
    place.enters("Ana", "Bo", circle_id=OTHER)
    place.flags("Bo", place.says("Ana"))
    place.flags("Bo", place.says("Ana", circle_id=OTHER), circle_id=OTHER)
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    assert place.folded(seq)


def test_cases_of_other_authors_take_nothing_from_a_flag(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren", "Lark")
    for author in ("Wren", "Lark"):
        place.flags("Bo", place.says(author))
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    assert place.folded(seq)


def test_flags_that_counted_nothing_take_nothing_from_a_later_one(place: Place) -> None:
    place.people("Ana", "Fern")
    place.person("Bo", age=0)
    place.circle(OTHER, host="Heron")
    place.enters("Bo", ago=0)
    place.enters("Ana", "Bo", circle_id=OTHER, ago=0)
    place.flags("Bo", place.says("Ana"))
    place.flags("Bo", place.says("Ana", circle_id=OTHER), circle_id=OTHER)
    for _ in range(place.limits.case_messages):
        place.flags("Fern", place.says("Ana"))
    place.now += HOUR
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Heron", seq)
    assert len(place.rows(CaseRow)) == 3
    assert place.folded(seq)


def test_a_case_takes_ten_messages_of_one_day(place: Place) -> None:
    place.people("Ana", "Bo")
    for _ in range(place.limits.case_messages):
        place.flags("Bo", place.says("Ana"))
    assert len(place.rows(CaseRow)) == 1
    place.now += HOUR
    place.flags("Bo", place.says("Ana"))
    place.flags("Bo", place.says("Ana"))
    assert len(place.rows(CaseRow)) == 2
    place.now += place.limits.case_span
    place.flags("Bo", place.says("Ana"))
    place.flags("Bo", place.says("Ana"))
    assert len(place.rows(CaseRow)) == 3


def test_a_withdrawn_flag_ends_a_fold_that_needed_it(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    place.passes(place.limits.letter_delay)
    (letter,) = place.letters("Ana")
    heard = place.withdraws("Fern", seq)
    lapsed = place.letters("Ana")
    assert heard == [
        (f"circle/{CIRCLE}", MessageUnfolded(target=seq)),
        (f"person/{named('Ana')}", LetterDismissed(letter=letter.id)),
        (f"person/{named('Ana')}", LetterCame(letter=lapsed[0])),
        (f"person/{named('Bo')}", FlagMoved(circle=CIRCLE, target=seq, status="received")),
        (f"person/{named('Fern')}", FlagMoved(circle=CIRCLE, target=seq, status="withdrawn")),
    ]
    assert [(each.about, each.felt) for each in lapsed] == [("lapsed", ())]
    assert (place.my_flags("Bo"), place.my_flags("Fern")) == ({seq: "received"}, {seq: "withdrawn"})
    assert place.withdraws("Fern", seq) == []
    place.flags("Heron", seq)
    assert place.folded(seq)


def test_withdrawing_before_the_letter_went_out_leaves_the_author_in_peace(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    place.withdraws("Bo", seq)
    assert place.passes(HOUR) == []
    assert place.letters("Ana") == ()


def test_a_flag_more_than_needed_can_go_without_unfolding(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    for name in ("Bo", "Fern", "Heron"):
        place.flags(name, seq)
    heard = place.withdraws("Bo", seq)
    assert heard == [(f"person/{named('Bo')}", FlagMoved(circle=CIRCLE, target=seq, status="withdrawn"))]
    assert place.folded(seq)


def test_the_last_withdrawn_flag_closes_the_case_and_a_later_flag_opens_another(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.leaves("Bo")
    place.withdraws("Bo", seq)
    assert [each.closed for each in place.rows(CaseRow)] == ["withdrawn"]
    place.flags("Fern", seq)
    assert [each.closed for each in place.rows(CaseRow)] == ["withdrawn", None]


def test_flags_that_are_not_there_cannot_be_withdrawn(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    for name in ("Fern", "Ana"):
        with refused("flag.not_found"):
            place.withdraws(name, seq)
    with refused("flag.not_found"):
        place.withdraws("Bo", seq, OTHER)


def test_a_fold_lapses_by_itself_and_the_same_flags_never_fold_again(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren", "Lark")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.now += HOUR
    (fold,) = [event for _, event in place.flags("Fern", seq) if isinstance(event, MessageFolded)]
    assert fold.until is not None
    place.passes(fold.until - place.now - 1)
    assert place.folded(seq)
    (letter,) = place.letters("Ana")
    heard = place.passes(1)
    (lapsed,) = place.letters("Ana")
    assert heard == [
        (f"circle/{CIRCLE}", MessageUnfolded(target=seq)),
        (f"person/{named('Ana')}", LetterDismissed(letter=letter.id)),
        (f"person/{named('Ana')}", LetterCame(letter=lapsed)),
        (f"person/{named('Bo')}", FlagMoved(circle=CIRCLE, target=seq, status="lapsed")),
        (f"person/{named('Fern')}", FlagMoved(circle=CIRCLE, target=seq, status="lapsed")),
    ]
    assert lapsed.about == "lapsed"
    assert place.my_flags("Bo") == {seq: "lapsed"}
    with refused("flag.already"):
        place.flags("Bo", seq)
    place.flags("Wren", seq)
    assert not place.folded(seq)
    place.flags("Lark", seq)
    assert place.folded(seq)


def test_a_flag_that_comes_before_the_clock_lets_an_old_case_lapse_first(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.now += place.limits.fold_life
    place.flags("Fern", seq)
    assert not place.folded(seq)
    assert [each.closed for each in place.rows(CaseRow)] == ["lapsed", None]


def test_a_flag_withdrawn_after_the_time_of_its_case_is_told_of_the_lapse_first(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    place.now += place.limits.fold_life
    place.withdraws("Fern", seq)
    assert (place.my_flags("Bo"), place.my_flags("Fern")) == ({seq: "lapsed"}, {seq: "withdrawn"})
    assert [each.closed for each in place.rows(CaseRow)] == ["lapsed"]


def test_an_unfolded_case_lapses_without_a_word_to_the_author(place: Place) -> None:
    place.people("Ana", "Bo")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    heard = place.passes(place.limits.fold_life)
    assert heard == [(f"person/{named('Bo')}", FlagMoved(circle=CIRCLE, target=seq, status="lapsed"))]


def test_the_author_says_it_differently_and_nothing_stays(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana", "first")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    place.passes(place.limits.letter_delay)
    (letter,) = place.letters("Ana")
    heard = place.rephrases("Ana", seq, "second")
    assert heard == [
        (f"circle/{CIRCLE}", MessageRephrased(target=seq, body="second")),
        (f"person/{named('Ana')}", LetterDismissed(letter=letter.id)),
        (f"person/{named('Bo')}", FlagMoved(circle=CIRCLE, target=seq, status="rephrased")),
        (f"person/{named('Fern')}", FlagMoved(circle=CIRCLE, target=seq, status="rephrased")),
    ]
    assert not place.folded(seq)
    assert [each.closed for each in place.rows(CaseRow)] == ["repaired"]
    assert place.rephrases("Ana", seq, "second") == []
    with refused("message.rephrased_once"):
        place.rephrases("Ana", seq, "third")
    # New words are flagged anew, in a new case, also by those who flagged the old ones.
    place.flags("Bo", seq)
    assert place.my_flags("Bo") == {seq: "received"}
    with refused("flag.already"):
        place.flags("Bo", seq)
    place.flags("Fern", seq)
    assert place.folded(seq)
    assert [each.closed for each in place.rows(CaseRow)] == ["repaired", None]


def test_only_folded_words_and_only_ones_own_are_rephrased(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana", "first")
    place.flags("Bo", seq)
    with refused("message.not_folded"):
        place.rephrases("Ana", seq, "second")
    place.flags("Fern", seq)
    with refused("message.not_yours"):
        place.rephrases("Bo", seq, "second")
    with refused("message.same_words"):
        place.rephrases("Ana", seq, "first")


def test_taking_back_closes_the_case_and_tells_the_flaggers(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    heard = place.takes_back("Ana", seq)
    assert (f"person/{named('Fern')}", FlagMoved(circle=CIRCLE, target=seq, status="taken_back")) in heard
    assert place.rows(LetterRow) == []
    assert [each.closed for each in place.rows(CaseRow)] == ["repaired"]
    place.passes(DAY)
    assert (place.count("flag"), place.count("case_message"), place.count("flag_case")) == (0, 0, 0)


def test_when_words_fade_their_flags_go_too_once_they_no_longer_count(place: Place) -> None:
    place.circle(OTHER, host="Heron", keep_for=10 * HOUR)
    place.person("Ana")
    place.person("Bo")
    place.enters("Ana", "Bo", circle_id=OTHER)
    seq = place.says("Ana", circle_id=OTHER)
    place.flags("Bo", seq, circle_id=OTHER)
    place.flags("Heron", seq, circle_id=OTHER)
    place.passes(place.limits.letter_delay)
    (letter,) = place.letters("Ana")
    heard = place.passes(10 * HOUR)
    assert (f"person/{named('Ana')}", LetterDismissed(letter=letter.id)) in heard
    assert not any(isinstance(event, FlagMoved | MessageUnfolded) for _, event in heard)
    assert (place.my_flags("Bo", OTHER), place.letters("Ana")) == ({}, ())
    assert [each.closed for each in place.rows(CaseRow)] == ["faded"]
    assert place.count("flag") == 2
    place.passes(DAY)
    assert (place.count("flag"), place.count("case_message"), place.count("flag_case")) == (0, 0, 0)


def test_a_forgotten_flagger_leaves_no_link_and_no_sign(place: Place) -> None:
    place.people("Ana", "Fern")
    place.person("Bo", age=HOUR, invite="invite", network="network")
    place.enters("Bo", ago=HOUR)
    first, second = place.says("Ana"), place.says("Ana")
    place.flags("Bo", first)
    place.flags("Fern", first)
    place.flags("Bo", second)
    heard = place.is_forgotten("Bo")
    assert not any(isinstance(event, FlagMoved | MessageUnfolded | MessageFolded) for _, event in heard)
    assert place.folded(first)
    assert all(each.person_id != named("Bo") for each in place.rows(FlagRow))
    # What they felt still counts, so that nobody can tell from their leaving.
    place.flags("Fern", second)
    assert place.folded(second)
    place.passes(place.limits.fold_life)
    assert {each.person_id for each in place.rows(FlagRow)} == {named("Fern")}


def test_a_forgotten_author_leaves_no_link(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    place.passes(place.limits.letter_delay)
    heard = place.is_forgotten("Ana")
    assert (f"person/{named('Bo')}", FlagMoved(circle=CIRCLE, target=seq, status="taken_back")) in heard
    assert [(each.author_id, each.closed) for each in place.rows(CaseRow)] == [(None, "repaired")]
    assert place.rows(LetterRow) == []


def test_a_letter_is_put_away_by_its_reader_only(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.flags("Fern", seq)
    waiting = place.rows(LetterRow)[0].id
    with refused("letter.not_found"):
        place.dismisses("Ana", waiting)
    place.passes(place.limits.letter_delay)
    (letter,) = place.letters("Ana")
    assert letter.id == waiting
    with refused("letter.not_found"):
        place.dismisses("Bo", letter.id)
    assert place.dismisses("Ana", letter.id) == [(f"person/{named('Ana')}", LetterDismissed(letter=letter.id))]
    assert place.letters("Ana") == ()
    with refused("letter.not_found"):
        place.dismisses("Ana", letter.id)


def test_a_letter_names_once_and_in_one_order_what_those_who_count_felt(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren", "Lark", "Robin")
    place.person("Young", age=0)
    place.enters("Young", ago=0)
    seq = place.says("Ana")
    place.flags("Young", seq, "illegal")
    felt: dict[str, Category] = {
        "Bo": "spam",
        "Fern": "privacy",
        "Wren": "pressure",
        "Lark": "disrespect",
        "Robin": "threat",
        "Heron": "pressure",
    }
    for name, category in felt.items():
        place.flags(name, seq, category)
    place.withdraws("Robin", seq)
    place.passes(place.limits.letter_delay)
    (letter,) = place.letters("Ana")
    # Of six who could have flagged it two fold it, so the letter names what the first two felt: more would count more.
    assert letter.felt == ("privacy", "spam")


def test_each_letter_goes_out_at_its_own_time(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    for _ in range(6):
        seq = place.says("Ana")
        place.flags("Bo", seq)
        place.flags("Fern", seq)
    times = sorted(each.due_at for each in place.rows(LetterRow))
    for sent, time in enumerate(times, start=1):
        place.passes(time - place.now)
        assert len(place.letters("Ana")) == sent + times[sent:].count(time)


def test_letters_wait_a_random_part_of_the_delay(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    due = set()
    for _ in range(8):
        seq = place.says("Ana")
        place.flags("Bo", seq)
        place.flags("Fern", seq)
    for letter in place.rows(LetterRow):
        assert place.now <= letter.due_at <= place.now + place.limits.letter_delay
        due.add(letter.due_at)
    assert len(due) > 4


def test_a_young_server_asks_for_no_more_than_half_its_age(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path / 'young.db'}", age=10 * MINUTE)
    for name in ("Ana", "Bo", "Fern"):
        place.person(name, age=6 * MINUTE)
    place.person("Late", age=4 * MINUTE)
    place.enters("Ana", "Bo", "Fern", "Late", ago=MINUTE)
    seq = place.says("Ana")
    place.flags("Late", seq)
    place.flags("Bo", seq)
    assert not place.folded(seq)
    place.flags("Fern", seq)
    assert place.folded(seq)
    place.close()


def test_flags_of_who_was_not_there_do_not_use_up_the_time_of_a_case(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.person("Wren", age=0)
    place.run(None, _open_history)
    place.enters("Wren", ago=0)
    place.run(None, lambda work: _reads_from_the_start(work, place.seat("Wren")))
    place.flags("Wren", seq)
    place.passes(60 * HOUR)
    place.flags("Bo", seq)
    (fold,) = [event for _, event in place.flags("Fern", seq) if isinstance(event, MessageFolded)]
    assert fold.until is not None
    assert fold.until > place.now + 60 * HOUR


def _open_history(work: Work) -> None:
    work.db.get_one(Circle, CIRCLE).history_open = True


def _reads_from_the_start(work: Work, seat: str) -> None:
    work.db.get_one(ParticipantRow, seat).from_seq = 1
