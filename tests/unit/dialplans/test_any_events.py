"""Whatever happens in whatever flow: no event raises, nobody is left in silence, and it is the same every time."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialplans.dialogue import Dialogue
from dialplans.exchange import (
    Begin,
    Done,
    Enough,
    Finished,
    FreeAnswer,
    Gone,
    Handover,
    HangUp,
    Keyed,
    Learned,
    Listen,
    LookUp,
    Meanwhile,
    NoInput,
    NotUnderstood,
    Record,
    Said,
    Say,
    WaitsOn,
)
from dialplans.loader import loads
from tests.unit.dialplans.play import SATURDAY
from tests.unit.dialplans.verbs.test_answer import Article

NAMES = ("s0", "s1", "s2", "s3", "s4")
TEXTS = "{{en: 'text {0} {{{{ when }}}}', zh: '话{0} {{{{ n | number }}}}'}}"
HEAD = """
languages: [en, zh]
language: detect
human: {to: s0, no_match: 2, tags: [vip], rating: 2, anger: 0.8}
calendars: {office: {timezone: Asia/Shanghai, hours: {mon-sat: 09:00-18:00}}}
slots:
  n: {type: number}
  when: {type: moment, part: either}
  code: {type: digits, digits: 4}
intents:
  hours: {examples: {en: [When are you open?, Your hours?], zh: [几点开门, 营业时间]}, slots: [when]}
  order: {examples: {en: [Where is my order?, My parcel], zh: [我的订单呢, 查订单]}}
flows:
  inner:
    steps:
      - step: q
        collect: {en: Inner?, zh: 里面？}
        slot: code
        max_attempts: 2
        otherwise: out
      - step: out
        return: {n: 5}
  help:
    steps:
      - step: first
        ask: {en: Meanwhile?, zh: 等待期间？}
        slots: [n]
        knowledge: true
        confirm_below: 0.95
        max_attempts: 2
      - step: asks
        call: https://x.example
        result: {n: $.n}
        on_error: first
      - step: answers
        answer: {more: true, helped: true}
      - step: deeper
        run: inner
      - step: second
        confirm: {en: More?, zh: 还有吗？}
        'yes': first
        otherwise: done
      - step: bye
        hangup: {en: Bye, zh: 再见}
      - step: done
        return: {code: "1"}
"""
STEPS = [
    "say: {text}",
    "play: {{en: a.wav, zh: b.wav}}",
    """ask: {text}
    intents: {{hours: {a}, order: {b}}}
    digits: {{1: {a}}}
    slots: [n]
    confirm_below: 0.95
    knowledge: true
    max_attempts: 3
    otherwise: {b}""",
    "ask: {text}\n    slots: [n, when]\n    prompts: {{n: {text}}}\n    max_attempts: 2\n    otherwise: {a}",
    """menu: {text}
    options: {{1: {{say: {{en: tea, zh: 茶}}, goto: {a}}}, 2: {{say: {{en: milk, zh: 奶}}, goto: {b}}}}}
    otherwise: {a}""",
    "collect: {text}\n    slot: code\n    confirm_below: 0.99\n    otherwise: {b}",
    "collect: {text}\n    slot: when\n    otherwise: {b}",
    "confirm: {text}\n    'yes': {a}\n    otherwise: {b}",
    "survey: {text}\n    otherwise: {a}",
    "answer: {{more: true, helped: true}}",
    "answer: {{free: true, unknown: {a}}}",
    "set: {{n: 4, when: '{{{{ code }}}}', language: zh}}",
    "branch:\n      - {{open: office, goto: {a}}}\n      - {{when: n, above: 3, goto: {b}}}",
    "call: https://x.example\n    path: /{{{{ code }}}}\n    result: {{n: $.n}}\n    on_error: {a}",
    "enqueue: people\n    unavailable: {text}",
    "enqueue: people\n    meanwhile: help\n    unavailable: {text}",
    "ticket: desk\n    unavailable: {text}\n    done: {a}",
    "record: message\n    nothing: {b}",
    "run: inner\n    results: {{n: n}}",
    "goto: {a}",
    "hangup: {text}",
]
WORDS = [
    "when are you open", "where is my order", "hm", "", "yes", "no", "the first one", "four two seven one",
    "tomorrow at five", "no, I said seven", "no, I meant Tuesday", "tea please", "operator", "go back",
    "help", "say that again", "goodbye",
    "that is all", "几点开门", "查订单", "对", "不对", "不对，我说的是五", "四二七幺", "明天下午三点",
    "茶", "转人工", "返回",
    "帮助", "再说一遍", "再见", "第二个", "{{ n }}", "\x00\ud800", "a" * 500, "０１２３",
]  # fmt: skip
EVENTS = st.one_of(
    st.builds(Said, st.sampled_from(WORDS), st.floats(0, 1), st.sampled_from(["en", "zh", ""]), st.integers(-1, 3),
              st.sampled_from([0.0, 0.5, 1.0])),
    st.builds(Keyed, st.sampled_from(["0", "1", "2", "5", "*", "4271", "99999999", ""])),
    st.just(NoInput()),
    st.builds(NotUnderstood, st.just("noise")),
    st.just(Finished()),
    st.just(Meanwhile()),
    st.builds(Enough, st.one_of(st.none(), st.builds(Done, st.booleans()))),
    st.builds(
        Done,
        st.booleans(),
        st.sampled_from([{}, {"status": 200, "body": {"n": 7}}, {"status": 404}, {"body": "garbage", "text": "so"},
                         {"file": "x.wav", "seconds": 3}, {"body": {"n": [1, {}]}}]),
    ),
)  # fmt: skip


@st.composite
def flows(draw):
    steps = []
    for name in NAMES:
        body = draw(st.sampled_from(STEPS))
        a, b = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
        steps.append(f"  - step: {name}\n    {body.format(text=TEXTS.format(name), a=a, b=b)}\n")
    return HEAD + "steps:\n" + "".join(steps)


def knows(question, language, tags):
    return Article() if len(question) % 2 else None


def feels(text, language):
    return 0.9 if "operator" in text else 0.0


ERRANDS = (Handover, LookUp, Record, FreeAnswer)


def serves(actions):
    """The caller hears a question and may answer it, waits for an errand, or is hung up on: exactly one of them.

    Who waits for somebody is told to wait on, also before what comes when that is over.
    """
    actions = [action for action in actions if not isinstance(action, Learned)]
    ends = [action for action in actions if isinstance(action, (Listen, HangUp, *ERRANDS))]
    if not ends:
        return isinstance(actions[-1], WaitsOn)
    return len(ends) == 1 and actions[-1] is ends[0]


def taken(event, waited, helps):
    """Whether `event` means anything while `waited` is waited for ("": a question is open)."""
    if isinstance(event, Meanwhile):
        return waited == "Handover"
    if isinstance(event, Enough):
        return helps or bool(waited and event.done)
    if isinstance(event, Finished):
        return waited == "Handover"
    return isinstance(event, Done) == bool(waited)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flows(), st.lists(EVENTS, max_size=12), st.sampled_from([{}, {"customer": {"tag": "vip", "tags": ["x"]}}]))
def test_no_event_raises_or_leaves_the_caller_in_silence(text, events, variables):
    flow = loads(text)
    dialogue, twin = Dialogue(flow, "en", knows, feels), Dialogue(flow, "en", knows, feels)
    actions = dialogue.receive(Begin("1", "2", "en", variables), 0.0, SATURDAY)
    assert serves(actions), actions
    for event in events:
        if dialogue.over:
            assert dialogue.receive(event) == []
            break
        before, waited, helped = dialogue.state(), dialogue.waiting, dialogue.helps
        dialogue.answers(event.text if isinstance(event, Said) else "hm")
        assert dialogue.state() == before, "asking about a draft changes nothing"
        actions = dialogue.receive(event, 0.0, SATURDAY)
        if not taken(event, waited, helped):
            assert actions == []
            assert dialogue.state() == before
            continue
        assert serves(actions), (event, actions)
        if any(isinstance(action, Listen) for action in actions):
            assert any(isinstance(action, Say) for action in actions), "a question is heard before it is listened to"
        twin.take_up(before)
        assert twin.receive(event, 0.0, SATURDAY) == actions, "the same state and event give the same actions"
        assert twin.state() == dialogue.state()
    assert dialogue.receive(Gone()) == []
