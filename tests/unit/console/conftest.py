"""A database with agents and queues, as the tests of queues have it."""

from tests.unit.queues.conftest import empty, engine, put

__all__ = ["empty", "engine", "put"]
