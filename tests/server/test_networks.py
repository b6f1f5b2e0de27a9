"""Which network somebody is counted under, and the secret that hides it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses
from starlette.requests import HTTPConnection

from server.keys import Keys, KeysUnavailable
from server.networks import address_of, network_of, prefix
from server.settings import Settings


def connection(peer: str | None, *forwarded: str) -> HTTPConnection:
    return HTTPConnection(
        {
            "type": "http",
            "client": (peer, 50_000) if peer is not None else None,
            "headers": [(b"x-forwarded-for", each.encode()) for each in forwarded],
        }
    )


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.77", "198.51.100.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.77", "198.51.100.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "local"),
    ],
)
def test_an_address_counts_as_its_network(address: str | None, network: str) -> None:
    assert prefix(address_of(connection(address), ())) == network


@given(ip_addresses())
def test_a_network_is_what_the_standard_library_makes_of_it(address: IPv4Address | IPv6Address) -> None:
    length = {4: 24, 6: 64}[address.version]
    assert prefix(address) == str(ip_network(f"{address}/{length}", strict=False))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1"], "127.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2, 10.0.0.1"], "10.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_is_believed(peer: str, forwarded: list[str], address: str) -> None:
    assert address_of(connection(peer, *forwarded), ("10.0.0.1", "10.0.0.2")) == ip_address(address)


def test_a_network_is_known_only_by_a_keyed_mark() -> None:
    settings, keys = Settings(), Keys(bytes(32))
    mark = network_of(connection("198.51.100.77"), settings, keys)
    assert len(mark) == 22
    assert mark == network_of(connection("198.51.100.1"), settings, keys)
    assert mark != network_of(connection("198.51.101.1"), settings, keys)
    assert mark != network_of(connection("198.51.100.77"), settings, Keys(bytes(31) + b"1"))


def test_the_secret_is_made_once_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    first = Keys.load(tmp_path / "data")
    path = tmp_path / "data" / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret.key"]
    path.chmod(0o644)
    again = Keys.load(tmp_path / "data")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.key("body") == again.key("body")
    assert path.read_bytes().hex() not in repr(vars(again).keys()) + repr(again)


def test_those_who_start_together_end_with_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = {each.key("body") for each in pool.map(Keys.load, [tmp_path / "data"] * 8)}
    assert len(keys) == 1


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = Keys(bytes(32))
    assert keys.key("body") != keys.key("network")
    assert keys.mark("body", "x") != keys.mark("network", "x")
    assert len(keys.hash("body", b"x")) == 16


def test_a_secret_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(KeysUnavailable, match=r"^secret.key in DATA_DIR is damaged: it is not 32 bytes long\.$"):
        Keys.load(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(KeysUnavailable, match="DATA_DIR cannot be used"):
        Keys.load(tmp_path / "file")
