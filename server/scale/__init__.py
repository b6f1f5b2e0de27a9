"""How many machines so many people need: a placed world, the load it makes, and what it fills first."""
