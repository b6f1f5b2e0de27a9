"""What goes through Redis: commits passed on, who is here, limits that are shared."""
