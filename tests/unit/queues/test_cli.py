"""`hotline agents` and `hotline queues`: what they print, what they write, and how they refuse."""

import json
import shutil
import socket
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.command import app
from models.control_protocol import Done, SetAgentState, TakeUpQueues, socket_path
from queues import editing

PLAN = """
calendars:
  always: {hours: {mon-sun: "00:00-24:00"}}
agents:
  - {extension: "201", name: 张安娜, password: geheim, languages: [zh], skills: {billing: 8}, team: day}
  - {extension: "202", name: Bo, address: "sip:202@192.0.2.9", languages: [en], skills: {billing: 3, tech: 9}}
queues:
  billing: {needs: {billing: 5}, hours: always, overflow: [{when: full, to: "queue:tech"}]}
  tech: {needs: {tech: 1}}
"""


class Command:
    """The command line on a data directory of its own, with a migrated database."""

    def __init__(self, directory: Path, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        monkeypatch.setenv("HOTLINE_DATA__DIRECTORY", str(directory))
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.chdir(directory)
        shutil.copy(empty, directory / "hotline.sqlite")

    def __call__(self, line: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, line.split())
        assert result.exit_code == code, result.output
        return result.output

    def json(self, line: str):
        result = CliRunner().invoke(app, [*line.split(), "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def write(self, name: str, text: str) -> str:
        (self.directory / name).write_text(text, "utf-8")
        return name


@pytest.fixture
def hotline(tmp_path, empty, monkeypatch):
    return Command(tmp_path, empty, monkeypatch)


@pytest.fixture
def planned(hotline):
    hotline(f"queues apply {hotline.write('plan.yaml', PLAN)}")
    return hotline


def test_a_plan_is_applied_once_and_the_same_again_changes_nothing(hotline):
    plan = hotline.write("plan.yaml", PLAN)
    said = hotline(f"queues apply {plan}")
    assert said.splitlines() == [
        "agent 201 added",
        "agent 202 added",
        "queue billing added",
        "queue tech added",
        "calendar always added",
        "No server runs; it counts from the next start on.",
    ]
    assert hotline(f"queues apply {plan}") == "Nothing changed.\n"
    assert hotline.json(f"queues apply {plan}") == {"changes": [], "live": None}


def test_a_dry_run_says_what_would_change_and_changes_nothing(hotline):
    said = hotline(f"queues apply {hotline.write('plan.yaml', PLAN)} --dry-run")
    assert "queue billing added" in said
    assert "Nothing was written." in said
    assert hotline.json("queues list") == []


def test_a_wrong_plan_is_refused_with_file_line_and_remedy_and_nothing_of_it_is_taken(hotline):
    plan = hotline.write("plan.yaml", PLAN.replace("billing: 8", "billing: 11"))
    said = hotline(f"queues apply {plan}", code=1)
    assert said == "plan.yaml, line 5: Agent 201 has level 11 for the skill 'billing'; levels go from 1 to 10, best.\n"
    plan = hotline.write(
        "plan.yaml", PLAN.replace("tech: {needs", "tech: {overflow: [{when: full, to: 'queue:billing'}], needs")
    )
    assert "line 8: Queue 'billing' overflows in a circle (billing -> tech -> billing)" in hotline(
        f"queues apply {plan}", 1
    )
    assert hotline.json("agents list") == []


def test_agents_are_listed_with_what_they_do(planned):
    assert "张安娜" in planned("agents list")
    agents = planned.json("agents list")
    assert [(one["extension"], one["state"], one["password"]) for one in agents] == [
        ("201", "offline", True),
        ("202", "offline", False),
    ]
    assert [one["extension"] for one in planned.json("agents list --team day")] == ["201"]
    assert planned.json("agents list --state ready") == []
    assert planned.json("agents show 201")["skills"] == {"billing": 8}
    assert "geheim" not in planned("agents show 201")


def test_whoever_should_be_ready_now_is_shown_so(planned):
    shifts = 'shifts: [{agent: "202", days: mon-sun, hours: "00:00-24:00"}]'
    planned(f"queues apply {planned.write('shifts.yaml', shifts)}")
    assert [(one["extension"], one["on_shift"]) for one in planned.json("agents list")] == [
        ("201", False),
        ("202", True),
    ]
    assert planned("agents list").splitlines()[2].split()[-1] == "now"


def test_an_agent_is_added_changed_and_removed(planned):
    planned("agents add 203 --name 老王 --password env:NONE --skill tech=4", code=1)
    planned("agents add 203 --name 老王 --password x --skill tech=4 --language zh --language en")
    planned("agents change 203 --skill tech=5 --disable")
    agent = planned.json("agents show 203")
    assert (agent["name"], agent["skills"], agent["languages"], agent["enabled"]) == (
        "老王",
        {"tech": 5},
        ["zh", "en"],
        False,
    )
    assert planned("agents state 203 ready", 1).startswith(
        "Agent 203 is disabled; run hotline agents change 203 --enable"
    )
    assert "agent 203 removed" in planned("agents remove 203")
    assert planned("agents show 203", 1).startswith("There is no agent '203'; write '20")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("agents add 201 --password x", "There is the agent 201 already; change it with hotline agents change 201."),
        ("agents add 203", "Agent 203 has neither a password nor an address on your PBX; write one of them."),
        ("agents add 203 --password x --skill tech=11", "Agent 203 has level 11 for the skill 'tech'; levels go from"),
        ("agents add 203 --password x --skill tech=high", "Agent 203 has level 'high' for the skill 'tech'; levels go"),
        ("agents change 209 --team x", "There is no agent '209'; write '20"),
        ("agents state 201 redy", "There is no state 'redy'; write 'ready' instead."),
        ("queues add billing", "There is the queue billing already; change it with hotline queues change billing."),
        ("queues add more --skill teck=3", "Queue 'more' needs the unknown skill 'teck'; write 'tech' instead."),
        ("queues change tech --overflow full=queue:billing", "Queue 'billing' overflows in a circle (billing -> tech"),
        ("queues change tech --hours office", "Queue 'tech' has the unknown calendar 'office' as hours; write always"),
        ("queues change tech --set sise=3", "Queue 'tech' has an unknown key 'sise'; write 'size' instead."),
        ("queues remove tech", "Queue 'billing' overflows to 'tech'; lead it elsewhere before you remove 'tech'."),
        ("queues test bills", "There is no queue 'bills'; write 'billing' instead."),
        ("queues apply none.toml", "none.toml can't be read (No such file or directory); check the path."),
        ("agents import none.csv", "none.csv can't be read (No such file or directory); check its name and rights."),
    ],
)
def test_what_can_not_be_is_one_sentence_with_its_remedy(planned, line, says):
    assert planned(line, code=1).startswith(says)


@pytest.mark.parametrize("line", ["queues change tech --overflow full", "queues change tech --set size"])
def test_what_can_not_be_read_is_wrong_usage(planned, line):
    planned(line, code=2)


def test_a_queue_is_changed_key_by_key(planned):
    planned(
        "queues change tech --size 5 --ring 15 --strategy ability --set any_language_after_s=60 --set way_out_key=0"
    )
    queue = planned.json("queues show tech")
    assert (queue["size"], queue["ring_s"], queue["strategy"]) == (5, 15, "ability")
    assert (queue["any_language_after_s"], queue["way_out_key"], queue["version"]) == (60, "0", 2)
    assert queue["needs"][0]["skill"] == "tech"
    assert queue["agents"] == ["202"]


CSV = "分机,姓名,密码,语言,技能,并发\n201,安娜,,zh en,billing=9,2\n204,小李,pw4,zh,billing=4 tech=2,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_agents_come_from_a_table_in_the_encodings_of_offices(planned, encoding):
    (planned.directory / "agents.csv").write_bytes(CSV.encode(encoding))
    said = planned("agents import agents.csv")
    assert "agent 204 added" in said
    agents = {one["extension"]: one for one in planned.json("agents list")}
    anna, li = agents["201"], agents["204"]
    assert (anna["name"], anna["languages"], anna["skills"], anna["capacity"]) == (
        "安娜",
        ["zh", "en"],
        {"billing": 9},
        2,
    )
    assert (anna["team"], anna["password"]) == ("day", True), "what the table leaves out stays"
    assert (li["name"], li["skills"], li["capacity"], li["password"]) == ("小李", {"billing": 4, "tech": 2}, 1, True)
    assert planned("agents import agents.csv") == "Nothing changed.\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("extension;name;skills\n205;A;billing=11\n", "agents.csv, line 2: Agent 205 has level 11 for the skill"),
        (
            "extension,password\n205,x\n205,y\n",
            "agents.csv, line 3: Agent 205 is there twice (first: agents.csv,",
        ),
        ("extension,password,capacity\n205,x,many\n", "agents.csv, line 2: Agent 205 has 'many' as capacity"),
        ("extension,pasword\n205,x\n", "agents.csv has an unknown column 'pasword'; write 'password' instead."),
        ("name\nA\n", "agents.csv has no column extension (分机); write headings in its first line."),
        (
            "extension,enabled\n201,maybe\n",
            "agents.csv, line 2: Agent 201 has 'maybe' as enabled; write true",
        ),
    ],
)
def test_a_wrong_table_is_refused_whole_with_its_line(planned, text, says):
    planned.write("agents.csv", text)
    assert planned("agents import agents.csv", 1).startswith(says)
    assert len(planned.json("agents list")) == 2


def test_a_wish_without_a_server_is_kept_for_the_next_start(planned):
    said = planned("agents state 201 paused --reason 培训")
    assert said == "No server runs. Agent 201 is paused as soon as the phone can be reached.\n"
    agent = planned.json("agents state 201")
    assert (agent["state"], agent["returns_to"]) == ("offline", "paused")
    assert planned.json("agents show 201")["changes"][0]["by"] == "command"
    assert planned.json("agents state 201 offline")["state"] == "offline"
    assert planned.json("agents state 201")["returns_to"] == ""


def test_a_running_server_is_told_and_its_answer_shown(planned, monkeypatch):
    orders = []

    def ask(directory, order, seconds):
        orders.append(order)
        yield Done("live: 2 agents, 2 queues" if isinstance(order, TakeUpQueues) else "Agent 201 is ready.", {"x": 1})

    monkeypatch.setattr(editing, "ask", ask)
    assert "live: 2 agents, 2 queues" in planned("agents change 201 --team night")
    assert planned.json("queues change tech --size 3")["live"] is True
    assert planned("agents state 201 ready") == "Agent 201 is ready.\n"
    assert [type(order) for order in orders] == [TakeUpQueues, TakeUpQueues, SetAgentState]
    assert planned("queues change tech --size 3") == "Nothing changed.\n"
    assert len(orders) == 3, "where nothing changed there is nothing to tell"


def test_a_server_that_hangs_leaves_the_change_in_the_database_and_says_so(planned, monkeypatch):
    monkeypatch.setattr("models.control_client.HELLO_SECONDS", 0.05)
    with socket.socket(socket.AF_UNIX) as door:
        path = socket_path(planned.directory)
        door.bind(str(path))
        door.listen()
        threading.Thread(target=door.accept, daemon=True).start()
        said = planned("agents change 201 --team night")
    assert "It is in the database; the running server didn't take it up: " in said
    assert planned.json("agents show 201")["team"] == "night"
