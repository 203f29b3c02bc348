from pathlib import Path

import pytest

from bench.wants import trades


def written(place: Path, text: str) -> Path:
    path = place / "some.txt"
    path.write_text(text, "utf-8")
    return path


def test_companies_have_their_wants_with_title_answer_and_what_is_said(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "## ours\n# zoo\nHours | From nine. | when do you open | are you up yet | is it closed\n"
        "Dogs | None. | my spaniel | on a leash | his puppy\n\n# 面馆\n电话 | 一二三。 | 打给谁 | 号码 | 怎么联系\n"
        "地址 | 东街。 | 在哪 | 怎么走 | 去你们店里\n",
    )
    zoo, noodles = trades(path)
    assert (zoo.name, noodles.name) == ("zoo", "面馆")
    assert zoo.wants[0].title == "Hours"
    assert zoo.wants[1].said == ("my spaniel", "on a leash", "his puppy")
    assert list(noodles.texts())[:3] == ["电话", "一二三。", "打给谁"]


def test_the_same_words_twice_count_once(tmp_path: Path) -> None:
    path = written(tmp_path, "# zoo\na | b | one | two | two | three\nc | d | four | five | six\n")
    assert trades(path)[0].wants[0].said == ("one", "two", "three")


@pytest.mark.parametrize("line", ["Hours | From nine. | when", "Hours | | when | now | then", "just words"])
def test_a_line_that_is_no_want_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r"some\.txt:2 isn't a want"):
        trades(written(tmp_path, f"# zoo\n{line}\n"))


def test_a_want_before_any_company_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"some\.txt:1"):
        trades(written(tmp_path, "Hours | From nine. | when | now | then\n"))


def test_a_company_with_one_want_teaches_nothing(tmp_path: Path) -> None:
    assert trades(written(tmp_path, "# zoo\nHours | From nine. | when | now | then\n")) == []
