"""The box in which frames wait for Redis: bounded, in order, and honest about what it dropped."""

from hypothesis import given
from hypothesis import strategies as st

from server.broker import Prepared
from server.redis.parcels import (
    PARCEL_MOST,
    PARTITIONS,
    Outbox,
    Parcel,
    Whisper,
    opening_of,
    pack,
    partition_of,
    unpack,
)
from tests.server.processes import circle, circles_of, event

ALL = range(PARTITIONS)


def events_of(parcels: list[tuple[int, bytes]]) -> list[Prepared]:
    return [event for _, parcel in parcels for event in unpack(parcel).events]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 300_000)), max_size=60))
def test_all_that_is_put_comes_out_once_in_order_and_in_small_parcels(given: list[tuple[int, int]]) -> None:
    box = Outbox("ana", most=1 << 30)
    put = [event(circle(number), seq, size=size) for seq, (number, size) in enumerate(given)]
    for each in put:
        box.put(each.address, each)

    taken: list[tuple[int, bytes]] = []
    while some := box.take(ALL):
        taken += some

    assert box.size == 0
    assert not box
    for number in range(10):
        address = circle(number)
        assert [e for e in events_of(taken) if e.address == address] == [e for e in put if e.address == address]
    for partition, parcel in taken:
        assert len(parcel) <= PARCEL_MOST + 10_000
        assert {partition_of(each.address) for each in unpack(parcel).events} == {partition}


def test_beyond_its_bound_the_oldest_are_dropped_and_their_partitions_told() -> None:
    box = Outbox("ana", most=10_000)
    old, new = circles_of(3, 1)[0], circles_of(9, 1)[0]
    box.put(old, event(old, 1, size=4_000))
    for seq in range(1, 3):
        box.put(new, event(new, seq, size=4_000))
    assert box.size <= 10_000

    parcels = box.take(ALL)

    assert [(each.address, each.seq) for each in events_of(parcels)] == [(new, 1), (new, 2)]
    assert [partition for partition, parcel in parcels if unpack(parcel).lost] == [3]
    assert box.take(ALL) == []


def test_a_whisper_that_is_dropped_is_no_loss() -> None:
    box = Outbox("ana", most=1_000)
    box.put(circle(1), Whisper(circle(1), bytes(600)))
    box.put(circle(1), Whisper(circle(1), bytes(600)))
    assert box.lost == set()


def test_whispers_can_be_forgotten() -> None:
    box = Outbox("ana")
    box.put(circle(1), Whisper(circle(1), bytes(600)))
    box.put(circle(1), event(circle(1), 1))
    box.put(circle(1), Whisper(circle(1), bytes(600)))
    box.forget_whispers()

    [(_, parcel)] = box.take(ALL)

    assert unpack(parcel).whispers == ()
    assert [each.seq for each in unpack(parcel).events] == [1]
    assert box.size == 0


def test_each_line_takes_only_what_is_its_own() -> None:
    box = Outbox("ana")
    near, far = circles_of(3, 1)[0], circles_of(9, 1)[0]
    for seq in range(1, 4):
        box.put(near, event(near, seq))
        box.put(far, event(far, seq))
    box.lost.add(9)

    assert [(each.address, each.seq) for each in events_of(box.take({3}))] == [(near, 1), (near, 2), (near, 3)]
    assert box.lost == {9}
    assert [(each.address, each.seq) for each in events_of(box.take({9}))] == [(far, 1), (far, 2), (far, 3)]
    assert not box


def test_ones_own_parcels_are_known_by_their_opening() -> None:
    own = opening_of("ana")
    assert pack(Parcel("ana", (event(circle(1), 1),))).startswith(own)
    assert pack(Parcel("ana", lost=True)).startswith(own)
    assert not pack(Parcel("anabel")).startswith(own)
    assert not pack(Parcel("bo", (event("ana", 1),))).startswith(own)
