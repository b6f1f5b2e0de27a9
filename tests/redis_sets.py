"""Several Redis servers that belong together: a cluster of three, and a primary with a replica."""

import re
from typing import Self

from tests.keeper import Keeper
from tests.servers import HOST, RedisServer, free_port

SLOTS = 16_384
NODES = 3


class RedisCluster:
    """Three primaries without replicas: while one is dead, its slots are served by nobody, and the others go on."""

    def __init__(self, keeper: Keeper) -> None:
        self.nodes = [
            RedisServer(
                keeper,
                cluster_enabled="yes",
                cluster_port=str(free_port()),
                cluster_config_file="nodes.conf",
                cluster_node_timeout="1000",
            )
            for _ in range(NODES)
        ]
        self._moved: set[int] = set()

    @property
    def url(self) -> str:
        return self.nodes[0].url

    def start(self) -> None:
        """Returns when every node serves every slot."""
        for node in self.nodes:
            node.start()
        for number, node in enumerate(self.nodes):
            first, last = number * SLOTS // NODES, (number + 1) * SLOTS // NODES - 1
            assert node.ask(f"CLUSTER ADDSLOTSRANGE {first} {last}") == "+OK"
            assert node.ask(f"CLUSTER SET-CONFIG-EPOCH {number + 1}") == "+OK"
        for node in self.nodes[1:]:
            meeting = f"CLUSTER MEET {HOST} {node.port} {node.options['cluster-port']}"
            assert self.nodes[0].ask(meeting) == "+OK"
        self.wait()

    def empty(self) -> None:
        """As `RedisServer.empty`, for all of them; every slot is where it was at the start."""
        for node in self.nodes:
            node.empty()
        for slot in [*self._moved]:
            self.move(slot, self.holder(slot))
        self._moved.clear()
        self.wait()

    def wait(self) -> None:
        """Returns when all nodes that run agree that the cluster is whole."""
        for node in self.nodes:
            node.until(lambda: "cluster_state:ok" in node.ask("CLUSTER INFO"), "the cluster is not whole")  # noqa: B023
            node.until(lambda: node.ask("CLUSTER SLOTS").startswith(f"*{NODES}"), "slots are missing")  # noqa: B023

    def holder(self, slot: int) -> RedisServer:
        """The node that got this slot at the start."""
        return self.nodes[min(NODES - 1, slot * NODES // SLOTS)]

    def move(self, slot: int, to: RedisServer) -> None:
        """Give an empty slot to another node; returns when all know of it."""
        self._moved.add(slot)
        name = to.ask("CLUSTER MYID").splitlines()[-1]
        # With a newer epoch, or what a node still hears from another would make it forget.
        assert to.ask("CLUSTER BUMPEPOCH").startswith(("+BUMPED", "+STILL"))
        for node in [to, *(each for each in self.nodes if each is not to)]:
            assert node.ask(f"CLUSTER SETSLOT {slot} NODE {name}") == "+OK"
        for node in self.nodes:
            node.until(lambda: port_of(slot, node.ask("CLUSTER SLOTS")) == to.port, "a slot did not move")  # noqa: B023

    def close(self) -> None:
        for node in self.nodes:
            node.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def port_of(slot: int, slots: str) -> int | None:
    """The port of the primary that holds a slot, of an answer to CLUSTER SLOTS."""
    for first, last, port in re.findall(r":(\d+)\r\n:(\d+)\r\n\*4\r\n\$\d+\r\n[\d.]+\r\n:(\d+)", slots):
        if int(first) <= slot <= int(last):
            return int(port)
    return None


class RedisFamily:
    """A primary and its replica. Either may be given as the address."""

    def __init__(self, keeper: Keeper) -> None:
        # Without a delay, in which more replicas could come to be served at once.
        self.primary, self.replica = (RedisServer(keeper, repl_diskless_sync_delay="0") for _ in range(2))

    def start(self) -> None:
        for each in (self.primary, self.replica):
            each.start()
        self.join()

    def join(self) -> None:
        """Returns when the replica follows the primary."""
        assert self.replica.ask(f"REPLICAOF {HOST} {self.primary.port}").startswith("+OK")
        self.replica.until(lambda: "master_link_status:up" in self.replica.ask("INFO replication"), "no link")

    def fail_over(self) -> None:
        """The replica becomes the primary, and the other way round."""
        assert self.replica.ask("REPLICAOF NO ONE") == "+OK"
        self.primary, self.replica = self.replica, self.primary
        self.join()

    def empty(self) -> None:
        """As `RedisServer.empty`, with the roles that they have."""
        for each in (self.primary, self.replica):
            if each.is_running():
                each.resume()
            each.start()
        assert self.primary.ask("REPLICAOF NO ONE") == "+OK"
        self.primary.empty()
        self.join()

    def close(self) -> None:
        for each in (self.primary, self.replica):
            each.close()
