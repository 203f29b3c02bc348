import pytest

from dialplans.exchange import Finished, Handover
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
human: {{to: person, {rules}}}
intents:
  hours: {{examples: {{en: [When are you open?, Your hours?], zh: [几点开门, 营业时间]}}}}
steps:
  - step: main
    ask: {{en: How can I help?, zh: 有什么可以帮您？}}
    intents: {{hours: number}}
    max_attempts: 5
    otherwise: bye
  - step: number
    collect: {{en: Your number?, zh: 号码？}}
    slot: number
    digits: 4
    max_attempts: 5
    otherwise: bye
  - step: rate
    survey: {{en: From one to five?, zh: 一到五分？}}
    otherwise: bye
  - step: bye
    hangup: {{en: Goodbye., zh: 再见。}}
  - step: person
    say: {{en: I'll get somebody., zh: 我帮您转接。}}
  - step: wait
    {verb}
    unavailable: {{en: Nobody is there., zh: 没有人。}}
    goto: main
"""


def flow(rules, verb="enqueue: service"):
    return FLOW.format(rules=rules, verb=verb)


@pytest.mark.parametrize(
    ("language", "words", "summary"),
    [
        ("en", "let me talk to a person", 'They began with: "let me talk to a person". They asked for a person.'),
        ("zh", "我要转人工", "开头说：“我要转人工”。客户要求转人工。"),
    ],
)
def test_whoever_asks_for_a_human_gets_one(language, words, summary):
    play = Play(flow("asked: true"), language)
    play.says(words)
    assert play.errand == Handover(
        "enqueue", "service", "asked", summary, {},
        (("robot", "How can I help?" if language == "en" else "有什么可以帮您？"), ("caller", words),
         ("robot", "I'll get somebody." if language == "en" else "我帮您转接。")),
    )  # fmt: skip
    play = Play(flow("asked: true"), language)
    assert "0" in play.question.keys.choices
    play.keys("0")
    assert play.errand.reason == "asked"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I'm sorry, there is nobody I can put you through to. How can I help?"),
        ("zh", "很抱歉，现在没有可以为您转接的人工服务。 有什么可以帮您？"),
    ],
)
def test_a_flow_without_a_way_says_so(language, said):
    play = Play(flow("asked: false"), language)
    assert "0" not in play.question.keys.choices
    assert play.says("operator" if language == "en" else "转人工") == said


@pytest.mark.parametrize(("language", "words"), [("en", "purple bananas"), ("zh", "今天天气很紫")])
def test_so_many_misunderstandings_lead_to_a_human(language, words):
    play = Play(flow("no_match: 2"), language)
    play.says(words)
    play.silent()
    assert not play.of(Handover), "silence is no misunderstanding"
    play.says(words)
    assert play.errand.reason == "no-match"


def test_an_answer_starts_the_count_anew():
    play = Play(flow("no_match: 2"))
    play.says("purple bananas")
    play.says("when are you open")
    play.says("purple bananas")
    assert not play.of(Handover)


@pytest.mark.parametrize("customer", [{"tag": "vip"}, {"tags": ["new", "vip"]}, {"tags": "new, vip"}])
def test_a_tagged_customer_goes_at_the_first_question_without_being_asked_it(customer):
    play = Play(flow("tags: [vip]"), customer=customer)
    assert (play.heard, play.errand.reason) == ("I'll get somebody.", "tag")
    assert play.done(False) == "Nobody is there. How can I help?", "and only once"


def test_a_customer_without_the_tag_is_asked():
    assert Play(flow("tags: [vip]"), customer={"tags": ["new"]}).heard == "How can I help?"
    assert Play(flow("tags: [vip]")).heard == "How can I help?"


def test_a_tagged_customer_may_go_before_anything_is_said():
    greeted = flow("tags: [vip], at: begin").replace("steps:\n", "steps:\n  - step: hi\n    say: {en: Hi., zh: 好。}\n")
    assert Play(greeted, customer={"tag": "vip"}).heard == "I'll get somebody."
    assert Play(greeted.replace("begin", "question"), customer={"tag": "vip"}).heard == "Hi. I'll get somebody."


@pytest.mark.parametrize(("rating", "reason"), [("1", "rating"), ("2", "rating"), ("3", "")])
def test_a_bad_rating_leads_to_a_human(rating, reason):
    play = Play(flow("rating: 2"))
    play.says("when are you open")
    play.keys("1234")
    play.keys(rating)
    assert [one.reason for one in play.of(Handover)] == ([reason] if reason else [])
    assert play["rating"] == int(rating)


def test_anger_in_words_or_voice_or_both_leads_to_a_human_once():
    def feels(text, language):
        return 0.8 if "useless" in text else 0.5 if "bad" in text else 0.0

    play = Play(flow("anger: 0.7"), feels=feels)
    play.says("this is useless")
    assert play.errand.reason == "anger"
    play.done(False)
    play.says("you are all useless")
    assert not play.of(Handover), "whoever heard that nobody is there is not sent there again"
    assert not Play(flow("anger: 0.7"), feels=feels).says("bad").startswith("I'll get")
    assert Play(flow("anger: 0.7"), feels=feels).says("bad", anger=0.5).startswith("I'll get")
    assert Play(flow("anger: 0.7"), feels=feels).says("hm", anger=0.9).startswith("I'll get")
    assert Play(flow("anger: 0"), feels=feels).says("useless").startswith("Sorry")


@pytest.mark.parametrize(
    ("language", "words", "calm"),
    [
        ("en", "this is outrageous, I am sick and tired of your useless company", "I am in a hurry"),
        ("zh", "你们太过分了，服务太差，我受够了", "我有点着急"),
    ],
)
def test_anger_is_heard_in_the_words_of_both_languages(language, words, calm):
    assert Play(flow("anger: 0.7"), language).says(words) in ("I'll get somebody.", "我帮您转接。")
    play = Play(flow("anger: 0.7"), language)
    play.says(calm)
    assert not play.of(Handover)


def test_the_slots_go_along():
    play = Play(flow("asked: true"))
    play.says("when are you open")
    play.keys("1234")
    play.says("operator")
    assert play.errand.slots == {"number": "1234"}
    assert "Known so far: number one two three four." in play.errand.summary


@pytest.mark.parametrize(
    ("verb", "kind", "target"),
    [
        ("enqueue: service", "enqueue", "service"),
        ('transfer: "{{ caller }}"', "transfer", "5550142"),
        ("voicemail: box", "voicemail", "box"),
        ("callback: service", "callback", "service"),
        ("ticket: desk", "ticket", "desk"),
    ],
)
def test_every_way_returns_its_action_and_goes_on_where_it_cannot_be(verb, kind, target):
    play = Play(flow("asked: true", verb))
    play.says("operator")
    assert (play.errand.verb, play.errand.target) == (kind, target)
    assert play.dialogue.waiting == "Handover"
    assert play.tell(Finished()) == "Nobody is there. How can I help?", "the voice side may have no such way yet"


def test_what_was_done_leads_on_by_its_own_way_and_leaves_its_values():
    play = Play(flow("asked: true", "ticket: desk\n    done: bye\n    priority: 3\n    summary: 'Call {{ caller }}'"))
    play.says("operator")
    assert (play.errand.priority, play.errand.summary) == (3, "Call 5550142")
    assert play.done(number="T-12") == "Goodbye."
    assert play["ticket.number"] == "T-12"


def test_an_authors_reason_stands_where_no_rule_led_here():
    play = Play(
        flow("asked: true", "enqueue: service\n    reason: complaint").replace("otherwise: bye", "otherwise: wait")
    )
    for _ in range(5):
        play.silent()
    assert play.errand.reason == "complaint"
