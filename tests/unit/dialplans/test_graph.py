from itertools import pairwise
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from dialplans.cli import app
from dialplans.exits import exits
from dialplans.graph import draw
from dialplans.layering import arrange
from dialplans.loader import SHIPPED, load, loads

FLOW = loads(
    """
languages: [en, zh]
commands: {goodbye: bye}
calendars: {office: {hours: {mon-fri: 09:00-18:00}}}
flows: {sub: {steps: [{step: inside, say: {en: Inner <&> text, zh: 里面}}]}}
steps:
- step: main
  menu: {en: Which one?, zh: 要哪一个？}
  options:
    1: {say: {en: sales, zh: 销售}, goto: choose}
    2: {say: {en: service, zh: 服务}, goto: sub_flow}
  otherwise: person
- step: choose
  branch:
  - {all: [{open: office}, {when: city, one_of: [a, b]}], goto: look}
  - {not: {when: order, above: 3}, goto: sub_flow}
  goto: main
- step: look
  call: http://127.0.0.1:1
  on_error: person
  on_empty: sub_flow
- step: sub_flow
  run: sub
- step: sure
  confirm: {en: "Sure?", zh: 确定吗？}
  no: main
  otherwise: person
- step: person
  enqueue: sales
  unavailable: {en: Nobody., zh: 没人。}
- step: bye
  hangup: {en: Goodbye, zh: 再见}
"""
)


def ways(name, language="en"):
    return [(one.step, one.label, one.aside) for one in exits(FLOW, FLOW.steps[name], language)]


def test_each_way_out_is_named_by_its_answer_condition_or_event():
    assert ways("main") == [("choose", "1 sales", False), ("sub_flow", "2 service", False),
                            ("person", "otherwise", True)]  # fmt: skip
    assert ways("main", "zh")[0] == ("choose", "1 销售", False)
    assert ways("choose") == [("look", "office open and city in a, b", False), ("sub_flow", "not order > 3", False),
                              ("main", "else", False)]  # fmt: skip
    assert ways("look") == [("sub_flow", "nothing found", True), ("person", "fails", True), ("sub_flow", "", False)]
    assert ways("sure") == [("main", "no", False), ("person", "otherwise", True), ("person", "yes", False)]
    assert ways("person") == [("bye", "not possible", False)]
    assert ways("bye") == []


def test_every_way_of_every_shipped_flow_is_drawn():
    for path in SHIPPED.glob("*.yaml"):
        if not path.name.endswith(".test.yaml"):
            flow = load(path)
            for step in flow.steps.values():
                drawn = {one.step for one in exits(flow, step, "en")}
                assert drawn >= {target.step for target in step.leads()}


@pytest.mark.parametrize(("language", "words"), [("en", "Which one?"), ("zh", "要哪一个？")])
def test_a_drawing_is_svg_with_boxes_arrows_and_words_in_the_language(language, words):
    root = ElementTree.fromstring(draw(FLOW, language).encode())
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words in texts
    assert set(FLOW.steps) | {"inside", "sub-flow sub", "enqueue", "otherwise"} <= set(texts)
    arrows = [one for one in root.iter("{http://www.w3.org/2000/svg}path") if one.get("marker-end")]
    assert len(arrows) == sum(len(exits(FLOW, step, language)) for step in FLOW.steps.values())


def test_a_drawing_is_the_same_each_time():
    assert draw(FLOW) == draw(FLOW)


def test_boxes_of_a_layer_do_not_overlap_and_arrows_lead_down():
    names = [f"s{n}" for n in range(30)]
    widths = {name: 60.0 + 17 * (n % 5) for n, name in enumerate(names)}
    arrows = [(names[n], names[(n * 7 + k) % 30]) for n in range(30) for k in (1, 2, 5)]
    layout = arrange(widths, arrows)
    for layer in layout.layers:
        for one, other in pairwise(layer):
            assert layout.middle[other] - layout.middle[one] >= (widths[one] + widths[other]) / 2
    at = {name: n for n, layer in enumerate(layout.layers) for name in layer}
    assert set(at) == set(names)
    for start, end in arrows:
        assert ((start, end) in layout.back) or at[start] < at[end]
        if (start, end) not in layout.back:
            assert len(layout.passes[start, end]) == at[end] - at[start] - 1
    assert all(0 <= layout.middle[name] <= layout.width for name in names)


def test_a_step_that_leads_to_itself_is_drawn():
    assert ("a", "a") in arrange({"a": 50.0}, [("a", "a")]).back


def test_the_command_writes_the_drawing(tmp_path):
    result = CliRunner().invoke(app, ["graph", "reception", "-o", str(tmp_path / "x.svg"), "--language", "zh"])
    assert result.exit_code == 0, result.output
    assert "您好" in (tmp_path / "x.svg").read_text(encoding="utf-8")
