"""Attacks on moderation, run against the pure core itself and held against the bounds that it promises."""
