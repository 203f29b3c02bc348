import pytest

from asr_tts import sense
from dialplans import understanding
from dialplans.answers import understanding_of
from dialplans.fitted import FITTED
from dialplans.flow import Intent
from dialplans.loader import load
from dialplans.routing import SHIPPED
from dialplans.understanding import SURE, Understanding, confusable, train

FLOW = load(SHIPPED / "reception.yaml")
COVERED = FITTED["minilm + e5"].bounds.covered
"""The same in Chinese."""


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en", "What are your opening hours?", "hours"),
        ("en", "um, when do you open tomorrow?", "hours"),
        ("en", "could you tell me where my package is", "order"),
        ("en", "Sorry, I just want to know where my order is.", "order"),
        ("en", "No, wait. What can you do for me?", "services"),
        ("en", "what's your address please", "address"),
        ("en", "how do I find you", "address"),
        ("en", "can we speak Mandarin", "language"),
        ("zh", "请问你们周末几点关门", "hours"),
        ("zh", "帮我查一下我的订单", "order"),
        ("zh", "你们店怎么走", "address"),
        ("zh", "我要说英文", "language"),
    ],
)
def test_other_words_for_the_same_wish_are_understood(language, text, intent):
    assert understanding_of(FLOW, language).of(text).intent == intent


def test_chinese_that_only_sounds_right_is_understood():
    # "订单" heard as "定单", "快递" as "快地": the recogniser had the sound right and the character wrong.
    assert understanding_of(FLOW, "zh").of("我的定单到那里了").intent == "order"
    assert understanding_of(FLOW, "zh").of("快地什么时候到").intent == "order"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "what's the weather like tomorrow"),
        ("en", "bananas are yellow"),
        ("en", "I want to buy a car"),
        ("en", ""),
        ("en", "uh"),
        ("zh", "今天天气怎么样"),
        ("zh", "我想买一只猫"),
    ],
)
def test_what_was_never_thought_of_is_none_of_these(language, text):
    assert understanding_of(FLOW, language).of(text).intent == ""


def test_the_same_words_always_mean_the_same():
    first = understanding_of(FLOW, "en").of("when can I come by")
    again = understanding_of(load(SHIPPED / "reception.yaml"), "en").of("when can I come by")
    assert first == again


def test_only_the_intents_of_the_question_count():
    meaning = understanding_of(FLOW, "en").of("where is my order", among=["hours", "address"])
    assert meaning.intent != "order"


SHOP = (
    Intent(
        name="refund",
        examples={
            "en": ("When do I get my refund?", "I haven't received my money back.", "How long does a refund take?"),
            "zh": ("我的退款什么时候到账", "钱还没有退给我", "退款要多长时间"),
        },
        keywords={"en": ("reimbursement",), "zh": ("退款",)},
    ),
    Intent(
        name="invoice",
        examples={
            "en": ("I need an invoice.", "Can you send me the receipt again?", "I lost my invoice."),
            "zh": ("我需要开发票", "能把收据再发我一份吗", "我的发票丢了"),
        },
        patterns={"en": (r"\bform \d{3}\b",), "zh": (r"\d+号表",)},
    ),
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_trained_says_the_same_when_it_is_taken_up_again(language):
    kept = train(SHOP, language)
    assert kept == train(SHOP, language)
    texts = {"en": ("where's my money", "a bill please"), "zh": ("怎么还不给我退钱", "给我开个票")}[language]
    for text in texts:
        assert Understanding(SHOP, language, kept).of(text) == Understanding(SHOP, language).of(text)


@pytest.mark.parametrize("kept", [b"", b"\x00 garbage", b"\x81\xa1a\x01"])
def test_what_cannot_be_taken_up_is_learned_anew(kept):
    assert Understanding(SHOP, "en", kept).of("where is my refund").intent == "refund"


def test_trained_examples_that_changed_are_learned_anew():
    kept = train(SHOP, "en")
    renamed = [Intent(name=f"my_{one.name}", examples=one.examples) for one in SHOP]
    assert Understanding(renamed, "en", kept).of("where is my refund").intent == "my_refund"


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en", "is it about form 123", "invoice"),
        ("zh", "我要交12号表", "invoice"),
        ("en", "I lost my invoice", "invoice"),
    ],
)
def test_a_pattern_that_fits_and_an_example_word_for_word_settle_it(language, text, intent):
    meaning = Understanding(SHOP, language).of(text)
    assert meaning.intent == intent
    assert meaning.confidence >= SURE


@pytest.mark.parametrize(("language", "text"), [("en", "about the reimbursement"), ("zh", "那个退款的事")])
def test_a_keyword_tells_for_its_intent(language, text):
    without = [Intent(name=one.name, examples=one.examples) for one in SHOP]
    told = Understanding(SHOP, language).of(text)
    assert told.intent == "refund"
    assert told.confidence >= Understanding(without, language).of(text).confidence


def test_what_is_none_of_these_names_what_it_may_have_been():
    meaning = Understanding(SHOP, "en").of("it is about a payment that you owe to me or some paper")
    assert (meaning.intent == "") == (meaning.confidence < COVERED)
    assert {meaning.intent or meaning.runner_up, meaning.runner_up} & {"refund", "invoice"}
    assert meaning.confidence >= meaning.runner_up_confidence


def test_an_intent_that_is_not_asked_for_still_is_no_other():
    text = "I haven't got my money back"
    assert Understanding(SHOP, "en").of(text).intent == "refund"
    assert Understanding(SHOP, "en").of(text, among=["invoice"]).intent == ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_intents_with_an_example_of_each_others_are_confusable(language):
    examples = {
        "en": ("I need an invoice", "When will I get my refund?", "Print me a receipt"),
        "zh": ("我需要开发票", "我的退款什么时候到", "打一张收据给我"),
    }[language]
    mixed = Intent(name="paper", examples={language: examples})
    pairs = {(one.intent, one.other) for one in confusable([*SHOP, mixed], language)}
    assert {frozenset(pair) for pair in pairs} == {frozenset({"refund", "paper"}), frozenset({"invoice", "paper"})}
    assert confusable(SHOP, language) == []


def test_the_flow_that_is_shipped_has_no_confusable_intents():
    for language in ("en", "zh"):
        assert confusable(FLOW.intents.values(), language) == []


def test_without_an_encoder_words_alone_decide(monkeypatch):
    for encoder in ("sense_of", "search_sense_of"):
        monkeypatch.setattr(understanding, encoder, lambda language: None)
    assert train(SHOP, "en") == b""
    by_words = Understanding(SHOP, "en")
    assert by_words.of("when do I get the refund").intent == "refund"
    assert by_words.of("reimbursement please").intent == "refund"
    assert by_words.of("my bicycle is green").intent == ""
    assert Understanding(SHOP, "zh").of("我的退宽什么时候到帐").intent == "refund"
    assert confusable(SHOP, "en") == []


def test_a_language_that_nobody_knows_is_compared_by_words():
    german = [Intent(name="hours", examples={"de": ("Wann haben Sie geöffnet",)})]
    assert sense.sense_of("de") is None
    assert Understanding(german, "de").of("Wann haben Sie heute geöffnet").intent == "hours"


@pytest.mark.parametrize(
    ("language", "heard", "other"),
    [
        ("zh", "快机要我提供跳", "会计要我提供发票"),
        ("zh", "有没有电池板的可以下载", "有没有电子发票可以下载"),
        ("en", "can you send me the reset again", "can you send me the receipt again"),
    ],
)
def test_what_is_doubtful_may_be_meant_by_what_else_may_have_been_said(language, heard, other):
    shop = Understanding(SHOP, language)
    assert shop.of(heard).intent == ""
    meaning = shop.of(heard, others=((other, 0.9),))
    assert (meaning.intent, meaning.confidence >= COVERED) == ("invoice", True)
    assert meaning.confidence < shop.of(other).confidence
    assert shop.of(heard, others=((other, 0.05),)).intent == ""


def test_what_is_sure_stays_whatever_else_may_have_been_said():
    shop = Understanding(SHOP, "en")
    assert shop.of("I lost my invoice", others=(("where is my refund", 0.99),)) == shop.of("I lost my invoice")


def test_what_is_plainly_no_wish_stays_none_whatever_else_may_have_been_said():
    shop = Understanding(SHOP, "en")
    assert shop.of("bananas are yellow", others=(("I lost my invoice", 0.9),)) == shop.of("bananas are yellow")


GARAGE = (
    Intent(
        name="tyres",
        examples={
            "en": ("I need new tyres.", "Can you change my tyres for winter?", "I have a flat tyre."),
            "zh": ("我要换新轮胎", "能换冬季胎吗", "轮胎瘪了"),
        },
    ),
    Intent(
        name="strange_noise",
        examples={
            "en": ("The brakes make a noise.", "The engine sounds strange.", "Something rattles when I drive."),
            "zh": ("刹车有响声", "发动机声音不对", "开起来有异响"),
        },
        keywords={"en": ("exhaust",), "zh": ("排气管",)},
    ),
    Intent(name="fuel", keywords={"en": ("diesel",), "zh": ("柴油",)}),
)


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en", "one of my tyres has gone down", "tyres"),
        ("en", "there's a funny sound from the engine when I brake", "strange_noise"),
        ("en", "do you have diesel", "fuel"),
        ("en", "what's the weather like tomorrow", ""),
        ("en", "could I have two coffees please", ""),
        ("zh", "有一条轮胎没气了", "tyres"),
        ("zh", "刹车的时候发动机声音很怪", "strange_noise"),
        ("zh", "有没有柴油", "fuel"),
        ("zh", "明天天气怎么样", ""),
        ("zh", "给我来两杯咖啡", ""),
    ],
)
def test_intents_that_no_topic_of_the_background_covers_are_understood_by_their_examples(language, text, intent):
    garage = Understanding(GARAGE, language)
    assert garage.learned is not None
    assert garage.learned.covered == frozenset()
    assert garage.of(text).intent == intent


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en", "which tram stop is nearest to you", "address"),
        ("zh", "说好周一送的到现在没影", "order"),
    ],
)
def test_what_the_background_covers_is_as_sure_beside_intents_that_it_does_not_cover(language, text, intent):
    shop = [one for one in FLOW.intents.values() if one.examples.get(language)]
    mixed = Understanding([*shop, *GARAGE], language)
    assert mixed.learned is not None
    assert intent in mixed.learned.covered
    assert not mixed.learned.covered & {one.name for one in GARAGE}
    assert mixed.of(text).intent == intent
    assert mixed.of(text).confidence > SURE


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_that_only_tell_who_listens_mean_no_intent_that_has_none_of_them(language):
    desk = understanding_of(FLOW, language)
    for text in ("mm", "uh huh", "okay", "right, I see", "thank you", "嗯", "好的好的", "对", "哦", "这样啊", "行"):
        assert desk.of(text).intent == ""
    agreeing = Intent(name="agree", examples={"en": ("Yes, sure.", "Okay.", "Right."), "zh": ("好的", "行", "可以")})
    assert Understanding([agreeing, *GARAGE], language).of("right, okay" if language == "en" else "行，好的").intent


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_no_background_covers_is_taken_only_where_it_is_likelier_than_all_else(language):
    garage = Understanding(GARAGE, language)
    assert garage.learned is not None
    for text in {"en": ("it rattles", "my tyre", "the brakes", "winter is near", "does the car sound right"),
                 "zh": ("有响声", "轮胎", "刹车", "冬天到了", "车声音对不对")}[language]:  # fmt: skip
        meaning = garage.of(text)
        assert bool(meaning.intent) == (meaning.confidence >= garage.learned.fitted.bounds.uncovered)


@pytest.mark.parametrize(
    ("language", "covered", "by_examples"),
    [("en", "minilm + e5", "mpnet"), ("zh", "universal + e5", "universal + tuned e5")],
)
def test_what_the_background_does_not_cover_is_told_by_the_encoder_that_tells_best_by_examples(
    language, covered, by_examples, monkeypatch
):
    shop, garage = Understanding(SHOP, language), Understanding(GARAGE, language)
    assert shop.learned is not None
    assert garage.learned is not None
    assert (shop.learned.encoder, garage.learned.encoder) == (covered, by_examples)
    again = Understanding(GARAGE, language, train(GARAGE, language))
    assert again.learned is not None
    assert again.learned.kept == garage.learned.kept
    monkeypatch.setattr(understanding, "search_sense_of", lambda language: None)
    without = Understanding(GARAGE, language, train(GARAGE, language))
    assert without.learned is not None
    assert without.learned.encoder == covered
