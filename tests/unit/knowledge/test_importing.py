"""Articles come in from files, all or nothing, and what is wrong is said with file and line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from knowledge import articles
from knowledge.articles import Editor
from knowledge.draft import Draft
from knowledge.exporting import Format, exported
from knowledge.importing import Imported, import_articles, read_articles
from models.errors import OperatorFault

WANG = Editor("wang", datetime(2026, 11, 21, 9, tzinfo=UTC))
CSV = """title,questions,short,long,tags,valid_until
Opening hours,When are you open?|Until when?,"Nine to six, daily.",,shop,2026-12-31
营业时间,几点开门？|周末上班吗？,早上九点开门。,周末十点开门。,"门店,时间",
"""
MARKDOWN = """---
language: en
tags: shop
owner: lee
---
# Visiting us
## Opening hours
question: When are you open?
tags: hours

We are open from **nine** to [six](https://example.com).

- On Sundays we are closed.

```
# no heading
```
<!-- ## no heading
either -->
## Parking
short: Behind the shop.

Two hours are free, then a pound an hour.
"""
HTML = """<!doctype html><html lang="zh-CN"><head><title>帮助</title><style>p {color: red}</style></head><body>
<nav><ul><li>首页</li></ul></nav>
<h2>怎么 <b>退货</b></h2><p>三十天内<b>可以</b>退货。</p><p>请保留发票。</p>
<script>var x = "<h2>no</h2>";</script>
<h2>空的</h2>
<h3>营业时间</h3>九点开门。<br>六点关门。<footer>版权所有</footer></body></html>
"""


def file(directory: Path, name: str, content: str | bytes) -> Path:
    path = directory / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def drafts(path: Path) -> list[Draft]:
    return [one.draft for one in read_articles(path)]


def fault(path: Path) -> str:
    with pytest.raises(OperatorFault) as caught:
        read_articles(path)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    return sentence.replace(str(path.parent) + "/", "")


def test_a_csv_file_holds_an_article_a_row(tmp_path: Path) -> None:
    english, chinese = drafts(file(tmp_path, "faq.csv", CSV))
    assert (english.article_id, english.language, english.short) == ("opening-hours", "en", "Nine to six, daily.")
    assert english.questions == ("When are you open?", "Until when?")
    assert str(english.valid_until) == "2026-12-31"
    assert (chinese.article_id, chinese.language, chinese.tags) == ("营业时间", "zh", ("门店", "时间"))
    assert chinese.long == "周末十点开门。"


def test_columns_may_have_chinese_names_and_other_separators(tmp_path: Path) -> None:
    (one,) = drafts(file(tmp_path, "faq.csv", "问题;答案\n几点开门？;九点。\n"))
    assert (one.title, one.short, one.questions) == ("几点开门？", "九点。", ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encodings_of_chinese_files_are_told_apart(tmp_path: Path, encoding: str) -> None:
    assert drafts(file(tmp_path, "faq.csv", CSV.encode(encoding))) == drafts(file(tmp_path, "other.csv", CSV))


def test_a_markdown_page_holds_an_article_a_heading_with_text(tmp_path: Path) -> None:
    hours, parking = drafts(file(tmp_path, "visit.md", MARKDOWN))
    assert (hours.title, hours.short, hours.owner) == ("Opening hours", "We are open from nine to six.", "lee")
    assert (hours.questions, hours.tags) == (("When are you open?",), ("hours",))
    assert "- On Sundays we are closed." in hours.long
    assert "no heading" in hours.long
    assert (parking.short, parking.tags) == ("Behind the shop.", ("shop",))
    assert parking.long == "Two hours are free, then a pound an hour."


def test_an_html_page_is_read_without_menus_and_scripts(tmp_path: Path) -> None:
    returns, hours = drafts(file(tmp_path, "help.html", HTML))
    assert (returns.title, returns.short, returns.language) == ("怎么 退货", "三十天内可以退货。", "zh")
    assert returns.long == "三十天内可以退货。\n\n请保留发票。"
    assert (hours.title, hours.short) == ("营业时间", "九点开门。 六点关门。")


def test_a_folder_is_read_with_all_its_pages(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    file(tmp_path / "deep", "faq.csv", CSV)
    file(tmp_path, "Lost property.txt", "We keep it for a month.\n\nAsk at the desk.")
    file(tmp_path, "holiday.txt", "Holidays\n\nWe are closed.")
    file(tmp_path, ".hidden.txt", "not this")
    file(tmp_path, "logo.png", b"\x89PNG\0")
    found = {draft.title: draft.short for draft in drafts(tmp_path)}
    assert found == {
        "Lost property": "We keep it for a month.",
        "Opening hours": "Nine to six, daily.",
        "营业时间": "早上九点开门。",
        "Holidays": "We are closed.",
    }


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "a.csv",
            "title,short\nHours,caf\xe9 open\n".encode("latin-1"),
            "a.csv, line 2: the byte 0xe9 is neither UTF-8",
        ),
        ("a.csv", "title,short\nHours,Größe und Maß\n".encode("latin-1"), "a.csv, line 2: the byte 0xf6 is neither"),
        ("a.csv", b"title\0", "a.csv, line 1: this is no text file"),
        ("a.md", "# A\nÄrger".encode()[:-4] + b"\xff\xfe", "a.md, line 2: the byte"),
        ("a.csv", "title,answr\n", "a.csv, line 1: there is no column 'answr'; write 'answer' instead."),
        ("a.csv", "title,remark\n", "a.csv, line 1: there is no column 'remark'; known are id, title"),
        ("a.csv", "标题,备注\n", "a.csv, line 1: there is no column '备注'; known are 编号, 标题, 问题, 问法, 答案"),
        ("a.csv", "标题，答案\n", "there is no column '标题，答案'; '，' isn't the sign that is meant here; write ','"),
        ("b.md", "## A\nid: c\nquestoin: B?\nC\n", "b.md, line 3: there is no setting 'questoin'; write 'question'"),
        ("a.csv", "title,long\nA,b\n", "the columns title (or questions) and short are needed"),
        ("a.csv", "title,short\nA,b\n\nC,d,e\n", "a.csv, line 4: there are 3 cells, but 2 columns"),
        ("a.csv", 'title,short\nA,"b\n', "check the quotes there"),
        ("a.csv", "title,short\nA,\n", "a.csv, line 2: the article 'A' has no short answer"),
        ("a.csv", "title,short,valid_from\nA,b,soon\n", "a.csv, line 2: valid_from 'soon' is no date"),
        ("a.csv", "title,short\nA,b\nA!,c\n", "a.csv, line 3: the id 'a' is that of a.csv, line 2 already"),
        ("a.md", "nothing here: but\n\n# Empty\n", "a.md"),
        ("a.jsonl", '{"title": "A"\n', "a.jsonl, line 1: this is no JSON"),
        ("a.jsonl", "[1]\n", "a.jsonl, line 1: this is no JSON object"),
        ("a.pdf", b"%PDF", "a.pdf is of no kind that can be imported; known endings are .csv"),
        ("a.txt", "", "a.txt holds no article"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_sentence(
    tmp_path: Path, name: str, content: str | bytes, sentence: str
) -> None:
    path = file(tmp_path, name, content)
    if name == "a.md" and isinstance(content, str):
        assert drafts(path)[0].title == "a"
    else:
        assert sentence in fault(path)


def test_a_file_or_folder_that_is_not_there_or_empty_is_said(tmp_path: Path) -> None:
    assert fault(tmp_path / "none.csv") == "There is no file none.csv; check its name."
    (tmp_path / "empty").mkdir()
    assert "holds no file with articles" in fault(tmp_path / "empty")


def test_importing_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    path = file(tmp_path, "faq.csv", CSV)
    assert import_articles(engine, read_articles(path), WANG) == Imported(2, 0, 0)
    assert import_articles(engine, read_articles(path), WANG) == Imported(0, 0, 2)
    file(tmp_path, "faq.csv", CSV.replace("Nine", "Ten"))
    assert import_articles(engine, read_articles(path), WANG) == Imported(0, 1, 1)


def test_nothing_is_half_imported(engine: Engine, tmp_path: Path) -> None:
    import_articles(engine, read_articles(file(tmp_path, "a.csv", "id,title,short\nx,Hours,Nine.\n")), WANG)
    found = read_articles(file(tmp_path, "b.csv", "id,title,short\nnew,New,One.\nx,营业时间,九点。\n"))
    with pytest.raises(OperatorFault, match=r"b\.csv, line 3: The id 'x' is that of an article in the language en"):
        import_articles(engine, found, WANG)
    with engine.connect() as connection:
        assert [one["id"] for one in articles.listed(connection)] == ["x"]


@pytest.mark.parametrize("to", list(Format))
def test_what_was_exported_is_imported_again_as_it_was(engine: Engine, tmp_path: Path, to: Format) -> None:
    content = CSV + 'Headings,"How, and ""why""?",Yes.,"# One\n\n\n## Two, ""quoted""\ntags: none",,\n'
    import_articles(engine, read_articles(file(tmp_path, "faq.csv", content)), WANG)
    with engine.connect() as connection:
        text = "".join(exported(articles.listed(connection), to))
    again = read_articles(file(tmp_path, f"again.{to}", text))
    assert import_articles(engine, again, WANG) == Imported(0, 0, 3)
