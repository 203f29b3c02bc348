"""`hotline campaigns` and `hotline dnc` as operators use them, in English and Chinese."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from campaigns.campaigns_cli import app
from campaigns.dnc_cli import app as dnc_app
from campaigns.lines_cli import app as lines_app
from campaigns.plan_file import read_campaign_file

EXAMPLES = Path(__file__).parents[3] / "campaigns" / "examples"
CHINESE = (
    "客户电话,姓名,同意来源,同意时间,维修单号,备注\n13812345678,张三,网站表单,2026-10-01,W1,x\n"
    "010-62345678,李四,合同,2026年9月1日,W2,\n1381234567,王五,合同,2026年9月1日,W3,\n"
)
ENGLISH = (
    "phone,name,consent source,consent date,amount\n(212) 555-0123,Ann,form,2026-10-01,12.50\n"
    "310-555-0199,Bob,form,2026-10-01,30\n"
)


class Shell:
    """Runs commands in a directory with a database of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.config = directory / "hotline.toml"
        self.config.write_text(
            f'[data]\ndirectory = "{directory / "data"}"\n[[sip.trunks]]\nname = "t"\nhost = "127.0.71.9"\n'
        )

    def run(self, command: Any, *words: str, code: int = 0) -> Result:
        """Run a command; its exit code is part of what is claimed."""
        result = CliRunner().invoke(command, [*words, "--config", str(self.config)])
        assert result.exit_code == code, result.output
        return result

    def json(self, command: Any, *words: str, code: int = 0) -> Any:
        """Return what it prints with --json."""
        return json.loads(self.run(command, *words, "--json", code=code).stdout)

    def file(self, name: str, text: str, encoding: str = "utf-8") -> str:
        """Write a file; return its path."""
        path = self.directory / name
        path.write_text(text, encoding=encoding)
        return str(path)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*")), ids=lambda path: path.name)
def test_the_examples_are_plans(path: Path) -> None:
    plan, document = read_campaign_file(path)
    assert plan.flows
    assert document["name"] == plan.name


def test_the_examples_speak_both_languages() -> None:
    assert {read_campaign_file(path)[0].languages for path in EXAMPLES.glob("*")} == {("en",), ("zh",)}


@pytest.mark.parametrize(
    ("example", "name", "text", "encoding", "at", "today", "variables"),
    [
        ("renewal.yaml", "renewal", ENGLISH, "utf-8", "2099-11-18T12:00-05:00", 2, ["amount"]),
        ("renewal.yaml", "renewal", ENGLISH, "utf-16", "2099-11-18T23:00-05:00", 0, ["amount"]),
        ("huifang.yaml", "售后回访", CHINESE, "gb18030", "2099-11-18T08:00+08:00", 2, ["维修单号"]),
        ("huifang.yaml", "售后回访", CHINESE, "utf-8", "2099-10-01T10:00+08:00", 0, ["维修单号"]),
    ],
)
def test_from_the_plan_to_the_check_before_the_start(
    shell: Shell, example: str, name: str, text: str, encoding: str, at: str, today: int, variables: list[str]
) -> None:
    assert shell.json(app, "create", str(EXAMPLES / example))["what"] == "created"
    assert shell.json(app, "create", str(EXAMPLES / example))["what"] == "unchanged"
    done = shell.json(app, "import", name, shell.file("list.csv", text, encoding))
    assert (done["added"], done["variables"]) == (2, variables)
    shell.run(lines_app, "add", "telecom", "--trunk", "t", "--price", "+=0.10", "--currency", "CNY")
    found = shell.json(app, "check", name, "--at", at)
    assert (found["ready"], found["waiting"], found["today"]) == (True, 2, today)
    assert [line["line"] for line in found["lines"]] == ["telecom"]
    assert found["lines"][0]["may_call"] == 1.0
    cost = round(today * 0.35 * 0.10, 2)
    assert found["cost_today"] == {"least": cost, "most": cost, "currency": "CNY"}
    [listed] = shell.json(app, "list")
    assert (listed["name"], listed["state"], listed["leads"], listed["left"]) == (name, "draft", 2, 2)
    shown = shell.json(app, "show", name)
    assert (shown["plan"]["name"], shown["states"], shown["attempts"]) == (name, {"new": 2}, 0)
    for command in (["check", name, "--at", at], ["list"], ["show", name]):
        assert name in shell.run(app, *command).output


@pytest.mark.parametrize(
    ("example", "name", "text", "at", "words"),
    [
        ("renewal.yaml", "renewal", ENGLISH, "2099-11-18T23:00-05:00", "next at 2099-11-19 09:00 (America/New_York)."),
        ("huifang.yaml", "售后回访", CHINESE, "2099-11-18T22:00+08:00", "next at 2099-11-19 09:30 (Asia/Shanghai)."),
    ],
)
def test_check_says_when_the_hours_open_next_by_the_clock_there(
    shell: Shell, example: str, name: str, text: str, at: str, words: str
) -> None:
    shell.run(app, "create", str(EXAMPLES / example))
    shell.run(app, "import", name, shell.file("list.csv", text))
    shell.run(lines_app, "add", "telecom", "--trunk", "t", "--price", "+=0.10", "--currency", "CNY")
    said = [one["sentence"] for one in shell.json(app, "check", name, "--at", at)["findings"]]
    assert f"Nobody can be called today: the hours open {words}" in said


def test_check_warns_of_orders_for_one_moment_wherever_their_clocks_are(shell: Shell) -> None:
    """New York is thirteen hours behind Shanghai in winter, twelve in summer."""
    plan = "name: a\ncountry: CN\nflows: [nothing]\ntimezone: Asia/Shanghai\nschedule:\n"
    plan += "- {do: start, at: 'mon-fri 09:00'}\n- {do: stop, at: '2026-11-23 09:00'}\n"
    plan += "- {do: pause, at: 'sun-thu 21:00', timezone: America/New_York}\n- {do: resume, at: 'mon-fri 14:00'}\n"
    shell.run(app, "create", shell.file("a.yaml", plan))
    found = shell.json(app, "check", "a", "--at", "2026-11-20T12:00+08:00", code=1)["findings"]
    first, second = (one["sentence"] for one in found if "schedule" in one["sentence"])
    assert first.startswith("The schedule has stop (2026-11-23 09:00) and start (mon-fri 09:00)")
    assert first.endswith(" for one moment, such as 2026-11-23 09:00 (Asia/Shanghai): stop is done, start isn't.")
    assert second.startswith("The schedule has pause (sun-thu 21:00) and start (mon-fri 09:00)")
    assert second.endswith(" for one moment, such as 2027-03-14 21:00 (America/New_York): pause is done, start isn't.")


def test_check_says_what_is_wrong_before_the_start(shell: Shell) -> None:
    plan = "name: a\ncountry: US\nflows: [nothing]\nmode: predictive\nqueue: sales\nlines: [telecom]\n"
    plan += "abandon: {cap_percent: 5}\nmachine: {policy: leave_message}\ndo_not_call: [theirs]\n"
    shell.run(app, "create", shell.file("a.yaml", plan))
    found = shell.json(app, "check", "a", code=1)
    sentences = "\n".join(one["sentence"] for one in found["findings"] if one["level"] == "fault")
    for words in (
        "flow 'nothing' can't be used", "no queue 'sales'", "no line 'telecom'", "above the 3 %", "who called",
        "leave_message has no message", "no do-not-call list 'theirs'", "Nobody is on the list",
    ):  # fmt: skip
        assert words in sentences
    assert not found["ready"]
    assert "fault" in shell.run(app, "check", "a", code=1).output


def test_consent_and_lists_are_looked_at_before_the_start(shell: Shell) -> None:
    shell.run(app, "create", str(EXAMPLES / "huifang.yaml"))
    text = "客户电话\n13812345678\n13912345678\n13712345678\n"
    shell.run(app, "import", "售后回访", shell.file("list.csv", text))
    shell.run(dnc_app, "consent", "+8613812345678", "--source", "合同", "--given", "2026-01-01")
    shell.run(dnc_app, "import", shell.file("national.txt", "13712345678\n"), "--list", "national", "--country", "CN")
    found = shell.json(app, "check", "售后回访", "--at", "2099-11-18T10:00+08:00", code=1)
    assert (found["without_consent"], found["on_do_not_call_lists"], found["today"]) == (2, 1, 0)


def test_a_wrong_plan_says_file_line_and_remedy(shell: Shell) -> None:
    plan = (
        "name: a\ncountry: China\nflows:\n  - {flow: f, share: -1}\nmodus: robot\nring_seconds: 5\n"
        "hours: [\"mon-fri 9-18\"]\nretry:\n  busy: {after: [soon]}\nbreaker: {window: 3}\n"
    )  # fmt: skip
    path = shell.file("a.yaml", plan)
    output = shell.run(app, "create", path, code=1).output
    complaints = {line.removeprefix(f"{path}:").split(":")[0]: line for line in output.splitlines()}
    for line, words in (
        ("2", "country"), ("4", "flows.1.share"), ("5", "did you mean mode?"), ("6", "ring_seconds"), ("7", "9-18"),
        ("8", "'soon' is no delay"), ("10", "window_s"),
    ):  # fmt: skip
        assert words in complaints[line], output
    toml = shell.file("a.toml", 'name = "a"\ncountry = "CN"\nflows = ["f"]\n\n[machine]\npolicy = "shout"\n')
    assert f"{toml}:6: machine.policy" in shell.run(app, "create", toml, code=1).output
    for name, text, words in (
        ("b.yaml", "name: [", "no YAML"), ("b.txt", "", "neither TOML nor YAML"), ("c.yaml", "- a\n", "no campaign"),
    ):  # fmt: skip
        assert words in shell.run(app, "create", shell.file(name, text), code=1).output
    assert "can't be read" in shell.run(app, "create", "nowhere.yaml", code=1).output


def test_a_clone_has_the_plan_and_nobody_on_its_list(shell: Shell) -> None:
    shell.run(app, "create", str(EXAMPLES / "renewal.yaml"))
    shell.run(app, "import", "renewal", shell.file("list.csv", ENGLISH))
    shell.run(app, "clone", "renewal", "renewal-2")
    first, second = shell.json(app, "list")
    assert (first["leads"], second["name"], second["leads"]) == (2, "renewal-2", 0)
    assert "already" in shell.run(app, "clone", "renewal", "renewal-2", code=1).output
    assert "no name" in shell.run(app, "clone", "renewal", "a b", code=1).output
    assert shell.json(app, "remove", "renewal") == {"name": "renewal", "leads": 2, "what": "removed"}
    assert "there are renewal-2" in shell.run(app, "show", "renewal", code=1).output


def test_wrong_words_are_wrong_usage(shell: Shell) -> None:
    shell.run(app, "create", str(EXAMPLES / "renewal.yaml"))
    for words in (["--map", "x"], ["--duplicates", "some"]):
        shell.run(app, "import", "renewal", "list.csv", *words, code=2)
    shell.run(app, "check", "renewal", "--at", "noon", code=2)


def test_an_import_of_which_nothing_is_left_fails(shell: Shell) -> None:
    shell.run(app, "create", str(EXAMPLES / "renewal.yaml"))
    output = shell.run(app, "import", "renewal", shell.file("list.csv", "phone\nx\n"), code=1).output
    assert "1 refused" in output
    assert "list.refused.csv" in output


def test_opt_outs_by_the_operator_are_kept_with_their_proof(shell: Shell) -> None:
    shell.run(app, "create", str(EXAMPLES / "huifang.yaml"))
    shell.run(app, "import", "售后回访", shell.file("list.csv", CHINESE))
    done = shell.json(dnc_app, "add", "13812345678", "--country", "cn", "--opt-out", "--note", "别再打了")
    assert done == {"number": "+8613812345678", "new": True, "leads_ended": 1}
    found = shell.json(dnc_app, "check", "+8613812345678", code=1)
    assert (found["lists"][0]["reason"], found["proofs"][0]["words"]) == ("opted-out", "别再打了")
    assert "别再打了" in shell.run(dnc_app, "check", "+8613812345678", code=1).output
    exported = shell.directory / "proof.csv"
    shell.run(dnc_app, "export", "--output", str(exported))
    assert "+8613812345678" in exported.read_text()
    assert shell.json(dnc_app, "export")[0]["how"] == "operator"
    shell.run(dnc_app, "remove", "+8613812345678", "--list", "opt-outs")
    assert shell.json(dnc_app, "check", "+8613812345678")["proofs"]


def test_an_edition_that_is_a_part_of_the_list_is_taken_where_the_operator_says_that_it_is_whole(shell: Shell) -> None:
    where = ("--list", "national", "--country", "CN")
    shell.run(dnc_app, "import", shell.file("whole.txt", "13712345678\n13712345679\n13712345670\n"), *where)
    part = shell.file("part.txt", "13712345678\n")
    assert "Where it is the whole one, say --shrinks." in shell.run(dnc_app, "import", part, *where, code=1).output
    assert shell.json(dnc_app, "import", part, *where, "--shrinks")["numbers"] == 1


def test_lists_are_added_exported_and_removed(shell: Shell) -> None:
    shell.run(dnc_app, "add", "+12015550123", "--note", "lawyer")
    assert "already" in shell.run(dnc_app, "add", "+12015550123").output
    national = shell.file("national.txt", "2015550125\n2015550124\nnobody\n")
    done = shell.json(dnc_app, "import", national, "--list", "national", "--country", "US")
    assert (done["numbers"], done["refused"]) == (2, 1)
    assert [(row["name"], row["count"]) for row in shell.json(dnc_app, "list")] == [("own", 1), ("national", 2)]
    assert shell.run(dnc_app, "export", "--list", "national").stdout == "+12015550124\n+12015550125\n"
    assert shell.json(dnc_app, "remove", "--list", "national") == {"list": "national", "removed": 2}
    assert "there are: own" in shell.run(dnc_app, "export", "--list", "national", code=1).output
    for name in ("opt-outs", "opt-outs:renewal", "own:renewal"):
        assert "another name" in shell.run(dnc_app, "add", "+12015550123", "--list", name, code=1).output
    assert "another name" in shell.run(
        dnc_app, "import", national, "--list", "opt-outs", "--country", "US", code=1
    ).output  # fmt: skip
    assert "could be of any country" in shell.run(dnc_app, "check", "2015550123", code=1).output
    assert "no telephone number" in shell.run(dnc_app, "add", "+86", code=1).output
    assert "no campaign 'x'" in shell.run(dnc_app, "add", "+12015550123", "--campaign", "x", code=1).output


def test_consent_is_given_and_taken_back(shell: Shell) -> None:
    shell.run(dnc_app, "consent", "+12015550123", code=2)
    shell.run(
        dnc_app, "consent", "+12015550123", "--source", "web form", "--purpose", "survey", "--until", "2099-01-01"
    )
    assert "web form" in shell.run(dnc_app, "check", "+12015550123").output
    assert shell.json(dnc_app, "consent", "+12015550123", "--take-back")["count"] == 1
    assert "Took back on" in shell.run(dnc_app, "check", "+12015550123").output
    assert shell.json(dnc_app, "consent", "+12015550123", "--take-back")["count"] == 0


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("pacing: {most_rsk: 0.1}", "pacing has no 'most_rsk'"),
        ("pacing: {least_agents: no}", "pacing.least_agents should be a number above 0"),
        ("pacing: fast", "pacing should be a section"),
        ("grades: [{grade: Z}]", "Rule 1 of 'grades' names no grade"),
        ("grades: [{grade: A, intent: [yes]}]", "Rule 1 of 'grades' has no 'intent'"),
    ],
)
def test_wrong_pacing_and_grades_never_come_into_the_database(shell: Shell, line: str, sentence: str) -> None:
    written = shell.file("a.yaml", f"name: a\ncountry: CN\nflows: [x]\n{line}\n")
    said = shell.run(app, "create", written, code=1).output.replace("\n", "")
    assert f"a.yaml:4: {sentence}" in said
    assert shell.json(app, "list") == []
