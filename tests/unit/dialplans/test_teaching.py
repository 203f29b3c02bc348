from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from dialplans.loader import load
from dialplans.publishing import Publications
from dialplans.routing import SHIPPED
from dialplans.teaching import Lesson, intents_of, lessons, taken_over, teach
from dialplans.understanding import Understanding
from models.call import Call
from models.database import migrate, open_engine
from models.errors import CannotDo

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FLOW = """\
flow: shop
intents:
  status:   # where it is
    examples:
      en: [Where is my order?, When will it come?]
      zh:
        - 我的订单到哪里了
        - 什么时候到   # soon
  change:
    examples: {en: ["I want to change it."], zh: [我要改订单]}
"""


def lesson(said, meant="status", language="en", taken="change", at_s=3.0):
    return Lesson("c1", at_s, "shop", "v1", language, said, taken, meant)


@pytest.fixture
def connection(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'h.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(
            insert(Call).values(
                id="c1", node="n", state="ended", direction="inbound", caller="", called="", origin="", language="en",
                flow="shop", flow_version="v1", started_at=NOW, seconds=9.0, cause="", code=0, words="",
            )
        )  # fmt: skip
        yield connection
    engine.dispose()


def test_an_example_is_put_in_and_not_a_comment_or_line_break_changes():
    text, new = taken_over(FLOW, [lesson("Any news of my parcel?"), lesson("东西怎么还没到", language="zh")])
    assert len(new) == 2
    assert text == FLOW.replace("en: [Where", 'en: ["Any news of my parcel?", Where').replace(
        "        - 我的", '        - "东西怎么还没到"\n        - 我的'
    )


def test_several_for_one_intent_all_come_in_and_each_once():
    said = ["A “quoted” one: yes", 'Where\'s my "thing"?', "a quoted one yes", "where is my order"]
    text, new = taken_over(FLOW, [lesson(one) for one in said])
    assert [one.said for one in new] == said[:2]
    assert taken_over(text, new)[1] == []


def test_what_was_masked_is_no_part_of_the_example():
    text, _ = taken_over(FLOW, [lesson("this is [name] where is [number] my parcel")])
    assert '"this is where is my parcel"' in text


def test_intents_that_the_file_has_not_are_left_out():
    assert taken_over(FLOW, [lesson("hello", meant="elsewhere")]) == (FLOW, [])
    assert taken_over("flow: none\n", [lesson("hello")]) == ("flow: none\n", [])


def test_a_lesson_is_kept_once_for_each_place_and_the_last_counts(connection):
    teach(connection, lesson("gone", taken=""), "quinn", NOW)
    teach(connection, lesson("gone", meant="change", taken=""), "quinn", NOW)
    teach(connection, lesson("late", at_s=9.0), "quinn", NOW)
    assert [(one.said, one.meant) for one in lessons(connection, "shop")] == [("gone", "change"), ("late", "status")]
    assert lessons(connection, "other") == []


def test_what_teaches_nothing_is_refused(connection):
    with pytest.raises(CannotDo, match="taken for 'status' already"):
        teach(connection, lesson("x y", taken="status"), "quinn", NOW)
    with pytest.raises(CannotDo, match="Nothing was said"):
        teach(connection, lesson("[card]"), "quinn", NOW)


def test_the_choice_is_what_the_flow_understands_in_the_viewer_s_language(tmp_path):
    assert intents_of(tmp_path, None, "order_status", "unknown", "zh")["status"] == "status: 查订单"
    assert intents_of(tmp_path, None, "no-such-flow", "v", "en") == {}


def test_a_published_version_says_what_it_understood_then(tmp_path):
    source = tmp_path / "mine" / "order_status.yaml"
    source.parent.mkdir()
    source.write_text((SHIPPED / "order_status.yaml").read_text("utf-8").replace("查订单}", "查快递}"), "utf-8")
    version = Publications(tmp_path / "data").keep(source)
    assert intents_of(tmp_path / "data", None, "order_status", version, "zh")["status"] == "status: 查快递"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "did the courier lose my things"), ("zh", "快递员是不是把东西弄丢了")]
)
def test_what_was_misunderstood_is_understood_once_it_is_taken_over(tmp_path, language, said):
    text = Path(SHIPPED / "order_status.yaml").read_text("utf-8")
    taught, new = taken_over(text, [Lesson("c1", 1.0, "order_status", "v", language, said, "", "status")])
    path = tmp_path / "order_status.yaml"
    path.write_text(taught, "utf-8")
    assert len(new) == 1
    assert Understanding(load(path).intents.values(), language).of(said).intent == "status"
