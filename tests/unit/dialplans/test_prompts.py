from dialplans.loader import load, loads
from dialplans.prompts import prompts
from dialplans.routing import SHIPPED

FLOW = """
languages: [en, zh]
voices: {en: amy}
prompts: {still_there: {en: Hello?, zh: 喂？}}
flows:
  inner:
    steps:
      - step: x
        say: {en: Inside., zh: 里面。}
steps:
  - step: a
    ask: {en: Well?, zh: 怎样？}
    digits: {1: b}
    otherwise: b
  - step: b
    say: {en: "It is {{ total }}.", zh: 好。}
"""


def texts(flow, language="en"):
    return [prompt.text for prompt in prompts(flow) if prompt.language == language]


def test_what_is_the_same_in_every_call_is_rendered_ahead_sub_flows_and_own_sentences_too():
    found = texts(loads(FLOW))
    assert found == [
        "Well?", "Let's go back.", "This is the first question.", "Sorry, I didn't get that.", "Hello?",
        "Please say or key in your answer.", "Goodbye!", "I'm sorry, there is nobody I can put you through to.",
        "Inside.",
    ]  # fmt: skip
    assert "好。" in texts(loads(FLOW), "zh")
    assert {prompt.voice for prompt in prompts(loads(FLOW)) if prompt.language == "en"} == {"amy"}


def test_sentences_that_a_flow_never_needs_are_not():
    found = texts(load(SHIPPED / "reception.yaml"))
    assert "Goodbye!" not in found
    assert "I'm sorry, I don't know that." not in found
    assert not [text for text in texts(loads("steps:\n- step: a\n  hangup: Bye.\n")) if text != "Bye."]


def test_what_takes_messages_is_rendered_ahead_in_the_languages_of_the_call_wherever_it_may_be_needed():
    step = "steps:\n  - step: hand\n    {verb}: billing\n    unavailable: Nobody is there.\n"
    for verb in ("enqueue", "transfer", "voicemail"):
        said = [prompt.text for prompt in prompts(loads(f"languages: [en]\n{step.format(verb=verb)}"))]
        assert "I didn't hear anything." in said
        assert not any("留言" in text for text in said)
    assert [prompt.text for prompt in prompts(loads(f"languages: [en]\n{step.format(verb='ticket')}"))] == [
        "Nobody is there."
    ]
