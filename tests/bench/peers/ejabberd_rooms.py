"""A peer: ejabberd with rooms (XEP-0045) and their archive (XEP-0313) in its own database. Prints its port, then becomes Erlang.

Arguments: erl, the folder of its libraries, a folder to write in.
"""

import os
import sys
from pathlib import Path

from tests.bench.peers.opened import free_port, tell_when_open

CONFIGURATION = """
hosts: [localhost]
loglevel: error
auth_method: anonymous
allow_multiple_connections: true
anonymous_protocol: sasl_anon
listen:
  - port: {port}
    ip: "127.0.0.1"
    module: ejabberd_http
    backlog: 4096
    request_handlers:
      /ws: ejabberd_http_ws
modules:
  mod_mam: {{}}
  mod_muc:
    host: rooms.localhost
    max_users: 1000
    history_size: 0
    default_room_options:
      mam: true
      max_users: 1000
"""


def main() -> None:
    erl, libraries, place = sys.argv[1:]
    folder = Path(place)
    port = free_port()
    (folder / "ejabberd.yml").write_text(CONFIGURATION.format(port=port), encoding="utf-8")
    tell_when_open(port)
    os.environ |= {
        "ERL_LIBS": libraries,
        "EJABBERD_CONFIG_PATH": str(folder / "ejabberd.yml"),
        "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
        "HOME": str(folder),
    }
    words = ["+K", "true", "+P", "250000", "-noinput", "-mnesia", "dir", f'"{folder}/mnesia-{port}"', "-s", "ejabberd"]
    os.execv(erl, [erl, *words])  # noqa: S606


if __name__ == "__main__":
    main()
