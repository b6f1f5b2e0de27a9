"""A peer: nginx with the nchan module, one worker, its messages in memory. Prints its port, then becomes nginx.

Arguments: nginx, the module, a folder to write in.
"""

import contextlib
import os
import socket
import sys
import time
from pathlib import Path

PATIENCE = 10.0
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
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    owner = folder.owner()
    text = CONFIGURATION.format(module=module, folder=folder, port=port, user=owner)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    between = os.fork()
    if between == 0:
        # A child of this process would be counted, or missed, as one of nginx's.
        if os.fork() == 0:
            tell_when_open(port)
        os._exit(0)
    os.waitpid(between, 0)
    os.execv(nginx, [nginx, "-e", "stderr", "-p", place, "-c", str(folder / "nginx.conf")])  # noqa: S606


def tell_when_open(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            print("port", port, flush=True)
            return
        time.sleep(0.02)


if __name__ == "__main__":
    main()
