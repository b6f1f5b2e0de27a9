"""A peer: nginx with the nchan module, one worker, its messages in memory. Prints its port, then becomes nginx.

Arguments: nginx, the module, a folder to write in.
"""

import os
import sys
from pathlib import Path

from tests.bench.peers.opened import free_port, tell_when_open

CONFIGURATION = """
load_module {module};
daemon off;
worker_processes 1;
user {user};
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 20000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    tcp_nodelay on;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location ~ ^/room/(\\w+)$ {{
            nchan_pubsub websocket;
            nchan_channel_id $1;
            nchan_subscriber_first_message newest;
            nchan_message_buffer_length 100;
        }}
    }}
}}
"""


def main() -> None:
    nginx, module, place = sys.argv[1:]
    folder = Path(place)
    port = free_port()
    owner = folder.owner()
    text = CONFIGURATION.format(module=module, folder=folder, port=port, user=owner)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    tell_when_open(port)
    os.execv(nginx, [nginx, "-e", "stderr", "-p", place, "-c", str(folder / "nginx.conf")])  # noqa: S606


if __name__ == "__main__":
    main()
