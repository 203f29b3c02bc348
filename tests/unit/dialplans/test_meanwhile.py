"""What the robot does for a caller who waits for somebody: asks, tells, and gives way to whoever comes."""

import textwrap

import pytest

from dialplans.chat import Chat
from dialplans.checker import check
from dialplans.exchange import Done, Enough, Learned, Listen, Meanwhile, NoInput, Say, WaitsOn
from dialplans.golden_file import loads as golden
from dialplans.loader import load, loads
from dialplans.prompts import prompts
from dialplans.publishing import _named
from dialplans.replay import replay
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
slots:
  who: {type: digits, digits: 2}
  order: {type: digits, digits: 4}
human: {to: hand, no_match: 2, anger: 0.5}
commands: {goodbye: bye}
steps:
  - step: name
    slot: who
    collect: {en: Your customer number?, zh: 您的客户号是多少？}
    otherwise: hand
  - step: hand
    enqueue: billing
    meanwhile: order
    unavailable: {en: "Nobody is there for order {{ order | default: none }}.", zh: 没有人在。}
    done: after
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
  - step: after
    hangup: {en: "That was about order {{ order | default: none }}.", zh: 谢谢。}
flows:
  order:
    steps:
      - step: number
        slot: order
        collect:
          en: "Meanwhile, customer {{ who }}, may I ask for your order number?"
          zh: "等待时，请问您的订单号是多少？"
        otherwise: enough
      - step: late
        confirm: {en: Is it late?, zh: 是晚到了吗？}
        otherwise: noted
      - step: noted
        say: {en: "Thank you, I pass that on.", zh: 谢谢，我会转告。}
      - step: enough
        return:
"""


@pytest.fixture(params=["en", "zh"])
def waits(request):
    """Somebody who gave the customer number, and is helped now."""
    play = Play(loads(textwrap.dedent(FLOW)), request.param)
    play.keys("17")
    assert play.errand.meanwhile
    play.tell(Meanwhile())
    return play


def learned(play):
    return play.of(Learned)[-1].handover


def test_who_waits_is_asked_with_what_is_known_already_and_the_person_is_told_the_answer(waits):
    assert waits.heard in ("Meanwhile, customer 17, may I ask for your order number?", "等待时，请问您的订单号是多少？")
    assert waits.of(Listen)
    waits.keys("1234")
    assert learned(waits).slots == {"who": "17", "order": "1234"}
    assert learned(waits).target == "billing"
    waits.keys("1")
    assert waits.heard in ("Thank you, I pass that on.", "谢谢，我会转告。")
    assert waits.of(WaitsOn)
    assert not waits.of(Listen)
    assert "1234" in "".join(words for _, words in learned(waits).transcript)


def test_what_was_learned_stays_with_the_flow_behind_the_waiting(waits):
    waits.keys("1234")
    waits.tell(Enough(Done(False, {}, "nobody came")))
    assert waits["order"] == "1234"
    assert "order one two three four" in waits.heard or "没有人在。" in waits.heard


def test_somebody_who_comes_is_announced_and_nothing_is_asked_any_more(waits):
    waits.tell(Enough())
    assert waits.heard in ("I've got somebody for you now.", "现在为您接通人工。")
    assert not waits.of(Say)[0].barge_in
    assert waits.of(WaitsOn)
    assert waits.dialogue.waiting == "Handover"
    waits.done(True)
    assert waits.hung_up


def test_the_rules_that_lead_to_a_human_lead_nobody_out_of_the_line(waits):
    for _ in range(2):
        waits.says("gibberish of a kind")
        assert waits.dialogue.helps
    waits.says("fuck this shit you idiots", anger=1.0)
    assert "to_human" not in waits.notes
    assert not waits.hung_up


@pytest.mark.parametrize("words", ["operator", "goodbye"])
def test_who_asks_for_a_human_or_for_an_end_keeps_the_place_without_questions(words):
    play = Play(loads(textwrap.dedent(FLOW)), "en")
    play.keys("17")
    play.tell(Meanwhile())
    play.says(words)
    assert play.heard == "All right, you keep your place in the line."
    assert play.dialogue.waiting == "Handover"


def test_who_says_nothing_waits_on_and_is_not_hung_up(waits):
    for _ in range(3):
        waits.tell(NoInput())
    assert waits.of(WaitsOn)
    assert not waits.hung_up
    assert waits.dialogue.waiting == "Handover"


def test_going_back_never_leads_out_of_the_line():
    play = Play(loads(textwrap.dedent(FLOW)), "en")
    play.keys("17")
    play.tell(Meanwhile())
    play.says("go back")
    assert "This is the first question." in play.heard
    assert play.dialogue.helps


def test_its_sentences_are_rendered_ahead():
    said = {prompt.text for prompt in prompts(loads(textwrap.dedent(FLOW)))}
    assert {"I've got somebody for you now.", "现在为您接通人工。", "Is it late?"} <= said


def test_the_checker_refuses_what_cannot_happen_to_who_waits():
    assert check(loads(textwrap.dedent(FLOW))) == []
    noted = 'say: {en: "Thank you, I pass that on.", zh: 谢谢，我会转告。}'
    again = FLOW.replace(noted, "ticket: x\n        unavailable: {en: no, zh: 不}")
    assert any("runs while a caller waits for somebody" in str(one) for one in check(loads(textwrap.dedent(again))))
    unknown = FLOW.replace("meanwhile: order", "meanwhile: ordre")
    assert any("There is no flow 'ordre'" in str(one) for one in check(loads(textwrap.dedent(unknown))))


def test_only_who_is_enqueued_waits():
    with pytest.raises(Exception, match="Nobody waits in step 'hand'"):
        loads(textwrap.dedent(FLOW.replace("enqueue: billing", "transfer: billing")))


def test_it_may_be_a_file_beside_the_flow_that_is_published_with_it(tmp_path):
    head, inner = textwrap.dedent(FLOW).split("flows:\n  order:\n")
    (tmp_path / "order.yaml").write_text(
        "languages: [en, zh]\nslots: {order: {type: digits, digits: 4}}\n" + textwrap.dedent(inner)
    )
    (tmp_path / "main.yaml").write_text(head)
    flow = load(tmp_path / "main.yaml")
    assert check(flow) == []
    assert list(_named(tmp_path / "main.yaml")) == ["order.yaml", "leave_message.yaml"]


GOLDEN = """
dialogues:
- name: asked while waiting
  turns:
    - keys: "17"
    - handover: {target: billing}
    - waits
    - robot: may I ask for your order number
    - caller: one two three four
    - handover: {slots: {order: "1234"}}
    - robot: Is it late?
    - found
    - robot: I've got somebody for you now.
    - done: {ok: true}
    - robot: about order one two three four
    - hangs_up
"""


def test_golden_dialogues_and_the_chat_know_who_waits():
    flow = loads(textwrap.dedent(FLOW))
    (one,) = golden(GOLDEN, flow.languages)
    assert replay(flow, one).difference is None
    chat = Chat(flow, "en")
    lines = [*chat.begin(), *chat.hear("17")]
    assert lines[-1] == "robot: Meanwhile, customer 17, may I ask for your order number?"
    lines = [*chat.hear("1234"), *chat.hear(":found")]
    assert "robot: I've got somebody for you now." in lines
    assert next(iter(chat.hear("done"))) == "robot: That was about order one two three four."
