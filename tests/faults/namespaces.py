"""A machine of its own for a server, on a cable that can be pulled out: a network namespace behind a pair of links.

Linux and root only. ``Unavailable`` says what is missing.
"""

import os
import shutil
import subprocess
import sys

from tests.servers import Unavailable


class Machine:
    """``address`` is the machine's own, ``gateway`` the tests' end of the cable, both only while it exists."""

    def __init__(self, number: int) -> None:
        self.name = f"faults{os.getpid()}-{number}"
        self.outer, self.inner = f"fo{os.getpid() % 100_000}{number}", f"fi{os.getpid() % 100_000}{number}"
        self.gateway, self.address = f"10.213.{number}.1", f"10.213.{number}.2"

    def open(self) -> "Machine":
        """Raises `Unavailable`."""
        if sys.platform != "linux" or os.geteuid() != 0:
            raise Unavailable("network namespaces need Linux and root")
        if shutil.which("ip") is None:
            raise Unavailable("network namespaces need the program ip (iproute2)")
        try:
            self._ip("netns", "add", self.name)
            self._ip("link", "add", self.outer, "type", "veth", "peer", "name", self.inner, "netns", self.name)
            self._ip("addr", "add", f"{self.gateway}/30", "dev", self.outer)
            self._ip("link", "set", self.outer, "up")
            self._ip("-n", self.name, "addr", "add", f"{self.address}/30", "dev", self.inner)
            for link in ("lo", self.inner):
                self._ip("-n", self.name, "link", "set", link, "up")
        except subprocess.CalledProcessError as error:
            self.close()
            raise Unavailable(f"network namespaces are not allowed here: {error.stderr.decode().strip()}") from None
        return self

    def close(self) -> None:
        for what in (("link", "del", self.outer), ("netns", "del", self.name)):
            subprocess.run(["ip", *what], capture_output=True, check=False)

    def pull_out(self) -> None:
        """The cable: no packet passes, and nobody is told."""
        self._ip("link", "set", self.outer, "down")

    def put_in(self) -> None:
        self._ip("link", "set", self.outer, "up")

    @staticmethod
    def _ip(*what: str) -> None:
        subprocess.run(["ip", *what], capture_output=True, check=True)
