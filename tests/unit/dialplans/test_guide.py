"""The author's guide says what the program does: its flow, its dialogues and its tables are tried."""

import re
from pathlib import Path

from dialplans import golden_file
from dialplans.checker import check
from dialplans.loader import loads
from dialplans.replay import replay
from dialplans.slot_kinds.kind import TYPES
from dialplans.template import FILTERS
from dialplans.verbs.registry import VERBS

GUIDE = Path(__file__).parents[3] / "docs" / "dialplans.md"
TEXT = GUIDE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
FIRST = BLOCKS[0]


def section(title):
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows(title):
    return [line.split("|")[1].strip() for line in section(title).splitlines() if line.startswith("| ")][1:]


def test_the_first_flow_of_the_guide_is_in_order():
    assert [str(complaint) for complaint in check(loads(FIRST, "shop.yaml"))] == []


def test_the_golden_dialogue_of_the_guide_is_how_its_flow_talks():
    flow = loads(FIRST, "shop.yaml")
    written = next(block for block in BLOCKS if block.startswith("dialogues:"))
    for dialogue in golden_file.loads(written, flow.languages):
        assert replay(flow, dialogue).difference is None


def test_every_verb_is_in_the_guide_once():
    assert sorted(rows("Verbs")) == sorted(VERBS)


def test_every_type_of_slot_is_in_the_guide():
    assert set(TYPES) <= set(rows("Values: `slots`"))


def test_every_filter_is_in_the_guide():
    told = section("Values in texts")
    assert [name for name in FILTERS if name not in told and name not in ("agreement", "row", "text")] == []


def test_the_parts_that_the_guide_shows_can_be_read():
    """Each block that shows a part of a flow is a part that the loader takes, but for the steps that it leads to."""
    for block in BLOCKS[1:]:
        if block.startswith(("dialogues:", "  - step")):
            continue
        text = block if "steps:" in block else f"{block}steps:\n  - step: end\n    hangup:\n"
        loads(f"flow: part\nlanguages: [en, zh]\n{text}", "part.yaml")
