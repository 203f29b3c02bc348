import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.agent import Agent, AgentPresence
from models.errors import CannotDo
from models.inspection import CallScore, Finding
from models.queue_caller import QueueCaller
from quality import publishing, rescoring
from quality.evidence import Compared, by_words_alone
from quality.inspected import inspected, inspected_lines
from quality.inspector import Inspector
from quality.jobs import LEASE, MOST_TRIES, Jobs
from quality.reading import ScorecardRefused, loads
from tests.unit.quality.conftest import NOW, row

CARD = """
scorecard: manners
languages: [en]
rules:
  - {rule: rude, must_not: {says: {who: agent, phrases: {en: [idiot]}}}}
  - {rule: bye, must: {says: {who: ours, phrases: {en: [bye]}}}}
"""


def _inspector(records, tmp_path: Path, now=NOW) -> Inspector:
    return Inspector(records.engine, tmp_path, None, by_words_alone, now=lambda: now)


def _publish(records, text: str = CARD, now=NOW):
    with records.engine.begin() as connection:
        return publishing.publish(connection, text, "manners.yaml", "", now)


def _found(records, call: str, **how):
    with records.engine.connect() as connection:
        return inspected(connection, call, **how)


def test_a_call_that_is_over_is_scored_by_what_is_in_force(records, tmp_path):
    records.call("c1", ("agent", "You idiot."), ("caller", "Hm."), ("agent", "Bye."))
    card = _publish(records)
    told = []
    assert _inspector(records, tmp_path).run(lambda call, words: told.append((call, words.split(" (")[0]))) == 1
    assert told == [("c1", "manners 50")]
    found = _found(records, "c1")
    (score,) = found["scores"]
    assert (score["score"], score["version"], found["state"], found["listened"]) == (50.0, card.version, "done", False)
    broken = {one["rule"]: one for one in score["findings"]}["rude"]
    assert (broken["outcome"], broken["evidence"][0]["words"], broken["evidence"][0]["turn"]) == ("broken", "idiot", 1)
    assert any("idiot" in line for line in inspected_lines(found))


def test_no_call_is_inspected_twice_or_before_it_is_over(records, tmp_path):
    records.call("c1", ("agent", "Bye."))
    records.call("c2", ("agent", "Bye."), state="answered")
    records.call("c3", answered_at=None)
    _publish(records)
    inspector = _inspector(records, tmp_path)
    assert [inspector.run(), inspector.run()] == [1, 0]
    assert inspector.jobs.counts() == {"waiting": 0, "taken": 0, "done": 1, "given-up": 0}


def _killed() -> str:
    """Return whom the database names where an inspector of this host was killed."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process.kill()
    process.wait()
    return f"{socket.gethostname()}/{process.pid}"


def test_the_call_of_one_that_was_killed_is_inspected_at_once_by_whoever_inspects_on_its_host(records, tmp_path):
    records.call("c1", ("agent", "Bye."))
    _publish(records)
    dead = Jobs(records.engine, _killed())
    dead.take_up(NOW, NOW)
    assert dead.take(NOW) == "c1"
    inspector = _inspector(records, tmp_path)
    assert inspector.run() == 1
    assert inspector.jobs.counts() == {"waiting": 0, "taken": 0, "done": 1, "given-up": 0}
    assert len(_found(records, "c1")["scores"]) == 1


def test_a_call_that_kills_whoever_inspects_it_is_given_up_too(records, tmp_path):
    records.call("c1", ("agent", "Bye."))
    dead = Jobs(records.engine, _killed())
    dead.take_up(NOW, NOW)
    for _ in range(MOST_TRIES):
        assert dead.take(NOW) == "c1"
        Jobs(records.engine, "x/1").take_from_the_dead(NOW)
    assert _inspector(records, tmp_path).run() == 0
    assert dead.counts() == {"waiting": 0, "taken": 0, "done": 0, "given-up": 1}


def test_calls_without_a_scorecard_for_them_are_inspected_all_the_same(records, tmp_path):
    records.call("c1", ("agent", "Bye."))
    _inspector(records, tmp_path).run()
    found = _found(records, "c1")
    assert found["scores"] == []
    assert found["facts"]["seconds"] > 0


def test_the_newest_call_comes_first(records, tmp_path):
    for name, ago in (("a1", 900), ("a3", 30), ("a2", 300)):
        records.call(name, ("agent", "Bye."), seconds_ago=ago)
    told = []
    _inspector(records, tmp_path).run(lambda call, words: told.append(call))
    assert told == ["a3", "a2", "a1"]


def test_personal_data_are_masked_unless_the_original_is_wanted(records, tmp_path):
    records.call("c1", ("caller", "My card is 4111 1111 1111 1111."), ("agent", "You idiot."))
    _publish(records)
    _inspector(records, tmp_path).run()
    assert _found(records, "c1")["turns"][0]["text"] == "My card is [card]."
    assert _found(records, "c1", original=True)["turns"][0]["text"] == "My card is 4111 1111 1111 1111."


def test_words_of_evidence_do_not_show_what_the_turn_hides(records, tmp_path):
    records.call("c1", ("agent", "You idiot, it is 4111 1111 1111 1111."))
    _publish(records)
    _inspector(records, tmp_path).run()
    shown = {one["rule"]: one["evidence"] for one in _found(records, "c1")["scores"][0]["findings"]}
    assert [one["words"] for one in shown["rude"]] == ["[…]"]


def test_a_call_whose_inspector_died_is_taken_by_another_when_the_lease_is_over(records):
    records.call("c1")
    first, second = Jobs(records.engine, "host/1"), Jobs(records.engine, "host/2")
    first.take_up(NOW, NOW)
    assert first.take(NOW) == "c1"
    assert second.take(NOW + LEASE / 2) is None
    assert second.take(NOW + LEASE + timedelta(seconds=1)) == "c1"
    with records.engine.begin() as connection:
        assert not first.finish(connection, "c1", NOW, {})
        assert second.finish(connection, "c1", NOW, {})


def test_two_inspectors_never_have_the_same_call(records):
    for name in "abcdef":
        records.call(name)
    inspectors = [Jobs(records.engine, f"host/{number}") for number in range(2)]
    inspectors[0].take_up(NOW, NOW)
    taken = [inspectors[turn % 2].take(NOW) for turn in range(7)]
    assert sorted(one for one in taken if one) == list("abcdef")
    assert taken[-1] is None


def test_what_fails_is_tried_again_and_given_up_with_its_reason(records):
    records.call("c1")
    jobs = Jobs(records.engine, "host/1")
    jobs.take_up(NOW, NOW)
    for _ in range(MOST_TRIES):
        assert jobs.take(NOW) == "c1"
        jobs.fail("c1", NOW, "the disk is gone")
    assert jobs.take(NOW) is None
    assert jobs.counts()["given-up"] == 1
    found = _found(records, "c1")
    assert (found["state"], found["note"]) == ("given-up", "the disk is gone")


def test_one_call_that_cannot_be_inspected_does_not_keep_the_others_from_it(records, tmp_path):
    records.call("c1", ("agent", "Bye."))
    records.call("c2", ("agent", "Bye."))

    @Compared
    def broken(said, examples, language):
        raise RuntimeError("nobody thought of that")

    _publish(records, CARD.replace("phrases: {en: [bye]}", "meaning: {en: [bye]}"))
    inspector = Inspector(records.engine, tmp_path, None, broken, now=lambda: NOW)
    inspector.run()
    assert inspector.jobs.counts()["given-up"] == 2
    assert "RuntimeError: nobody thought of that" in _found(records, "c1")["note"]


def test_old_scores_keep_their_version(records, tmp_path):
    records.call("c1", ("agent", "You idiot."))
    old = _publish(records)
    _inspector(records, tmp_path).run()
    new = _publish(records, CARD + "  - {rule: hello, must: {says: {who: ours, phrases: {en: [hello]}}}}\n")
    records.call("c2", ("agent", "You idiot."), seconds_ago=20)
    _inspector(records, tmp_path).run()
    versions = {call: _found(records, call)["scores"][0]["version"] for call in ("c1", "c2")}
    assert versions == {"c1": old.version, "c2": new.version}
    with records.engine.connect() as connection:
        assert [one["in_force"] for one in publishing.history(connection, "manners")].count(True) == 1
        assert connection.scalar(select(func.count()).select_from(Finding)) == 5


def test_a_version_that_comes_back_is_in_force_again_and_kept_once(records):
    first = _publish(records)
    _publish(records, CARD.replace("manners", "manners\ngood_from: 50"))
    _publish(records)
    with records.engine.connect() as connection:
        assert [card.version for card in publishing.in_force(connection)] == [first.version]
        assert len(publishing.history(connection)) == 2


def test_what_is_withdrawn_scores_nothing_more(records, tmp_path):
    records.call("c1", ("agent", "You idiot."))
    _publish(records)
    with records.engine.begin() as connection:
        publishing.withdraw(connection, "manners", NOW)
        with pytest.raises(CannotDo, match="No scorecard 'manners' is in force"):
            publishing.withdraw(connection, "manners", NOW)
    _inspector(records, tmp_path).run()
    with records.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(CallScore)) == 0


def test_what_cannot_be_read_is_not_published(records):
    with pytest.raises(ScorecardRefused):
        _publish(records, "scorecard: s")
    with records.engine.connect() as connection:
        assert publishing.history(connection) == []


def test_a_missing_recording_is_said_and_the_live_text_is_scored(records, tmp_path):
    records.call("c1", ("agent", "Bye."))
    _publish(records)
    inspector = Inspector(records.engine, tmp_path, object(), by_words_alone, now=lambda: NOW)  # type: ignore[arg-type]
    inspector.run()
    found = _found(records, "c1")
    assert (found["state"], found["listened"], found["scores"][0]["score"]) == ("done", False, 100.0)
    assert "has no recording; what was understood while it ran is all there is" in found["note"]


def test_a_call_that_is_not_inspected_yet_is_a_sentence(records):
    records.call("c1")
    with pytest.raises(CannotDo, match="Call c1 is not known to inspection; `hotline quality inspect`"):
        _found(records, "c1")


def test_a_trial_says_what_a_scorecard_would_find_and_keeps_nothing(records, tmp_path):
    records.call("c1", ("agent", "You idiot."), ("agent", "Bye."))
    records.call("c2", ("agent", "Bye."))
    records.call("c3", ("agent", "Hello."), seconds_ago=9000)
    _inspector(records, tmp_path).run()
    with records.engine.connect() as connection:
        found = rescoring.trial(connection, loads(CARD), by_words_alone, None, 100)
        recent = rescoring.trial(connection, loads(CARD), by_words_alone, NOW - timedelta(hours=1), 100)
        assert connection.scalar(select(func.count()).select_from(CallScore)) == 0
    assert (found.calls, found.mean, found.good) == (3, 66.7, 1)
    assert found.rules["rude"] == {"kept": 2, "broken": 1}
    assert found.examples == {"rude": ("c1",), "bye": ("c3",)}
    assert recent.calls == 2


def test_scoring_anew_adds_a_score_and_the_newest_counts(records, tmp_path):
    records.call("c1", ("agent", "You idiot."))
    _publish(records)
    _inspector(records, tmp_path).run()
    card = _publish(records, CARD.replace("[idiot]", "[fool]"))
    assert rescoring.rescore(records.engine, card, by_words_alone, None, 100, NOW) == 1
    (score,) = _found(records, "c1")["scores"]
    assert (score["version"], score["score"]) == (card.version, 50.0)
    with records.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(CallScore)) == 2


def test_a_call_that_ended_a_moment_ago_waits_until_its_last_notes_are_written(records, tmp_path):
    records.call("c1", ("agent", "Bye."), ended_at=NOW - timedelta(seconds=1))
    inspector = _inspector(records, tmp_path)
    assert inspector.run() == 0
    assert _inspector(records, tmp_path, NOW + timedelta(seconds=10)).run() == 1


def test_a_call_that_is_kept_is_nobody_else_s_however_long_it_takes(records):
    records.call("c1")
    first, second = Jobs(records.engine, "host/1"), Jobs(records.engine, "host/2")
    first.take_up(NOW, NOW)
    assert first.take(NOW) == "c1"
    first.keep("c1", NOW + LEASE / 2)
    assert second.take(NOW + LEASE * 1.2) is None
    second.keep("c1", NOW + LEASE * 9)
    assert second.take(NOW + LEASE * 1.6) == "c1"


def test_a_call_over_which_inspectors_die_is_given_up(records):
    records.call("c1")
    jobs = Jobs(records.engine, "host/1")
    jobs.take_up(NOW, NOW)
    for turn in range(MOST_TRIES):
        assert jobs.take(NOW + 2 * turn * LEASE) == "c1"
    assert jobs.take(NOW + 2 * MOST_TRIES * LEASE) is None
    assert jobs.counts()["given-up"] == 1


def test_a_scorecard_is_for_the_day_of_the_call_not_of_its_inspection(records, tmp_path):
    records.call("c1", ("agent", "Bye."), seconds_ago=30 * 86400)
    _publish(records, CARD.replace("rules:", "applies: {since: 2026-11-01}\nrules:"))
    _inspector(records, tmp_path).run()
    assert _found(records, "c1")["scores"] == []


@pytest.mark.parametrize(("state", "ago", "inspected"), [("wrap-up", 40, 0), ("ready", 40, 1), ("wrap-up", 600, 1)])
def test_a_call_waits_a_while_for_its_agents_wrap_up(records, tmp_path, state, ago, inspected):
    records.call("c1", ("agent", "Bye."), seconds_ago=ago)
    began = NOW - timedelta(seconds=ago)
    stay = {"id": "s1", "call_id": "c1", "agent": "201", "joined_at": began, "answered_at": began, "ended_at": NOW}
    with records.engine.begin() as connection:
        connection.execute(row(Agent, id="a1", extension="201"))
        connection.execute(row(AgentPresence, agent_id="a1", state=state, since=NOW))
        connection.execute(row(QueueCaller, **stay))
    assert _inspector(records, tmp_path).run() == inspected
