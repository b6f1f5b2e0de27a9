"""Open files up to the system's bound, and the collector's peace after a storm."""

import gc
import resource
import subprocess
import sys
from collections.abc import Iterator

import pytest

from server.resources import STORM, Settled


def test_a_server_takes_as_many_open_files_as_it_may_have() -> None:
    script = (
        "import resource as r; h = r.getrlimit(r.RLIMIT_NOFILE)[1]; r.setrlimit(r.RLIMIT_NOFILE, (64, h));"
        "from server.resources import raise_descriptors; raise_descriptors(); print(r.getrlimit(r.RLIMIT_NOFILE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert int(done.stdout) >= (10_240 if hard == resource.RLIM_INFINITY else min(hard, 10_240))


@pytest.fixture
def thawed() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_what_came_in_a_storm_is_left_alone_once_it_is_over(thawed: None) -> None:
    settled = Settled()
    many = [[number] for number in range(1_000)]
    assert not settled.look(STORM // 2)
    assert not settled.look(STORM * 2), "still coming"
    assert gc.get_freeze_count() == 0
    assert settled.look(STORM * 2)
    assert gc.get_freeze_count() > len(many)
    assert not settled.look(STORM * 2)
    assert not settled.look(10)
    assert not settled.look(STORM + 10)
    assert settled.look(STORM + 10), "another storm"
