import pytest

from dialplans.exchange import LookUp
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
systems:
  shop:
    url: https://shop.example/api/
    headers: {Authorization: "Bearer {{ env.SHOP_TOKEN }}", X-Language: "{{ language }}"}
    timeout_s: 4
    retries: 2
steps:
  - step: number
    collect: {en: Your order number?, zh: 请说订单号。}
    slot: order
    digits: {least: 2, most: 6}
    otherwise: broken
  - step: look
    call: shop
    path: "/orders/{{ order }}"
    query: {caller: "{{ caller }}", full: true}
    result: {order.state: "$.status", order.total: "$.total", order.items: "$.items[*].name"}
    on_error: broken
    on_empty: nothing
  - step: told
    hangup:
      en: "{{ order.items }} for {{ order.total | money:USD }} is {{ order.state }}."
      zh: "{{ order.items }}，{{ order.total | money:CNY }}，{{ order.state }}。"
  - step: nothing
    hangup: {en: There is no such order., zh: 没有这个订单。}
  - step: broken
    hangup: {en: I can't look right now., zh: 现在查不到。}
"""
GOOD = {"status": "on its way", "total": "12.50", "items": [{"name": "a bell"}]}


def looking(language="en", flow=FLOW):
    play = Play(flow, language)
    play.keys("4271")
    return play


@pytest.mark.parametrize(("language", "wait"), [("en", "One moment, please."), ("zh", "请稍等。")])
def test_a_look_up_is_an_errand_with_everything_filled_but_the_secrets(language, wait):
    errand = looking(language).errand
    assert isinstance(errand, LookUp)
    assert (errand.method, errand.url) == ("GET", "https://shop.example/api/orders/4271?caller=5550142&full=True")
    assert errand.headers == {"Authorization": "Bearer {{ env.SHOP_TOKEN }}", "X-Language": language}
    assert (errand.timeout_s, errand.retries, errand.body) == (4, 2, None)
    assert errand.wait is not None
    assert [prompt.text for prompt in errand.wait.prompts] == [wait]


def test_what_a_json_path_finds_is_in_the_variables_and_is_spoken():
    play = looking()
    assert play.done(status=200, body=GOOD) == "a bell for twelve dollars and fifty cents is on its way."
    assert play["order"] == "4271", "its number stays beside what was found"
    play = looking("zh")
    assert play.done(status=200, body={**GOOD, "status": "已发货"}) == "a bell，十二元五角，已发货。"


@pytest.mark.parametrize(
    ("ok", "values", "said"),
    [
        (False, {}, "I can't look right now."),
        (False, {"status": 500, "body": "oops"}, "I can't look right now."),
        (False, {"status": 404, "body": {}}, "There is no such order."),
        (True, {"status": 200, "body": "<html>"}, "I can't look right now."),
        (True, {"status": 200, "body": None}, "I can't look right now."),
        (True, {"status": 200}, "I can't look right now."),
        (True, {"status": 200, "body": {"status": "x"}}, "There is no such order."),
        (True, {"status": 200, "body": {**GOOD, "total": None}}, "There is no such order."),
    ],
)
def test_what_is_no_good_answer_has_its_branch(ok, values, said):
    assert looking().done(ok, "why", **values) == said


def test_without_a_branch_for_nothing_it_is_an_error():
    flow = FLOW.replace("    on_empty: nothing\n", "").replace("  - step: nothing", "  - step: other")
    assert looking(flow=flow).done(False, status=404) == "I can't look right now."


def test_nothing_that_a_caller_says_gets_out_of_its_place_in_the_address():
    flow = FLOW.replace("digits: {least: 2, most: 6}", "type: free_text")
    play = Play(flow)
    play.says("../admin?x=1 &y")
    assert play.errand.url.startswith("https://shop.example/api/orders/")
    assert "/admin" not in play.errand.url
    assert play.errand.url.count("?") == 1


def test_a_body_keeps_the_kinds_of_its_values():
    flow = FLOW.replace(
        '    query: {caller: "{{ caller }}", full: true}',
        '    method: POST\n    body: {id: "{{ order }}", note: "from {{ caller }}", deep: [{n: 1}], on: true}',
    )
    errand = looking(flow=flow).errand
    assert (errand.method, errand.body) == (
        "POST", {"id": "4271", "note": "from 5550142", "deep": [{"n": 1}], "on": True},
    )  # fmt: skip


def test_nothing_is_heard_while_it_looks():
    play = looking()
    assert play.says("hello?") == ""
    assert play.actions == []
    assert play.done(False) == "I can't look right now."
    assert play.done(False) == "", "a second end of the same errand is nothing"
