"""Everything that touches the outside: HTTP, WebSocket, database, Redis, clock and command line."""
