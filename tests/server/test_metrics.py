"""What a scrape tells: figures move with what happens, and nothing in them is of a person, a circle or a word."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from server.__main__ import main
from server.broker import Prepared
from server.metrics.figures import DASHBOARD, FIGURES
from tests.guests import PATIENCE, Guest, Refused
from tests.house import House, Process, house
from tests.http import Answer, ask, raw
from tests.keeper import Keeper
from tests.servers import free_port

WORDS = "marmalade on the windowsill"


class Scrape:
    """The samples of one answer."""

    def __init__(self, text: str) -> None:
        families = list(text_string_to_metric_families(text))
        self.samples: list[Sample] = [sample for family in families for sample in family.samples]

    def of(self, name: str, **labels: str) -> float:
        [found] = [each.value for each in self.samples if each.name == name and each.labels == labels]
        return float(found)

    @property
    def names(self) -> set[str]:
        return {each.name for each in self.samples}


async def scrape(port: int) -> Scrape:
    answer = await ask("GET", f"http://127.0.0.1:{port}/metrics")
    assert answer.status == 200
    return Scrape(answer.body.decode())


async def until(port: int, true: Callable[[Scrape], bool]) -> Scrape:
    """Scrape until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not true(found := await scrape(port)):
            pass
    return found


async def listening(port: int) -> None:
    """It listens a moment after the server does, so that a port that is taken holds nothing up."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await scrape(port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)
            else:
                return


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def place(tmp_path: Path, port: int) -> AsyncIterator[House]:
    async with house(tmp_path / "data", metrics_port=port) as place:
        await listening(port)
        yield place


async def test_figures_move_with_what_people_do(place: House, port: int) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens()
    await bo.enters(circle)
    before = await until(port, lambda found: found.of("circles_watches", state="live") == 2)
    assert before.of("circles_connections") == 2
    assert before.of("circles_catch_ups_total", reason="first") == 2
    for number in range(3):
        await ana.says(f"{WORDS} {number}")
    await bo.hears(f"{WORDS} 2")
    with pytest.raises(Refused):
        await bo.says("x", circle="AAAAAAAAAAAAAAAA")
    assert (await ana.posts("/api/come-in", {"nonsense": 1})).status == 400
    after = await scrape(port)
    moved: Callable[..., float] = lambda name, **labels: after.of(name, **labels) - before.of(name, **labels)  # noqa: E731
    assert moved("circles_commands_total", command="message.post") == 4
    assert moved("circles_deliveries_total") == 6
    assert moved("circles_delivered_bytes_total") > 6 * len(WORDS)
    assert moved("circles_refusals_total", code="circle.not_found") == 1
    assert moved("circles_refusals_total", code="request.bad_field") == 1
    assert moved("circles_batch_commands_sum") >= 4
    assert moved("circles_commit_seconds_count") == moved("circles_batch_commands_count") >= 1
    assert moved("circles_commit_seconds_sum") > 0
    assert after.of("circles_commit_seconds_bucket", le="+Inf") == after.of("circles_commit_seconds_count")
    assert after.of("circles_read_seconds_count") > 0
    assert after.of("circles_sqlite_wal_bytes") > 0
    assert after.of("circles_loop_lag_seconds_count") > 0
    assert moved("process_cpu_seconds_total") > 0
    assert after.of("process_open_fds") > 4
    assert {"circles_redis_suspect", "circles_redis_probe_age_seconds"} & after.names == set()
    for each in (ana, bo):
        await each.leaves_the_page()
    gone = await until(port, lambda found: found.of("circles_connections") == 0)
    assert gone.of("circles_feeds") == 0


async def test_what_goes_wrong_is_counted_by_its_reason(place: House, port: int) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens()
    await bo.enters(circle)
    await until(port, lambda found: found.of("circles_watches", state="live") == 2)
    # News of an event come before those of the one before it.
    feed = place.parts.hub.feeds[f"circle/{circle}"]
    place.parts.hub.arrived([Prepared(feed.address, feed.epoch, feed.delivered + 2, b"")])
    await bo.asks("circle.leave", circle=circle)
    for _ in range(3):
        await bo._socket.send("{")  # type: ignore[union-attr]
    await bo.until(lambda: bo.closed_with, "the goodbye")
    found = await until(port, lambda found: found.of("circles_connections") == 1)
    assert found.of("circles_gaps_total", found_by="order") == 1
    assert found.of("circles_resets_total", reason="left") == 1
    assert found.of("circles_refusals_total", code="request.bad_json") == 3
    assert found.of("circles_goodbyes_total", code="4500") == 1
    assert found.of("circles_commands_total", command="circle.leave") == 1
    for name in ("gaps", "resets", "goodbyes", "refusals"):
        label = {"gaps": "found_by", "resets": "reason"}.get(name, "code")
        assert found.of(f"circles_{name}_total", **{label: "other"}) == 0
    for each in (ana, bo):
        await each.leaves_the_page()


async def test_a_slow_reader_is_seen_behind_and_not_after_it_has_caught_up(place: House, port: int) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens()
    await bo.enters(circle)
    await until(port, lambda found: found.of("circles_watches", state="live") == 2)
    bo._socket.transport.pause_reading()  # type: ignore[union-attr]
    number = 0
    async with asyncio.timeout(30):
        while (found := await scrape(port)).of("circles_connections_behind") == 0:
            await asyncio.gather(*(ana.says(f"{number + each} " + "x" * 3_900) for each in range(50)))
            number += 50
    assert found.of("circles_falls_behind_total") == 1
    assert found.of("circles_watches", state="behind") == 1
    assert found.of("circles_watches", state="live") == 1
    bo._socket.transport.resume_reading()  # type: ignore[union-attr]
    await bo.until(lambda: len(bo.bodies()) == number, "everything")
    await until(port, lambda found: found.of("circles_watches", state="live") == 2)
    for each in (ana, bo):
        await each.leaves_the_page()


async def test_nothing_tells_of_people_circles_or_words(place: House, port: int) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens(topic="Quince jelly")
    entered = await bo.enters(circle)
    seq = await ana.says(WORDS)
    await bo.hears(WORDS)
    await bo.asks("message.flag", circle=circle, target=seq, category="spam")
    with pytest.raises(Refused, match="flag"):
        await ana.asks("message.flag", circle=circle, target=seq, category="spam")
    answer = await ask("GET", f"http://127.0.0.1:{port}/metrics")
    found = Scrape(answer.body.decode())
    participants = {each["id"] for seen in (ana, bo) for each in seen.logs[f"circle/{circle}"].view["participants"]}
    secrets = {circle, ana.me.split("/")[1], bo.me.split("/")[1], "Ana", "Bo", "Quince", *WORDS.split()[::3]}
    secrets |= participants | {ana.cookie.split("=")[1], bo.cookie.split("=")[1], entered["circle"], str(place.url)}
    assert len(participants) == 2
    for secret in secrets:
        assert secret not in answer.body.decode(), "something of somebody is in the figures"
    # Whoever flags is counted among all that nobody sees.
    labels = {value for sample in found.samples for value in sample.labels.values()}
    assert not [value for value in labels if re.search(r"flag|panel|ballot|seat|hold|appeal|care|gentle|letter", value)]
    assert found.of("circles_refusals_total", code="other") == 1
    for each in (ana, bo):
        await each.leaves_the_page()


async def test_only_this_page_is_answered_and_only_to_programs_of_this_machine(place: House, port: int) -> None:
    async def asked(method: str = "GET", path: str = "/metrics", host: str | None = None) -> Answer:
        lines = f"{method} {path} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\nConnection: close\r\n\r\n"
        return await raw("127.0.0.1", port, lines.encode())

    assert (await asked()).status == 200
    assert (await asked(host=f"localhost:{port}")).status == 200
    for path in ("/", "/metrics/", "/api/me", "/../metrics", "//metrics", "/%6detrics", "/metrics%2f", "/ws"):
        assert (await asked(path=path)).status == 404, path
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", f"10.0.0.1:{port}"):
        assert (await asked(host=host)).status == 421, host
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "BREW"):
        refused = await asked(method)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")
    head = await raw_head(port)
    assert b" 200 " in head
    assert b"circles_" not in head
    upgrade = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:{0}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    assert (await raw("127.0.0.1", port, upgrade.format(port).encode())).status != 101
    server = place.parts.metrics._server
    assert server is not None
    assert [each.getsockname() for each in server.sockets] == [("127.0.0.1", port)]
    # The port for people has no such page.
    assert (await ask("GET", f"{place.url}/metrics")).status == 404


def listens(place: House) -> bool:
    return place.parts.metrics._server is not None


async def raw_head(port: int) -> bytes:
    """All that comes for HEAD, up to the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"HEAD /metrics HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE)
    finally:
        writer.close()


async def test_a_port_that_is_taken_costs_the_figures_until_it_is_free(tmp_path: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        async with house(tmp_path / "data", metrics_port=port) as place:
            ana = await Guest(place.url, "Ana").comes_in()
            assert not listens(place)
            taken.close()
            async with asyncio.timeout(PATIENCE):
                while not listens(place):
                    await ana.asks("log.unwatch", on="circle/AAAAAAAAAAAAAAAA")
            assert (await scrape(port)).of("circles_connections") == 1
            await ana.leaves_the_page()


async def test_without_a_port_nothing_listens_and_nothing_is_looked_at(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as place:
        assert not listens(place)
        assert sum(place.parts.metrics.lag.counts) == 0


async def test_each_process_tells_of_itself(tmp_path: Path, keeper: Keeper, database_url: str) -> None:
    first = two_free_ports()
    place = Process(keeper, tmp_path / "data", database_url=database_url, processes=2, metrics_port=first)
    await place.start()
    try:
        for each in (first, first + 1):
            await listening(each)
        people = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo", "Cy")]
        circle = await people[0].opens()
        for guest in people[1:]:
            await guest.enters(circle)
        # Which process a socket is on is the system's to choose.
        async with asyncio.timeout(PATIENCE):
            while total(before := await both(first), "circles_watches", state="live") != 3:
                pass
        assert total(before, "circles_connections") == 3
        await people[0].says(WORDS)
        for guest in people:
            await guest.hears(WORDS)
        after = await both(first)
        assert total(after, "circles_deliveries_total") - total(before, "circles_deliveries_total") == 3
        assert total(after, "circles_commands_total", command="message.post") == 1
        for one, other in zip(before, after, strict=True):
            here = one.of("circles_watches", state="live")
            assert other.of("circles_deliveries_total") - one.of("circles_deliveries_total") == here
            assert other.of("circles_redis_suspect") == 0
            assert other.of("circles_redis_probe_age_seconds") >= 0
            assert "circles_redis_outbox_bytes" in other.names
            if here:
                assert other.of("circles_redis_gaps_total", reason="subscribed") > 0
            assert "circles_sqlite_wal_bytes" not in other.names
        starts = {each.of("process_start_time_seconds") for each in after}
        assert len(starts) == 2
        for guest in people:
            await guest.leaves_the_page()
    finally:
        await place.stop()


async def both(first: int) -> tuple[Scrape, Scrape]:
    return await scrape(first), await scrape(first + 1)


def total(found: tuple[Scrape, Scrape], name: str, **labels: str) -> float:
    return sum(each.of(name, **labels) for each in found)


def two_free_ports() -> int:
    """The first of two in a row."""
    while True:
        first = free_port()
        with socket.socket() as second:
            try:
                second.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
            return first


async def test_every_figure_is_told_and_described_and_the_dashboard_names_no_other(
    place: House, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await scrape(port)
    described = [each.name for each in FIGURES]
    assert len(described) == len(set(described))
    without_redis = {each for each in described if "redis" not in each}
    told = {re.sub(r"_(bucket|count|sum)$", "", each) for each in found.names}
    assert told == without_redis
    assert main(["metrics"]) == 0
    listed = capsys.readouterr().out
    for each in FIGURES:
        assert re.search(rf"^{each.name}\b", listed, re.MULTILINE), each.name
        assert each.unit in listed
        assert each.meaning.endswith(".")
    assert main(["dashboard"]) == 0
    printed = capsys.readouterr().out
    assert printed == DASHBOARD.read_text()
    expressions = [target["expr"] for panel in json.loads(printed)["panels"] for target in panel["targets"]]
    named = {each for text in expressions for each in re.findall(r"\b(?:circles|process)_\w+", text)}
    redis = {each for each in described if "redis" in each}
    assert named <= found.names | redis, "the dashboard asks for what there is not"
    shown = {re.sub(r"_(bucket|count|sum)$", "", each) for each in named}
    assert shown == set(described), "a figure stands in no panel"
    ids = [panel["id"] for panel in json.loads(printed)["panels"]]
    assert len(ids) == len(set(ids))
