import pytest

from dialplans import golden_file
from dialplans.loader import loads
from dialplans.replay import replay

FLOW = loads(
    """
languages: [en, zh]
language: detect
commands: {operator: person, goodbye: bye}
human: {to: person, tags: [vip], anger: 0.8}
systems: {shop: {url: "{{ env.SHOP }}", headers: {Authorization: "Bearer {{ env.TOKEN }}"}}}
intents:
  order: {examples: {en: [where is my order, has it been sent], zh: [我的订单到哪里了, 发货了吗]}}
steps:
- step: wish
  ask: {en: "Hello. What can I do for you?", zh: 您好，请问有什么可以帮您？}
  intents: {order: number}
  knowledge: true
  otherwise: bye
- step: number
  collect: {en: "Your order number, please?", zh: 请说订单号。}
  slot: order
  digits: 6
  otherwise: bye
- step: look
  call: shop
  method: POST
  path: /orders/{{ order }}
  body: {language: "{{ language }}"}
  result: {state: $.state}
  on_error: person
- step: tell
  say: {en: "It is {{ state }}.", zh: "状态是{{ state }}。"}
  goto: bye
- step: person
  enqueue: sales
  unavailable: {en: "Nobody is there.", zh: 现在没有人。}
- step: bye
  hangup: {en: Goodbye!, zh: 再见！}
"""
)


def difference(turns, more=""):
    text = f"dialogues:\n- name: one\n{more}  turns:\n" + "".join(f"  - {turn}\n" for turn in turns)
    (one,) = golden_file.loads(text, FLOW.languages)
    return replay(FLOW, one).difference


SENT = "  look_ups: [{method: POST, path: /orders/123456, sends: {language: en}, body: {state: sent}}]\n"
TOLD = ["caller: where is my order", "robot: your order number", "keys: '123456'", "robot: it is sent", "hangs_up"]


def test_a_dialogue_that_goes_as_written_has_no_difference():
    assert difference(["robot: what can i do", *TOLD], SENT) is None


def test_the_same_in_chinese_and_the_language_is_heard_from_the_words():
    turns = ["caller: 我的订单到哪里了", "expect: {language: zh, intent: order, step: number}", "robot: 请说订单号",
             "caller: 幺二三四五六", "robot: 状态是已发货", "robot: 再见", "hangs_up"]  # fmt: skip
    assert (
        difference(turns, SENT.replace("language: en", "language: zh").replace("state: sent", "state: 已发货")) is None
    )


WAITS = (
    "It handed over: enqueue sales, reason asked. "
    "It waits for what comes of the hand-over; write `- done: {ok: false}` first."
)


@pytest.mark.parametrize(
    ("turns", "more", "line", "expected", "instead"),
    [
        (["robot: good evening"], "", 4, "The robot should have said: good evening", "It said: Hello. What can I do"),
        (["robot: what can I do", "robot: hello"], "", 5, "should have said: hello", "It said: for you?"),
        (["caller: goodbye", "silence"], "", 5, "The robot should have listened", "It said: Goodbye! It hung up."),
        (["silence", "hangs_up"], "", 5, "The robot should have hung up.", "It said: Are you still there?"),
        (["caller: operator", "robot: nobody"], "", 5, "said: nobody", WAITS),
        (["handover: {verb: ticket}"], "", 4, "The flow should have handed over (ticket).", "It said: Hello."),
        (["caller: operator", "handover: {target: repair}"], "", 5, "target of the hand-over should be 'repair'.",
         "It is 'sales'."),
        (["done: {ok: true}"], "", 4, "Something should have been waited for.", "It said: Hello."),
        (["caller: where is my order", "expect: {step: wish}"], "", 5, "step should be 'wish'.", "It is 'number'."),
        (["keys: '0'", "done: {ok: false}", "expect: {variables: {a.b: 1}}"], "", 6, "a.b should be '1'.", "It is ''."),
        (TOLD, "", 6, "Nothing was to be looked up here.", "The flow asked POST /orders/123456; write what it answers"),
        (TOLD, SENT.replace("POST", "GET"), 3, "The system should have been asked by GET.", "POST /orders/123456"),
        (TOLD, SENT.replace("/123456", "/9"), 3, "should have been asked for /orders/9.", "POST /orders/123456"),
        (TOLD, SENT.replace(": en", ": zh"), 3, "should have been sent {'language': 'zh'}.", "{'language': 'en'}."),
        (["caller: goodbye"], SENT, 3, "A system should have been asked (POST /orders/123456).", "It never was."),
    ],
)  # fmt: skip
def test_a_difference_names_the_line_what_was_expected_and_what_was_instead(turns, more, line, expected, instead):
    found = difference(turns, more)
    assert found.place.line == line
    assert expected in found.expected
    assert instead in found.instead


def test_a_difference_tells_the_turns_before_it():
    found = difference(["keys: '7'", "silence", "robot: nonsense"])
    assert [line.split(":")[0] for line in found.before] == ["robot", "caller keys", "robot", "caller", "robot"]


def test_a_system_may_fail_be_slow_and_know_nothing():
    failing = "  look_ups: [{error: no answer within 5 s, slow: true}]\n"
    turns = [*TOLD[:3], "robot: one moment", "handover: {verb: enqueue, slots: {order: 123456}}", "done: {ok: false}",
             "robot: nobody is there", "hangs_up"]  # fmt: skip
    assert difference(turns, failing) is None
    assert difference(turns[:3] + turns[4:], "  look_ups: [{status: 500}]\n") is None
    assert difference(turns[:3] + turns[4:], "  look_ups: [{status: 404}]\n") is None


def test_articles_are_found_by_the_search_that_calls_have_and_the_question_is_asked_again():
    articles = "  articles:\n  - {id: a, question: when do you open, short: We open at nine.}\n"
    turns = ["caller: at what time do you open", "robot: we open at nine", "robot: what can i do"]
    assert difference(turns, articles) is None
    assert "should have said: we open" in difference(turns).expected


def test_a_tag_and_an_angry_voice_lead_to_a_human():
    vip = "  begin: {variables: {customer: {tag: vip}}}\n"
    assert difference(["handover: {reason: tag}"], vip) is None
    assert difference(["caller: {text: I said where, anger: 0.9}", "handover: {reason: anger}"]) is None


def test_words_are_compared_apart_from_case_and_punctuation_and_as_expressions():
    assert difference(["robot: HELLO what can I do for you"]) is None
    assert difference(["robot: /^hello.*you\\?$/"]) is None
    assert difference(["robot: /^what/"]).expected == "The robot should have said: /^what/"


def test_noise_is_something_that_nobody_could_understand():
    assert difference(["noise", "robot: sorry, I didn't get that", "robot: what can I do"]) is None
