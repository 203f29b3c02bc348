"""`hotline quality score`: a call on record is judged by what the knowledge base said when it began."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from bench import long_call
from knowledge import articles
from knowledge.articles import Editor
from knowledge.draft import Draft
from knowledge.former import Former
from models.call import Call
from models.database import migrate, open_engine
from models.turn import Turn
from quality import cli
from quality.evidence import by_words_alone

CARD = """
scorecard: answers
languages: [en]
rules:
  - rule: asked
    must: {asks: {}}
"""


@pytest.mark.parametrize(("began", "outcome"), [(1, "kept"), (-1, "broken")])
def test_a_call_is_judged_by_the_articles_of_its_time(tmp_path, monkeypatch, began, outcome):
    monkeypatch.setattr(cli, "Former", lambda engine: Former(engine, {}))
    monkeypatch.setattr(cli, "Likeness", lambda: by_words_alone)
    (tmp_path / "hotline.toml").write_text(f'[data]\ndirectory = "{tmp_path}"\n')
    (tmp_path / "card.yaml").write_text(CARD)
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with engine.begin() as connection:
        long_call.put_agent(connection)
        call = long_call.put(connection, tmp_path, "en", 0.3)
        connection.execute(update(Call).values(started_at=noon.replace(hour=12 + began)))
        connection.execute(update(Turn).where(Turn.speaker == "caller").values(text="When are you open?"))
        draft = Draft(title="Hours", questions=("When are you open?",), short="Nine to five.", language="en",
                      article_id="hours")  # fmt: skip
        articles.write(connection, draft, Editor("ann", noon))
    engine.dispose()
    words = ["score", call, "--scorecard", str(tmp_path / "card.yaml"), "--json"]
    told = CliRunner().invoke(cli.app, [*words, "--config", str(tmp_path / "hotline.toml")])
    findings = json.loads(told.stdout)["findings"]
    assert [(one["rule"], one["outcome"]) for one in findings] == [("asked", outcome)]
