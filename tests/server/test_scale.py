"""The simulation of growth: its totals agree with counting by hand, and more of anything never helps the wrong way."""

import json
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from server import simulate_scale
from server.scale.costs import COSTS, Costs, NoCost, of_fanout, read_results
from server.scale.needs import Hardware, Plan, memory, of_processes, plan, work
from server.scale.placed import FIRST, SECOND, By, Dealt, Placed, spread
from server.scale.report import RESTS_ON
from server.scale.world import Impossible, Wanted, World

SMALL = Wanted(people=300, circles=40, online=0.5, each=1.5)
BYS: tuple[By, ...] = ("connection", "circle")
SLOW = Costs({"post_us": 30_000.0, "delivery_us": 9_000.0, "head_us": 3_000.0, "received_together_us": 1_500.0})
"""So dear that a few hundred people need several machines."""
wanted = st.builds(
    Wanted,
    people=st.integers(50, 400),
    circles=st.integers(20, 60),
    each=st.sampled_from((1.0, 1.5, 2.0)),
    spread=st.sampled_from((0.0, 0.6, 1.5)),
    online=st.sampled_from((0.1, 0.5, 1.0)),
    messages=st.sampled_from((0.5, 6.0, 30.0)),
    whispers=st.sampled_from((0.0, 1.0)),
    seed=st.integers(0, 5),
)


class ByHand:
    """The same load, counted one socket, one post and one reader at a time."""

    def __init__(self, world: World, processes: int, by: By, partitions: int) -> None:
        sockets: set[tuple[int, int]] = set()
        at: dict[tuple[int, int], int] = {}
        here: dict[int, list[int]] = defaultdict(list)
        for person in world.online:
            for circle in person.circles:
                where = person.where if by == "connection" else world.where[circle]
                at[person.number, circle] = int(where * processes)
                sockets.add((person.number, at[person.number, circle]))
                here[circle].append(person.number)
        many = {person.number: len(person.circles) for person in world.online}
        self.sockets = Counter(process for _, process in sockets)
        self.followed = Counter(process for process, _ in {(at[p, c], c) for p, c in at})
        self.posts = defaultdict[int, float](float)
        self.deliveries = defaultdict[int, float](float)
        self.whispered = defaultdict[int, float](float)
        self.received = defaultdict[int, float](float)
        self.passed = 0.0
        ears: dict[int, set[int]] = defaultdict(set)
        for (number, circle), process in at.items():
            ears[process] |= {spread(circle, FIRST) % partitions, spread(number, SECOND) % partitions}
        for (poster, circle), process in at.items():
            says = world.wanted.messages * world.wanted.burst / 60 / many[poster]
            self.posts[process] += says
            for reader in here[circle]:
                self.deliveries[at[reader, circle]] += says
                self.whispered[at[reader, circle]] += says * world.wanted.whispers / many[reader]
            for listener, tuned in ears.items():
                if spread(circle, FIRST) % partitions in tuned and processes > 1 and by == "connection":
                    self.passed += says * (1 + world.wanted.whispers)
                    if listener != process:
                        self.received[listener] += says * (1 + world.wanted.whispers)


@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize(("processes", "partitions"), [(1, 64), (3, 64), (16, 7), (40, 4096)])
def test_every_total_is_what_counting_one_by_one_gives(by: By, processes: int, partitions: int) -> None:
    world = World(SMALL)
    placed, hand = Placed(Dealt(world, by, partitions), processes), ByHand(world, processes, by, partitions)
    for name in ("sockets", "followed", "posts", "deliveries", "whispered", "received"):
        counted: dict[int, float] = getattr(hand, name)
        assert getattr(placed, name) == pytest.approx([counted[at] for at in range(processes)]), name
    assert placed.passed == pytest.approx(hand.passed)
    assert sum(placed.posts) == pytest.approx(len(world.online) * SMALL.messages * SMALL.burst / 60)
    assert sum(placed.deliveries) > sum(placed.posts)


def test_what_fills_a_machine_is_what_its_processes_do() -> None:
    given = {"post_us": 178, "delivery_us": 10.4, "head_us": 9.7, "published_alone_us": 53.3, "received_alone_us": 20}
    given |= {"process_mb": 125, "connection_kb": 11.3, "socket_kb": 4, "ring_bytes": 476}
    world, costs = World(SMALL), Costs(given)
    placed = Placed(Dealt(world, "connection", 64), 4)
    filled = of_processes(placed, costs, Hardware(cores=2, memory_gb=1.0, network_gbit=0.001), 2)
    busiest = max(
        (placed.posts[at] * 178 + (placed.deliveries[at] + placed.whispered[at]) * 10.4) / 1e6
        + (placed.published[at] * 53.3 + placed.received[at] * 20.0) / 1e6
        + (placed.followed[at] + placed.sockets[at]) * 9.7 / 1e6
        + placed.sockets[at] * 2 * 10.4 / 25 / 1e6
        for at in range(4)
    )
    assert filled["processor"] == pytest.approx(busiest)
    assert filled["processor"] == pytest.approx(max(sum(work(placed, at, costs).values()) for at in range(4)))
    heavier = max(
        sum(125e6 + placed.sockets[at] * 15_300 + placed.followed[at] * 256 * 476 for at in pair)
        for pair in ((0, 1), (2, 3))
    )
    assert filled["memory"] == pytest.approx(heavier / 1e9)
    assert memory(placed, range(2), costs, 0.0) < heavier


def test_a_larger_world_holds_the_smaller_one_person_for_person() -> None:
    less, more = World(SMALL), World(replace(SMALL, people=500))
    assert more.online[: len(less.online)] == less.online
    assert all(few <= many for few, many in zip(less.seats, more.seats, strict=True))
    assert max(World(replace(SMALL, most=12)).seats) <= 12
    assert World(SMALL).online == less.online
    assert World(replace(SMALL, seed=2)).online != less.online


@settings(max_examples=50, deadline=None)
@given(wanted, st.integers(0, 300), st.sampled_from((1, 2, 3, 8)), st.sampled_from(BYS), st.sampled_from((4, 64)))
def test_more_people_never_need_fewer_machines(some: Wanted, further: int, cores: int, by: By, partitions: int) -> None:
    fewer, more = found(some, cores, by, partitions), found(
        replace(some, people=some.people + further), cores, by, partitions
    )  # fmt: skip
    assert fewer is not None or more is None
    if fewer is not None and more is not None:
        event("several" if more.servers > 1 else "one")
        assert more.servers >= fewer.servers


@settings(max_examples=50, deadline=None)
@given(wanted, st.sampled_from((1, 2, 3, 8)), st.sampled_from(BYS), st.sampled_from((4, 64)))
def test_twice_the_cores_never_need_more_machines(some: Wanted, cores: int, by: By, partitions: int) -> None:
    few, many = found(some, cores, by, partitions), found(some, 2 * cores, by, partitions)
    assert few is None or many is not None
    if few is not None and many is not None:
        assert many.servers <= few.servers
        event("several" if few.servers > 1 else "one")
        assert max(many.filled["processor"], many.filled["memory"]) <= Hardware().full


def found(some: Wanted, cores: int, by: By, partitions: int) -> Plan | None:
    """None where no number of machines is enough."""
    try:
        world = World(some)
    except Impossible:
        assume(False)
        raise
    try:
        return plan(Dealt(world, by, partitions), Hardware(cores=cores), SLOW, most=25)
    except Impossible:
        return None


def test_whoever_lies_with_their_circle_needs_no_redis_but_more_sockets() -> None:
    world = World(SMALL)
    anywhere, together = (Placed(Dealt(world, by, 64), 8) for by in BYS)
    assert anywhere.passed > 0 == together.passed
    assert sum(together.sockets) > sum(anywhere.sockets) == len(world.online)
    assert sum(together.followed) < sum(anywhere.followed)


def test_the_answer_says_what_is_full_and_on_what_each_line_rests(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate_scale.main(["--people", "20000", "--circles", "3000"]) == 0
    said = capsys.readouterr().out
    assert "20,000" in said
    for line in RESTS_ON:
        assert f"{line}: " in said, line
    for name, cost in COSTS.items():
        assert f"{name} " in said
        assert cost.source in said
    assert {name for names in RESTS_ON.values() for name in names} == set(COSTS)
    assert "By connection" not in said
    # Figures that are given take the place of those that are known.
    assert simulate_scale.main(["--people", "20000", "--circles", "3000", "--cost", "post_us=9000"]) == 0
    assert "post_us                9000 µs" in (dear := capsys.readouterr().out)
    assert dear.index("--cost") > 0


@pytest.mark.parametrize(
    "asked",
    [
        "--people 0",
        "--people 1000 --circles 2 --most 5",
        "--online 0",
        "--online 1.5",
        "--each 0.5",
        "--messages -1",
        "--spread 9",
        "--cores 0",
        "--memory-gb 0",
        "--full 0",
        "--full 1.2",
        "--partitions 0",
        "--cost post_us",
        "--cost post_us=0",
        "--cost nothing=1",
        "--cost post_us=nan",
        "--from /nowhere/results.json",
        "--each nan",
        "--burst inf",
        "--network-gbit nan",
    ],
)
def test_what_makes_no_sense_is_told_in_one_sentence(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate_scale.main(asked.split()) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert said.count("\n") == 1
    assert said.endswith(".\n")


def test_where_no_number_of_machines_is_enough_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Each process hears everything, and that alone is too much for one."""
    asked = ["--people", "20000", "--circles", "3000", "--messages", "60", "--cost", "received_together_us=2000"]
    assert simulate_scale.main(asked) == 1
    assert "Not even 500 machines are enough" in capsys.readouterr().err


def test_costs_come_from_measurements_where_they_are_given(tmp_path: Path) -> None:
    def run(shape: str, posts: int, cpu: float, name: str = "this server") -> dict[str, object]:
        frames = posts * int(shape.partition("×")[2].partition(",")[0])
        return {
            "name": name,
            "shape": shape,
            "posts": posts,
            "frames": frames,
            "bytes": 300 * frames,
            "server_cpu": cpu,
        }

    runs = [
        run("100 × 10", 1_000, 0.4),  # 400 µs a post with ten readers
        run("1 × 1000", 100, 0.54),  # 5,400 with a thousand
        run("1 × 1000, 20 posting at once", 100, 0.01),
        run("100 × 10", 1_000, 9.0, "another"),
    ]
    fitted = of_fanout(runs)
    assert fitted["delivery_us"] == pytest.approx(5_000 / 990)
    assert fitted["post_us"] == pytest.approx(400 - 10 * 5_000 / 990)
    assert fitted["delivery_bytes"] == 300
    assert of_fanout(runs[:1]) == {}
    path = tmp_path / "results.json"
    idle = {"runs": [{"name": "this server", "kilobytes": kilobytes} for kilobytes in (8.0, 9.0, 30.0)]}
    path.write_text(json.dumps({"fanout": {"runs": runs}, "idle": idle, "cases": {}}))
    costs = Costs(read_results(path), "here")
    assert costs["connection_kb"] == 9.0
    assert costs.sources["delivery_us"] == "here"
    assert costs["head_us"] == COSTS["head_us"].value
    path.write_text(json.dumps({"head_us": 1.5, "posts": 17}))
    assert read_results(path) == {"head_us": 1.5}
    for wrong in ("[]", "{", "{}", '{"fanout": {"runs": [{}]}}', '{"head_us": "much"}'):
        path.write_text(wrong)
        with pytest.raises(NoCost):
            read_results(path)
