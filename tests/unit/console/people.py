"""Accounts for tests, whose password costs little to check."""

from collections.abc import Mapping
from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy import Engine, insert

from models.account import Account

PASSWORD = "seven wild horses"
KEPT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
ROLES = {
    "ann": ["administrator"], "quinn": ["qa"], "sue": ["supervisor"], "otto": ["operator"], "agnes": ["agent"],
}  # fmt: skip


def put_accounts(engine: Engine, **others: Mapping[str, object]) -> None:
    """Add one of each role, and `others`."""
    common = {
        "password_hash": KEPT, "team": "", "extension": "", "language": "", "theme": "", "enabled": True,
        "created_at": datetime.now(UTC), "password_at": None,
    }  # fmt: skip
    accounts: dict[str, Mapping[str, object]] = {
        name: {"roles": roles, "shown": name.title()} for name, roles in ROLES.items()
    }
    accounts |= others
    with engine.begin() as connection:
        for name, values in accounts.items():
            connection.execute(insert(Account).values(name=name, **{**common, "shown": name, **values}))
