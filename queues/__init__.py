"""Callers who wait for a person, and the persons they wait for."""
