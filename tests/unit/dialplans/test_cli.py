import json

from typer.testing import CliRunner

from dialplans.cli import app

RUN = CliRunner()


def test_check_says_what_is_wrong_and_exits_with_1(tmp_path):
    (tmp_path / "x.yaml").write_text("steps:\n- step: a\n  goto: b\n- step: c\n  hangup:\n")
    result = RUN.invoke(app, ["check", str(tmp_path / "x.yaml")])
    assert result.exit_code == 1
    assert f"{tmp_path}/x.yaml:3:9: There is no step 'b'; write a or c instead." in result.stdout


def test_check_as_json_is_one_list(tmp_path):
    (tmp_path / "x.yaml").write_text("steps:\n- step: a\n  hangup:\n")
    result = RUN.invoke(app, ["check", "--json", str(tmp_path / "x.yaml")])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_list_shows_the_shipped_flows():
    result = RUN.invoke(app, ["list", "--json"])
    (flow,) = [one for one in json.loads(result.stdout) if one["name"] == "reception"]
    assert (flow["name"], flow["called"], flow["languages"]) == ("reception", ["*"], "en zh")


def test_chat_talks_by_text_keys_and_silence():
    result = RUN.invoke(app, ["chat", "reception"], input="when are you open\n\n2\n427106\n1\nbananas\n0\n\nbye\n")
    assert result.exit_code == 0
    for words in (
        "[hours 1.00]",
        "no input",
        "four two seven, one zero six",
        "on its way",
        "no match",
        "transfer to operator",
        "Goodbye!",
    ):
        assert words in result.stdout
    assert result.stdout.rstrip().endswith("[hangs up]")


def test_chat_in_a_language_that_the_flow_lacks_is_refused():
    result = RUN.invoke(app, ["chat", "reception", "--language", "fr"])
    assert result.exit_code == 1
    assert "doesn't speak 'fr'" in result.output
