"""Scoring and reviewing calls."""
