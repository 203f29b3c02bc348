"""What a bar of the knowledge search answers and rejects, counted among the articles of several companies."""

import pytest

from bench.__main__ import figures
from bench.encoder_training import development
from bench.knowledge_bar import Asked, at, main, together
from bench.knowledge_questions import entries


def test_articles_of_several_companies_stand_together_each_with_an_id_of_its_own():
    companies = development("zh")
    found = together(companies, 5)
    assert len({one.article_id for one in found}) == len(found)
    assert len(found) == sum(len(entries(name)) for name in companies)


def test_a_bar_answers_from_itself_on_and_rejects_below():
    found = [
        Asked(True, True, 0.9),
        Asked(True, True, 0.5),
        Asked(True, False, 0.8),
        Asked(True, False, 0.1),
        Asked(False, False, 0.8),
        Asked(False, False, 0.79),
    ]
    assert at(0.8, found) == (25, 25, 50)


def test_what_trains_or_fits_is_no_figure():
    assert {"knowledge_bar", "encoder_training", "chinese_encoder_training"}.isdisjoint(figures())
    assert "knowledge" in figures()


@pytest.mark.parametrize("arguments", [[], ["de"], ["en", "few"], ["en", "5", "2"]])
def test_what_it_cant_count_is_answered_with_how_to_ask(monkeypatch, capsys, arguments):
    monkeypatch.setattr("sys.argv", ["knowledge_bar", *arguments])
    assert main() == 2
    assert "LANGUAGE [ARTICLES]" in capsys.readouterr().err
