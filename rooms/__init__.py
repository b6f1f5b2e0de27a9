"""Circles, the people in them, and what they say. Knows nothing of sockets, sessions or credentials."""
