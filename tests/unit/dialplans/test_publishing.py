import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialplans import conditions, sounds
from dialplans.answers import understanding_of
from dialplans.complaint import FlowRefused
from dialplans.loader import load
from dialplans.publishing import Live, Publications, entry_of, sources
from dialplans.routing import routing
from models.errors import CannotDo, OperatorFault
from models.settings import DialplanSettings, RouteSettings

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FLOW = "languages: [en, zh]\nsteps:\n- step: a\n  hangup: {en: TEXT, zh: 再见}\n"
INTENTS = """
languages: [en, zh]
intents:
  hours: {examples: {en: [when are you open, opening hours], zh: [几点开门, 营业时间]}}
  place: {examples: {en: [where are you, what is your address], zh: [你们在哪里, 地址是什么]}}
steps:
- step: a
  ask: {en: "Yes?", zh: 请说。}
  intents: {hours: b, place: b}
  otherwise: b
- step: b
  hangup:
"""


def entry(note=""):
    return entry_of("ann", note, "without tests", NOW)


def publish(published, folder, text, share=100.0, name="shop", flow=FLOW):
    (folder / f"{name}.yaml").write_text(flow.replace("TEXT", text), encoding="utf-8")
    version = published.keep(folder / f"{name}.yaml")
    published.publish(name, version, entry(), share)
    return version


def said(flow):
    return next(flow.steps["a"].says())["en"]


@pytest.fixture
def published(tmp_path):
    return Publications(tmp_path / "data")


def test_a_version_is_kept_for_good_and_is_what_new_calls_get(published, tmp_path):
    first = publish(published, tmp_path, "One.")
    second = publish(published, tmp_path, "Two.")
    (tmp_path / "shop.yaml").unlink()
    assert published.live("shop") == Live(second)
    assert said(published.load("shop", second)) == "Two."
    assert said(published.load("shop", first)) == "One."
    assert published.versions("shop") == sorted([first, second])


JINGLE = 'languages: [en, zh]\nsteps:\n- step: a\n  play: {en: jingle.wav, zh: "music/{{ kind }}.wav"}\n'


def test_a_version_goes_on_that_a_newer_program_complains_of_and_the_log_says_where(
    published, tmp_path, monkeypatch, caplog
):
    asks = "steps:\n- step: a\n  branch:\n  - {when: caller, equals: 4420, goto: a}\n- step: b\n  hangup: {en: Two.}\n"
    with monkeypatch.context() as before:
        before.setattr(conditions, "NUMBERS", ())
        version = publish(published, tmp_path, "", flow=asks)
    with pytest.raises(FlowRefused, match="A plus before 4420 is lost"):
        load(tmp_path / "shop.yaml")
    assert list(published.load("shop", version).steps) == ["a", "b"]
    assert f"shop.yaml@{version}:4:28: A plus before 4420 is lost" in caplog.text
    assert "It was published before that was looked at" in caplog.text


def test_a_version_keeps_what_it_plays_also_when_it_is_rolled_back_to(published, tmp_path):
    (tmp_path / "music").mkdir()
    for name in ("jingle.wav", "music/soft.wav", "music/notes.txt"):
        (tmp_path / name).write_bytes(b"old")
    first = publish(published, tmp_path, "", flow=JINGLE)
    (tmp_path / "jingle.wav").write_bytes(b"new")
    second = publish(published, tmp_path, "", flow=JINGLE)
    for name in ("jingle.wav", "music/soft.wav"):
        (tmp_path / name).unlink()
    assert published.roll_back("shop", "", entry()) == Live(first) != Live(second)
    folder = Path(published.load("shop", first).steps["a"].folder)
    assert {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.[wt][ax][vt]")} == {
        "jingle.wav": b"old", "music/soft.wav": b"old"
    }  # fmt: skip
    assert Path(published.load("shop", second).steps["a"].folder, "jingle.wav").read_bytes() == b"new"


PLAYED_BACK = """
languages: [en, zh]
steps:
- step: a
  play: {en: jingle.wav, zh: jingle.wav}
- step: b
  record: message
  say: {en: Speak., zh: 请讲。}
- step: c
  play: {en: "{{ message }}", zh: "{{ message }}"}
- step: d
  hangup:
"""


def test_a_version_goes_on_that_was_named_when_a_recording_played_back_counted_as_any_sound(published, tmp_path):
    version = hashlib.sha256(PLAYED_BACK.encode() + b"sound" * 2).hexdigest()[:12]
    folder = tmp_path / "data" / "flows" / "shop" / "versions" / version
    folder.mkdir(parents=True)
    (folder / "shop.yaml").write_text(PLAYED_BACK, encoding="utf-8")
    (folder / "jingle.wav").write_bytes(b"sound")
    assert load(folder / "shop.yaml").version != version
    assert published.load("shop", version).version == version
    (folder / "jingle.wav").write_bytes(b"another")
    with pytest.raises(OperatorFault, match="was changed"):
        published.load("shop", version)


def test_so_does_one_whose_queue_takes_messages(published, tmp_path, monkeypatch):
    (tmp_path / "jingle.wav").write_bytes(b"sound")
    text = (
        "languages: [en, zh]\nsteps:\n- step: a\n  play: {en: jingle.wav, zh: jingle.wav}\n- step: b\n"
        "  voicemail: orders\n  unavailable: {en: Nobody is there., zh: 现在没有人。}\n- step: c\n  hangup:\n"
    )
    with monkeypatch.context() as before:
        before.setattr(sounds, "recordings", lambda steps: frozenset())
        version = publish(published, tmp_path, "", flow=text)
    assert load(tmp_path / "data" / "flows" / "shop" / "versions" / version / "shop.yaml").version != version
    assert published.load("shop", version).version == version


def test_a_version_whose_sound_was_changed_is_refused(published, tmp_path):
    (tmp_path / "jingle.wav").write_bytes(b"old")
    version = publish(published, tmp_path, "", flow=JINGLE)
    Path(published.load("shop", version).steps["a"].folder, "jingle.wav").write_bytes(b"spoilt")
    with pytest.raises(OperatorFault, match="was changed"):
        published.load("shop", version)


@pytest.mark.parametrize(
    ("name", "why"), [("jingle.wav", "Step 'a' plays 'jingle.wav'"), ("../up.wav", "'up.wav' is not in the folder")]
)
def test_what_would_not_be_kept_with_the_version_is_refused(published, tmp_path, name, why):
    (tmp_path / "up.wav").write_bytes(b"sound")
    (tmp_path / "flows").mkdir()
    with pytest.raises(CannotDo, match=why):
        publish(published, tmp_path / "flows", "", flow=f"steps:\n- step: a\n  play: {name}\n")
    assert published.versions("shop") == []


def test_a_file_that_is_named_from_the_root_stays_where_it_is(published, tmp_path):
    version = publish(published, tmp_path, "", flow="steps:\n- step: a\n  play: /sounds/jingle.wav\n")
    assert published.load("shop", version).steps["a"].folder == ""


def test_the_same_text_is_the_same_version_and_no_second_line_of_the_history(published, tmp_path):
    assert publish(published, tmp_path, "One.") == publish(published, tmp_path, "One.")
    assert len(published.history("shop")) == 1


def test_what_was_never_published_is_not_live_and_has_no_history(published):
    assert (published.live("shop"), published.history("shop"), published.names()) == (Live(), [], [])


def test_rolling_back_goes_one_version_back_each_time(published, tmp_path):
    first, second, third = (publish(published, tmp_path, text) for text in ("One.", "Two.", "Three."))
    assert published.roll_back("shop", "", entry()).version == second
    assert published.roll_back("shop", "", entry()).version == first
    with pytest.raises(CannotDo, match=f"no version before {first}"):
        published.roll_back("shop", "", entry())
    assert published.roll_back("shop", third[:6], entry("after all")).version == third
    assert [one.did for one in published.history("shop")] == ["published"] * 3 + ["rolled back"] * 3
    assert published.history("shop")[-1].note == "after all"


def test_a_version_that_there_is_not_is_named_with_those_that_there_are(published, tmp_path):
    version = publish(published, tmp_path, "One.")
    with pytest.raises(CannotDo, match=f"has no version 'xyz'; write {version} instead"):
        published.roll_back("shop", "xyz", entry())


def test_a_trial_leaves_the_live_version_and_ends_by_publishing_or_rolling_back(published, tmp_path):
    first = publish(published, tmp_path, "One.")
    second = publish(published, tmp_path, "Two.", share=20)
    assert published.live("shop") == Live(first, second, 20)
    assert published.roll_back("shop", "", entry()) == Live(first)
    publish(published, tmp_path, "Two.", share=20)
    publish(published, tmp_path, "Two.")
    assert published.live("shop") == Live(second)
    assert [one.did for one in published.history("shop")] == [
        "published", "on trial", "trial ended", "on trial", "published",
    ]  # fmt: skip


def test_routes_lead_to_what_is_published_and_a_trial_is_for_the_same_callers_each_time(published, tmp_path):
    settings = DialplanSettings(directory=tmp_path, routes=[RouteSettings(flow="shop")])
    publish(published, tmp_path, "One.")
    publish(published, tmp_path, "Two.", share=30)
    (tmp_path / "shop.yaml").unlink()
    routes = routing(settings, published)
    heard = [said(routes.destination("1", str(caller), NOW).flow) for caller in range(1000)]
    assert 250 < heard.count("Two.") < 350
    assert heard == [said(routes.destination("1", str(caller), NOW).flow) for caller in range(1000)]
    # Who withholds the number can't be known again: each call has its own lot, not all the same.
    withheld = [said(routes.destination("1", "anonymous", NOW).flow) for _ in range(1000)]
    assert 200 < withheld.count("Two.") < 400
    routes.replace("shop", published.load("shop", published.live("shop").trial))
    assert {said(routes.destination("1", str(caller), NOW).flow) for caller in range(1000)} == {"Two."}


def test_a_flow_with_all_that_it_imports_and_runs_is_one_version(published, tmp_path):
    (tmp_path / "common.yaml").write_text("slots: {order: {type: digits, digits: 6}}\n", encoding="utf-8")
    (tmp_path / "sub.yaml").write_text(FLOW.replace("TEXT", "Sub."), encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(
        "languages: [en, zh]\nimport: [common.yaml]\nflows: {own: {steps: [{step: x, return: }]}}\nsteps:\n"
        "- step: a\n  run: sub\n- step: b\n  run: own\n- step: c\n  hangup:\n",
        encoding="utf-8",
    )
    assert set(sources(tmp_path / "shop.yaml")) == {"shop.yaml", "common.yaml", "sub.yaml"}
    first = published.keep(tmp_path / "shop.yaml")
    (tmp_path / "sub.yaml").write_text(FLOW.replace("TEXT", "Changed."), encoding="utf-8")
    second = published.keep(tmp_path / "shop.yaml")
    assert first != second
    assert said(published.load("shop", first).flows["sub"]) == "Sub."
    assert "order" in published.load("shop", first).slots


def test_what_takes_its_messages_is_part_of_the_version_and_ones_own_is_taken_instead(published, tmp_path):
    flow = "flow: shop\nlanguages: [en]\nsteps:\n  - step: m\n    voicemail: shop\n    unavailable: Nobody.\n"
    (tmp_path / "shop.yaml").write_text(flow)
    first = published.keep(tmp_path / "shop.yaml")
    assert list(published.load("shop", first).flows) == ["leave_message"]
    own = (
        "flow: leave_message\nlanguages: [en]\nvariables: [queue, opens]\nsteps:\n  - step: end\n    hangup: Our own.\n"
    )
    (tmp_path / "leave_message.yaml").write_text(own)
    second = published.keep(tmp_path / "shop.yaml")
    assert second != first
    assert list(published.load("shop", second).flows["leave_message"].steps) == ["end"]
    assert len(published.load("shop", first).flows["leave_message"].steps) > 1, "what was published stays as it was"


def test_what_its_intents_sound_like_is_kept_with_it_and_understands_the_same(published, tmp_path):
    (tmp_path / "shop.yaml").write_text(INTENTS, encoding="utf-8")
    version = published.keep(tmp_path / "shop.yaml")
    flow = published.load("shop", version)
    assert set(flow.trained) == {"en", "zh"}
    for language, words in (("en", "at what time do you open"), ("zh", "你们什么时候营业")):
        assert understanding_of(flow, language).of(words).intent == "hours"


def test_a_bad_flow_leaves_nothing_behind(published, tmp_path):
    (tmp_path / "shop.yaml").write_text("steps: nonsense\n", encoding="utf-8")
    with pytest.raises(FlowRefused):
        published.keep(tmp_path / "shop.yaml")
    assert list((tmp_path / "data" / "flows" / "shop" / "versions").iterdir()) == []


def test_a_version_that_was_changed_or_deleted_by_hand_is_refused(published, tmp_path):
    version = publish(published, tmp_path, "One.")
    path = tmp_path / "data" / "flows" / "shop" / "versions" / version / "shop.yaml"
    path.write_text(FLOW.replace("TEXT", "Other."), encoding="utf-8")
    with pytest.raises(OperatorFault, match="was changed in"):
        published.load("shop", version)
    path.unlink()
    with pytest.raises(OperatorFault, match="publish its file anew"):
        published.load("shop", version)


def test_a_damaged_pointer_is_a_sentence(published, tmp_path):
    publish(published, tmp_path, "One.")
    (tmp_path / "data" / "flows" / "shop" / "live.json").write_text("{", encoding="utf-8")
    with pytest.raises(OperatorFault, match="publish flow 'shop' anew"):
        published.live("shop")


def test_a_folder_that_cant_be_written_is_a_sentence(tmp_path):
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(FLOW, encoding="utf-8")
    with pytest.raises(OperatorFault, match="set \\[data\\] directory"):
        Publications(tmp_path / "data").keep(tmp_path / "shop.yaml")


def test_commands_at_the_same_time_lose_no_line(published, tmp_path):
    version = publish(published, tmp_path, "One.")
    other = publish(published, tmp_path, "Two.")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: published.roll_back("shop", (version, other)[n % 2], entry(str(n))), range(24)))
    lines = (tmp_path / "data" / "flows" / "shop" / "history.jsonl").read_text(encoding="utf-8").splitlines()
    assert len([json.loads(line) for line in lines]) == 26
    assert published.live("shop").version == published.history("shop")[-1].version
