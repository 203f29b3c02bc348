"""Tokens of programs: shown once, kept as digests, and worth nothing once they are revoked."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from console import tokens
from console.accounts import By
from models.account import ApiToken
from models.errors import CannotDo

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BY = By("command")


def test_a_token_is_kept_as_its_digest_and_says_which_program_it_is(engine):
    with engine.connect() as connection:
        token = tokens.add(connection, "crm", ["qa"], BY, NOW)
        assert token.startswith("hl_")
        row = connection.execute(select(ApiToken)).one()
        assert token not in map(str, row)
        viewer = tokens.viewer_of(connection, token, NOW)
        assert viewer is not None
        assert (viewer.name, viewer.roles, viewer.scope().everything) == ("token crm", ("qa",), True)
        for wrong in ("", "hl_", token[:-1], token + "x", token.replace("hl_", ""), row.digest, f"hl_{row.id}_x"):
            assert tokens.viewer_of(connection, wrong, NOW) is None


def test_it_is_known_when_a_token_was_used_last_to_the_minute(engine):
    with engine.connect() as connection:
        token = tokens.add(connection, "crm", ["qa"], BY, NOW)
        for second in (0, 30, 90):
            tokens.viewer_of(connection, token, NOW + timedelta(seconds=second))
        assert tokens.listed(connection)[0].used_at == NOW + timedelta(seconds=90)


def test_a_revoked_token_counts_no_longer_and_its_name_is_free_again(engine):
    with engine.connect() as connection:
        first = tokens.add(connection, "crm", ["qa"], BY, NOW)
        with pytest.raises(CannotDo, match="There is a token 'crm' already"):
            tokens.add(connection, "crm", ["operator"], BY, NOW)
        tokens.revoke(connection, "crm", BY, NOW)
        assert tokens.viewer_of(connection, first, NOW) is None
        with pytest.raises(CannotDo, match="There is no token 'crm' that counts"):
            tokens.revoke(connection, "crm", BY, NOW)
        tokens.add(connection, "crm", ["operator"], BY, NOW)
        assert [row.revoked_at is None for row in tokens.listed(connection)].count(True) == 1


@pytest.mark.parametrize(
    ("name", "roles", "words"),
    [
        ("", ["qa"], "needs a name"),
        ("crm", [], "needs a role"),
        ("crm", ["reviewer"], "There is no role 'reviewer'"),
        ("crm", ["supervisor"], "as supervisor it would see no call"),
    ],
)
def test_what_would_be_of_no_use_is_refused(engine, name, roles, words):
    with engine.connect() as connection, pytest.raises(CannotDo, match=words):
        tokens.add(connection, name, roles, BY, NOW)
