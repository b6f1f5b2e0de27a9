"""The figures of a running process for Prometheus: what each means, and how it is read from the parts when asked for.

No label carries a person, a circle, a network or a word. What somebody does quietly (flags, ballots, care) is counted
together with everything else that nobody sees, because a count that moves with a flag tells when it was made.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from server.metrics.take import Taken
from server.tally import Spread

Value = float | Spread | Mapping[str, float] | Mapping[str, str] | None
"""Of one figure: a number, a spread, numbers by label, what an ``info`` says; None where there is nothing to tell."""


DASHBOARD: Final = Path(__file__).with_name("dashboard.json")
"""For Grafana; it asks for a Prometheus data source when it is imported."""


class Figure(NamedTuple):
    """``unit`` is Prometheus's base unit or what is counted; ``label`` names the one label it may have."""

    name: str
    kind: Literal["counter", "gauge", "histogram", "info"]
    unit: str
    meaning: str
    value: Callable[[Taken], Value]
    label: str = ""


FIGURES: Final = (
    Figure("circles_loop_lag_seconds", "histogram", "seconds", "How late the event loop comes to what is due, looked at ten times a second.", lambda t: t.lag),
    Figure("circles_connections", "gauge", "sockets", "Sockets open.", lambda t: t.connections),
    Figure("circles_connections_behind", "gauge", "sockets", "Sockets that have too much unsent; nothing is written to them until they drain.", lambda t: t.clogged),
    Figure("circles_watches", "gauge", "watches", "Logs followed by sockets: live (written to at once), behind (being caught up), ahead (have read further than this process has heard).", lambda t: t.watches, "state"),
    Figure("circles_feeds", "gauge", "logs", "Logs that somebody follows in this process.", lambda t: t.feeds),
    Figure("circles_deliveries_total", "counter", "events", "Events written to sockets that keep up: one for each event and socket.", lambda t: t.tally.deliveries),
    Figure("circles_delivered_bytes_total", "counter", "bytes", "Bytes of these deliveries.", lambda t: t.tally.written),
    Figure("circles_falls_behind_total", "counter", "times", "How often a socket had too much unsent and was taken off live delivery.", lambda t: t.tally.falls_behind),
    Figure("circles_catch_ups_total", "counter", "watches", "Watches begun, by why they begin where they do: first, resumed, far, entry, faded, history.", lambda t: t.catch_ups, "reason"),
    Figure("circles_resets_total", "counter", "watches", "Watches that the server ended, by reason: left, faded, history.", lambda t: t.resets, "reason"),
    Figure("circles_gaps_total", "counter", "times", "Missing events noticed, by what noticed it: order (a later event came first), heads (the look at the database), ahead (a reader knew more).", lambda t: t.gaps, "found_by"),
    Figure("circles_commands_total", "counter", "commands", "Commands that came to the door, by kind; what others cannot see is counted together as other.", lambda t: t.commands, "command"),
    Figure("circles_refusals_total", "counter", "answers", "Refusals, by code; what concerns flags, panels and care is counted together as other.", lambda t: t.refusals, "code"),
    Figure("circles_goodbyes_total", "counter", "sockets", "Sockets closed by the server, by code: 4008 silent, 4012 draining, 4029 too fast, 4500 unreadable, 4501 session over, 4509 replaced.", lambda t: t.goodbyes, "code"),
    Figure("circles_batch_commands", "histogram", "commands", "Commands in one transaction.", lambda t: t.tally.batches),
    Figure("circles_commit_seconds", "histogram", "seconds", "One transaction, from the door to the disk and back.", lambda t: t.tally.commits),
    Figure("circles_writer_queue_commands", "gauge", "commands", "Commands that wait for the transaction under way.", lambda t: t.queued),
    Figure("circles_read_seconds", "histogram", "seconds", "One read of the database, with its wait for a reader.", lambda t: t.reads),
    Figure("circles_reads_running", "gauge", "reads", "Reads of the database under way or waiting.", lambda t: t.reading),
    Figure("circles_storage_trouble", "gauge", "0 or 1", "1 while the last transaction could not be stored.", lambda t: t.trouble),
    Figure("circles_sqlite_wal_bytes", "gauge", "bytes", "Size of SQLite's write-ahead log; absent on PostgreSQL.", lambda t: t.wal),
    Figure("circles_redis_suspect", "gauge", "0 or 1", "1 while the way through Redis is not known to work; absent without Redis.", lambda t: t.suspect),
    Figure("circles_redis_probe_age_seconds", "gauge", "seconds", "Since a probe last came round through Redis; about 1 is healthy. Absent without Redis.", lambda t: t.probe_age),
    Figure("circles_redis_outbox_bytes", "gauge", "bytes", "What waits to be passed on through Redis; absent without Redis.", lambda t: t.outbox),
    Figure("circles_redis_gaps_total", "counter", "times", "Something may have been missed on the way through Redis, by reason: subscribed (anew), broken, back, lost (too much waited elsewhere), unreadable; absent without Redis.", lambda t: t.redis_gaps, "reason"),
    Figure("circles_draining", "gauge", "0 or 1", "1 once the process has said goodbye to its clients.", lambda t: t.draining),
    Figure("circles_build_info", "info", "1", "Versions of client, protocol library, Python and SQLite.", lambda t: t.build),
    Figure("process_cpu_seconds_total", "counter", "seconds", "Processor time of this process, user and system.", lambda t: t.process.cpu),
    Figure("process_resident_memory_bytes", "gauge", "bytes", "Memory of this process in the machine's; Linux only.", lambda t: t.process.resident),
    Figure("process_open_fds", "gauge", "descriptors", "Open file descriptors.", lambda t: t.process.descriptors),
    Figure("process_max_fds", "gauge", "descriptors", "Most that may be open.", lambda t: t.process.most_descriptors),
    Figure("process_start_time_seconds", "gauge", "seconds", "When the process began, since 1970.", lambda t: t.process.began),
)  # fmt: skip


class OneTaken(Collector):
    """What was taken, as metric families."""

    def __init__(self, taken: Taken) -> None:
        self.taken = taken

    def collect(self) -> Iterator[Metric]:
        for figure in FIGURES:
            value = figure.value(self.taken)
            if value is not None:
                yield family(figure, value)


def family(figure: Figure, value: float | Spread | Mapping[str, float] | Mapping[str, str]) -> Metric:
    if isinstance(value, Spread):
        spread = HistogramMetricFamily(figure.name, figure.meaning)
        spread.add_metric((), buckets(value), value.total)
        return spread
    if figure.kind == "info":
        assert isinstance(value, Mapping)
        info = InfoMetricFamily(figure.name.removesuffix("_info"), figure.meaning)
        info.add_metric((), {name: str(said) for name, said in value.items()})
        return info
    labels = (figure.label,) if figure.label else ()
    made = (CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily)(
        figure.name, figure.meaning, labels=labels
    )
    if isinstance(value, Mapping):
        for name, number in value.items():
            made.add_metric((name,), float(number))
    else:
        made.add_metric((), value)
    return made


def buckets(spread: Spread) -> list[tuple[str, float]]:
    """Prometheus wants sums up to each bound."""
    found: list[tuple[str, float]] = []
    sum_ = 0
    for bound, count in zip((*spread.bounds, float("inf")), spread.counts, strict=True):
        sum_ += count
        found.append(("+Inf" if bound == float("inf") else str(bound), sum_))
    return found


def text(taken: Taken) -> bytes:
    """The answer to a scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OneTaken(taken))
    return generate_latest(registry)


def list_of_figures() -> str:
    """What `python -m server metrics` prints: name, kind, unit, label and meaning, one figure a paragraph."""
    return "\n".join(
        f"{each.name}{f'{{{each.label}}}' if each.label else ''}  ({each.kind}, {each.unit})\n    {each.meaning}"
        for each in FIGURES
    )
