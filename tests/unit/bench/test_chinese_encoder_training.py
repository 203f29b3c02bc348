"""What the encoder of Chinese learns from: sentences as recognisers mishear them, their English, none of a bench's."""

import random

from pypinyin import lazy_pinyin

from bench.chinese_encoder_training import FEWEST_SAID, STEPS, Bilingual, Mishearing, size
from bench.knowledge_questions import questions
from bench.trades import trades

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


def test_sentences_stand_in_both_languages_and_none_is_a_benchs():
    corpus = Bilingual()
    assert len(corpus.english) > 18_000
    told = {one.text for name in ("test_zh", "development_zh", "development_bank_zh") for one in questions(name)}
    told |= {one.text for trade in trades("zh").values() for one in trade.said}
    assert told.isdisjoint(corpus.english)


def test_companies_like_those_of_the_trades_are_left_out():
    corpus = Bilingual()
    assert "最早几点能拿到房卡" not in corpus.english  # a hotel's
    assert len(corpus.companies) > 130
    assert all(len(said) >= FEWEST_SAID for company in corpus.companies for said in company)
    assert all(text in corpus.english for company in corpus.companies for said in company for text in said)


def test_steps_grow_and_then_fall():
    sizes = [size(step) for step in range(STEPS)]
    assert sizes.index(max(sizes)) < 20
    assert 0 < sizes[-1] < max(sizes) / 10
