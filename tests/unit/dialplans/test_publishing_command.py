import json

import pytest
from typer.testing import CliRunner

from dialplans.cli import app

RUN = CliRunner()
FLOW = "languages: [en]\nsteps:\n- step: a\n  hangup: TEXT\n"
GOLDEN = "dialogues:\n- name: It says goodbye\n  turns:\n  - robot: goodbye\n  - hangs_up\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_DATA__DIRECTORY", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE_DIALPLAN__DIRECTORY", str(tmp_path))
    write(tmp_path, "Goodbye.")
    (tmp_path / "shop.test.yaml").write_text(GOLDEN, encoding="utf-8")
    return tmp_path


def write(folder, text):
    (folder / "shop.yaml").write_text(FLOW.replace("TEXT", text), encoding="utf-8")


def run(*arguments, code=0):
    result = RUN.invoke(app, [str(one) for one in arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_a_flow_is_published_under_its_name_and_the_history_tells_who_what_and_why(folder):
    told = run("publish", "shop", "--note", "first try")
    assert "1 dialogue" in told
    assert "No Hotline runs with this data directory: it is taken up at the next start." in told
    (entry,) = json.loads(run("history", "shop", "--json"))
    assert (entry["did"], entry["note"], entry["tests"], entry["now"]) == (
        "published",
        "first try",
        "1 dialogue",
        "live",
    )
    assert entry["who"]
    assert "<- live" in run("history", "shop")


def test_dialogues_that_go_another_way_keep_a_flow_from_being_published(folder):
    write(folder, "So long.")
    told = run("publish", "shop", code=1)
    assert "goes another way" in told
    assert "It was not published" in told
    assert "was never published" in run("history", "shop", code=1)


def test_complaints_of_the_checker_keep_a_flow_from_being_published_and_it_says_so(folder):
    (folder / "shop.yaml").write_text("steps:\n- step: a\n  play: nix.wav\n- step: b\n  hangup:\n", encoding="utf-8")
    told = run("publish", "shop", "--without-tests", code=1)
    assert "2:3: Step 'a' plays 'nix.wav', which is not beside the flow" in told
    assert "It was not published; put right what is said above." in told


def test_a_flow_with_a_jingle_is_published_though_its_queue_takes_messages_and_plays_them_back(folder):
    (folder / "jingle.wav").write_bytes(b"sound")
    (folder / "shop.yaml").write_text(
        "languages: [en, zh]\nsteps:\n- step: a\n  play: {en: jingle.wav, zh: jingle.wav}\n- step: b\n"
        "  voicemail: orders\n  unavailable: {en: Nobody is there., zh: 现在没有人。}\n- step: c\n  hangup:\n",
        encoding="utf-8",
    )
    run("publish", "shop", "--without-tests")
    (shop,) = (flow for flow in json.loads(run("list", "--json")) if flow["name"] == "shop")
    assert shop["published"] == shop["version"]


def test_what_all_callers_get_is_not_tried_out(folder):
    run("publish", "shop")
    assert "get version" in run("publish", "shop", "--trial", "20", code=1)
    assert len(json.loads(run("history", "shop", "--json"))) == 1


def test_a_published_flow_whose_file_is_gone_is_listed_still(folder):
    run("publish", "shop")
    (folder / "shop.yaml").unlink()
    assert "its file is gone" in next(line for line in run("list").splitlines() if line.startswith("shop "))


def test_a_flow_with_complaints_is_listed_with_their_number(folder):
    write(folder, "'{{ nobody }}'")
    assert "1 complaints: hotline dialplan check" in next(
        line for line in run("list").splitlines() if line.startswith("shop ")
    )


def test_without_dialogues_it_is_published_only_by_saying_so(folder):
    (folder / "shop.test.yaml").unlink()
    assert "--without-tests" in run("publish", "shop", code=1)
    run("publish", "shop", "--without-tests")
    assert json.loads(run("history", "shop", "--json"))[0]["tests"] == "without tests"


def test_complaints_keep_a_flow_from_being_published_even_without_tests(folder):
    (folder / "shop.yaml").write_text(FLOW + "- step: never\n  hangup:\n", encoding="utf-8")
    assert "'never' is never reached" in run("publish", "shop", "--without-tests", code=1)


def test_a_trial_a_roll_back_and_what_is_live_in_between(folder):
    run("publish", "shop")
    write(folder, "Goodbye now.")
    facts = json.loads(run("publish", folder / "shop.yaml", "--trial", 20, "--json"))
    assert (facts["share"], facts["running"]) == (20, False)
    assert "on trial for 20 %" in run("history", "shop")
    assert "<- on trial" in run("history", "shop")
    assert json.loads(run("rollback", "shop", "--json"))["trial"] == ""
    run("publish", "shop")
    first = json.loads(run("history", "shop", "--json"))[0]["version"]
    assert f"back to version {first}" in run("rollback", "shop", "--note", "too short")
    assert "too short" in run("history", "shop").splitlines()[-1]
    assert "no version before" in run("rollback", "shop", code=1)


def test_list_shows_the_version_that_is_live(folder):
    run("publish", "shop")
    (shop,) = [one for one in json.loads(run("list", "--json")) if one["name"] == "shop"]
    assert shop["published"] == shop["version"]
