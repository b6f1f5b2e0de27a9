"""Figures for Prometheus, which tell nothing of anybody."""
