"""What belongs together: the nodes of a cluster and which slots each holds, or the primary of a family of replicas."""

from typing import Any, NamedTuple, cast

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from server.redis.node import Node
from server.redis.wire import Refused, Wire, WireBroken, broken

HOPS_MOST = 3
"""From a replica to its primary, where that is itself a replica by now."""
ROLE: tuple[str, str] = ("INFO", "replication")


class Layout(NamedTuple):
    """Where keys and channels live: on one server, or spread over a cluster by slot."""

    sharded: bool
    ranges: tuple[tuple[int, int, Node], ...]

    @property
    def nodes(self) -> list[Node]:
        return list({node.place: node for _, _, node in self.ranges}.values())

    def node_of(self, key: str) -> Node:
        """Raises `WireBroken` while no node of the cluster holds the key's slot."""
        if not self.sharded:
            return self.ranges[0][2]
        slot = key_slot(key.encode())
        for first, last, node in self.ranges:
            if first <= slot <= last:
                return node
        raise WireBroken("slot without a node")


async def layout_seen_from(seed: Node) -> Layout:
    """Ask a server for the whole it belongs to. Raises `WireBroken`, or `BrokerUnavailable` for an unsafe cluster."""
    for _ in range(HOPS_MOST):
        wire = await Wire.open(seed)
        try:
            info, role = await wire.ask([("INFO", "cluster"), ROLE])
            for each in (info, role):
                if isinstance(each, Refused):
                    raise broken(each)
            if b"cluster_enabled:1" in info:
                [slots] = await wire.ask([("CLUSTER", "SLOTS")])
                if isinstance(slots, Refused):
                    raise broken(slots)
                return _of_cluster(seed, cast(list[Any], slots))
        finally:
            wire.abandon()
        if not is_replica(role):
            return Layout(False, ((0, REDIS_CLUSTER_HASH_SLOTS - 1, seed),))
        # What is published on a replica does not reach those who listen at its primary.
        said = dict(line.split(":", 1) for line in role.decode().splitlines() if ":" in line)
        seed = seed.at(said["master_host"], int(said["master_port"]))
    raise WireBroken("no primary")


def is_replica(role: bytes) -> bool:
    """Whether the answer to `ROLE` is that of a server that takes no writes of its own."""
    return b"\nrole:slave" in role


def _of_cluster(seed: Node, slots: list[Any]) -> Layout:
    ranges = []
    for first, last, (host, port, *_), *_replicas in slots:
        # A node that knows no address of its own stands for the one that was asked.
        ranges.append((int(first), int(last), seed.at(host.decode() if host else seed.place[0], int(port))))
    return Layout(True, tuple(ranges))
