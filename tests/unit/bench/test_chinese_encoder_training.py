"""What the encoder of Chinese articles learns from: sentences as recognisers mishear them, none of a bench's."""

import random

from pypinyin import lazy_pinyin

from bench.chinese_encoder_training import Mishearing, without_benches
from bench.knowledge_questions import questions
from bench.wants import Want

TEXTS = ("我想查一下帐单", "张丹在哪里", "这个多少钱", "前面那个章的事", "我要退款")


def test_what_is_misheard_sounds_the_same():
    mishearing = Mishearing(TEXTS, random.Random(1))
    heard = {mishearing.of("查一下帐单") for _ in range(50)}
    assert len(heard) > 2
    assert {tuple(lazy_pinyin(text)) for text in heard} == {tuple(lazy_pinyin("查一下帐单"))}


def test_a_sentence_no_sign_of_which_sounds_like_another_stays():
    mishearing = Mishearing(TEXTS, random.Random(1))
    assert mishearing.of("退款") == "退款"
    assert mishearing.of("OK 123") == "OK 123"


def test_nothing_is_learned_that_stands_in_a_bench():
    own = "窗台上的花昨晚被风吹倒了"
    told = [one.text for one in questions("development_bank_zh")][:5]
    [want] = without_benches([Want("送货", "明天送到。", (own, *told))])
    assert want.said == (own,)
