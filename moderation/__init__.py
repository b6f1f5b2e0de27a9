"""Flags and what follows from them. Nothing here gives one person authority over another."""
