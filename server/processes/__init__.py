"""Several server processes on one machine, and the sockets that every process listens on."""
