"""A broken link does what its mode says, to what goes over it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.faults.proxy import HOST, Proxy, Target

pytestmark = pytest.mark.faults


@pytest.fixture
async def link() -> AsyncIterator[Proxy]:
    """To a server that says back what it hears."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # the link was reset, as it should be
        finally:
            writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    proxy = await Proxy(Target(HOST, server.sockets[0].getsockname()[1])).start()
    yield proxy
    await proxy.close()
    server.close()
    await server.wait_closed()


async def test_everything_passes_in_order_and_to_its_end(link: Proxy) -> None:
    reader, writer = await asyncio.open_connection(HOST, link.port)
    sent = bytes(range(256)) * 4096
    writer.write(sent)
    writer.write_eof()
    assert await reader.read(-1) == sent
    writer.close()


async def test_nothing_passes_a_blackhole_until_it_is_over_and_nothing_is_lost_in_it(link: Proxy) -> None:
    reader, writer = await asyncio.open_connection(HOST, link.port)
    writer.write(b"one")
    assert await reader.readexactly(3) == b"one"
    link.blackhole()
    writer.write(b"two")
    later, later_writer = await asyncio.open_connection(HOST, link.port)
    later_writer.write(b"new")
    for waiting in (reader.read(1), later.read(1)):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(waiting, 0.1)
    link.passes()
    assert await reader.readexactly(3) == b"two"
    assert await later.readexactly(3) == b"new"
    writer.close()
    later_writer.close()


async def test_a_reset_ends_connections_and_refuses_new_ones(link: Proxy) -> None:
    reader, writer = await asyncio.open_connection(HOST, link.port)
    writer.write(b"one")
    await reader.readexactly(3)
    link.reset()
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(1)
    again, again_writer = await asyncio.open_connection(HOST, link.port)
    with pytest.raises(ConnectionResetError):
        await again.readexactly(1)
    link.passes()
    reader, third = await asyncio.open_connection(HOST, link.port)
    third.write(b"two")
    assert await reader.readexactly(3) == b"two"
    for each in (writer, again_writer, third):
        each.close()


async def test_what_is_delayed_comes_later_and_in_order(link: Proxy) -> None:
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection(HOST, link.port)
    link.delays(0.2)
    began = loop.time()
    for number in range(10):
        writer.write(bytes([number]))
        await writer.drain()
        await asyncio.sleep(0)
    assert await reader.readexactly(10) == bytes(range(10))
    assert loop.time() - began >= 0.4, "there and back"
    writer.close()


async def test_a_throttled_link_takes_its_time(link: Proxy) -> None:
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection(HOST, link.port)
    link.throttles(100_000)
    began = loop.time()
    writer.write(bytes(30_000))
    assert await reader.readexactly(30_000) == bytes(30_000)
    assert loop.time() - began >= 0.25
    writer.close()


async def test_a_cut_comes_in_the_middle(link: Proxy) -> None:
    reader, writer = await asyncio.open_connection(HOST, link.port)
    writer.write(b"whole.")
    assert await reader.readexactly(6) == b"whole."
    link.cuts(4)
    writer.write(b"torn apart")
    assert await reader.readexactly(4) == b"torn"
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(1)
    writer.close()
