"""What somebody does with a scorecard is on the audit trail, whatever becomes of the scorecard later."""

import getpass
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from models.audit import Audit
from models.database import open_engine
from quality.cli import app

CARD = """
scorecard: 礼貌
languages: [en, zh]
good_from: 70
rules:
  - rule: rude
    called: {en: Not rude, zh: 不失礼}
    must_not: {says: {who: agent, phrases: {en: [idiot], zh: [笨蛋]}}}
"""
EXAMPLE = """
calls:
  - call: rude
    language: zh
    talk: [{agent: 笨蛋。}]
    broken: [rude]
"""


def test_publishing_scoring_anew_and_withdrawing_are_on_the_trail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DATA__DIRECTORY", str(tmp_path))
    file = tmp_path / "card.yaml"
    file.write_text(CARD, "utf-8")
    (tmp_path / "card.test.yaml").write_text(EXAMPLE, "utf-8")
    for command in (["publish", str(file), "--note", "why"], ["rescore", "礼貌"], ["withdraw", "礼貌"]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    with engine.connect() as connection:
        rows = connection.execute(select(Audit.action, Audit.words, Audit.data).order_by(Audit.id)).all()
    engine.dispose()
    assert [row.action.partition(".")[2] for row in rows] == ["published", "rescored", "withdrawn"]
    assert {row.words.partition("@")[0] for row in rows} == {"礼貌"}
    assert {row.data["user"] for row in rows} == {getpass.getuser()}
    assert rows[0].data["note"] == "why"
