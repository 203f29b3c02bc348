"""Several servers on one database: each deletes its own files, and nobody says that another's are gone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from bench import long_call
from models.audit import Audit
from models.call import Call
from models.callback import Callback
from models.errors import CannotDo
from models.recording import Recording, masked_file
from models.retention_settings import RetentionSettings
from models.settings import DatabaseSettings, DataSettings, Settings
from models.turn import Turn
from quality.call_sounds import Shelf
from quality.doctor import examine
from quality.erasing import deletion, erase, not_found
from quality.inheritance import inherit
from quality.retention import Retention, counted

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECORDINGS = RetentionSettings(recordings_days=30)
BOTH = RetentionSettings(recordings_days=30, words_days=90)


@pytest.fixture
def nodes(tmp_path):
    """Data directories of two servers."""
    found = []
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "node").write_text(f"{name}\n")
        found.append(tmp_path / name)
    return found


@pytest.fixture
def call(either, nodes):
    """A call of 100 days ago on the north node, with its recording and the copy there; returns its id."""
    with either.begin() as connection:
        long_call.put_agent(connection)
        long_call.put_scorecard(connection)
        call_id = long_call.put(connection, nodes[0], "zh", 0.7)
        connection.execute(update(Call).values(started_at=NOW - timedelta(days=100), node="north"))
    masked_file(nodes[0] / "recordings" / f"{call_id}.wav").write_bytes(b"beeped")
    return call_id


def leave(either, call, path, callback="cb1", state="reached", **data):
    """Let the caller have left a message."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"to Zanzibar")
    with either.begin() as connection:
        connection.execute(
            insert(Callback).values(
                id=callback, state=state, number="+44123", line="", queue="q", agent="", language="zh", call_id=call,
                reason="voicemail", message=str(path), data=data, made_at=NOW, due_at=NOW, waiting_since=NOW, tries=1,
                most_tries=3, words="", ended_at=None,
            )
        )  # fmt: skip


def swept(either, directory, settings, now=NOW):
    job, count = Retention(either, directory, settings), 0
    while not job.through:
        count += job.step(now)
    return count


def record_of(either):
    with either.connect() as connection:
        return tuple(connection.execute(select(Recording.path, Recording.note)).one())


def message_of(either):
    with either.connect() as connection:
        return connection.scalar(select(Callback.message))


def trail(either):
    with either.connect() as connection:
        return connection.scalars(
            select(Audit.data).where(Audit.action.not_like("scorecard.%")).order_by(Audit.id)
        ).all()


def sounds(directory):
    return sorted(path.name for path in directory.rglob("*.wav"))


def test_another_server_s_recording_is_left_alone_by_age_and_its_own_deletes_it(either, nodes, call):
    north, south = nodes
    kept = record_of(either)
    assert swept(either, south, RECORDINGS) == 0
    with either.connect() as connection:
        assert counted(connection, RECORDINGS, NOW, Shelf(south)) == (0, 0)
        assert counted(connection, RECORDINGS, NOW, Shelf(north)) == (1, 0)
    assert (record_of(either), trail(either), len(sounds(north))) == (kept, [], 2)
    assert swept(either, north, RECORDINGS) == 1
    assert (deletion(record_of(either)[1]), sounds(north)) == (("by age", "2026-11-21"), [])


def test_a_directory_that_is_no_server_s_own_deletes_what_is_in_it_and_nothing_else(either, nodes, call):
    north, south = nodes
    for directory in nodes:
        (directory / "node").unlink()
    assert swept(either, south, RECORDINGS) == 0
    assert swept(either, north, RECORDINGS) == 1, "such as one that an inspector's host mounts"


def test_words_go_by_age_on_any_server_and_the_recording_on_its_own(either, nodes, call):
    north, south = nodes
    kept = record_of(either)
    assert swept(either, south, BOTH) == 1
    assert (record_of(either), len(sounds(north))) == (kept, 2)
    with either.connect() as connection:
        assert connection.scalar(select(Turn.text).where(Turn.text != "")) is None
    assert trail(either) == [{"files": [], "words": True, "missing": [f"{call}.wav"]}]
    assert swept(either, south, BOTH) == 0, "what it did is done"
    assert swept(either, north, BOTH) == 1
    assert (record_of(either)[0], sounds(north)) == ("", [])


def test_a_file_that_is_gone_from_its_own_server_is_noted_as_not_found_and_once(either, nodes, call):
    north, _ = nodes
    path, _ = record_of(either)
    for file in north.rglob("*.wav"):
        file.unlink()
    assert swept(either, north, RECORDINGS) == 1
    kept, note = record_of(either)
    assert (kept, not_found(note), deletion(note)) == (path, "2026-11-21", None)
    assert trail(either) == [{"files": [], "words": False, "missing": [f"{call}.wav"]}]
    assert swept(either, north, RECORDINGS) == 0
    (north / path).write_bytes(b"mounted again")
    assert swept(either, north, RECORDINGS) == 1
    assert (deletion(record_of(either)[1]), sounds(north)) == (("by age", "2026-11-21"), [])


def test_on_request_too_another_server_s_recording_is_not_said_to_be_gone(either, nodes, call):
    north, south = nodes
    kept = record_of(either)
    with either.begin() as connection, pytest.raises(CannotDo, match=rf"{call}\.wav .*node north"):
        erase(connection, call, south, NOW, by="command")
    with either.begin() as connection:
        done = erase(connection, call, south, NOW, by="command", words=True)
    assert (done.files, done.words, done.missing, done.elsewhere) == ((), True, (f"{call}.wav",), "north")
    assert (record_of(either), len(sounds(north))) == (kept, 2)
    with either.begin() as connection:
        assert erase(connection, call, north, NOW, by="command").missing == ()
    assert sounds(north) == []


def test_on_request_a_file_that_is_gone_is_said_and_keeps_its_path(either, nodes, call):
    north, _ = nodes
    path, _ = record_of(either)
    (north / path).unlink()
    with either.begin() as connection:
        done = erase(connection, call, north, NOW, by="command")
    assert (done.files, done.missing, done.elsewhere) == ((f"{call}.masked.wav",), (f"{call}.wav",), "")
    assert record_of(either) == (path, "not found on 2026-11-21, when it was to be deleted on request")


def test_messages_are_recordings_and_go_with_them_by_age(either, nodes, call):
    north, south = nodes
    leave(either, call, message := north / "recordings" / f"{call}-2-message.wav", text="to Zanzibar")
    (replaced := north / "recordings" / f"{call}-1-message.wav").write_bytes(b"said first")
    assert swept(either, south, RECORDINGS) == 0
    assert message_of(either) == str(message)
    assert swept(either, north, RECORDINGS) == 1
    assert (message_of(either), message.exists(), replaced.exists(), sounds(north)) == ("", False, False, [])
    (told,) = trail(either)
    assert (set(told["files"]) >= {message.name, replaced.name}, told["words"]) == (True, False)
    with either.connect() as connection:
        assert connection.scalar(select(Callback.data)) == {"text": "to Zanzibar"}, "its words have an age of their own"


@pytest.mark.parametrize("copied", [True, False])
def test_a_copy_of_an_installation_deletes_its_own_message_and_never_the_originals(either, nodes, call, copied):
    north, copy = nodes
    leave(either, call, message := north / "recordings" / f"{call}-1-message.wav")
    (copy / "node").write_text("north\n")
    (copy / "recordings").mkdir()
    if copied:
        (copy / "recordings" / message.name).write_bytes(b"to Zanzibar")
    assert swept(either, copy, RECORDINGS) == 1
    assert message.exists()
    assert sounds(copy) == []


def test_a_message_stays_while_somebody_is_still_to_be_called_back_for_it(either, nodes, call):
    north, _ = nodes
    leave(either, call, message := north / "recordings" / f"{call}-1-message.wav", state="scheduled")
    assert swept(either, north, RECORDINGS) == 1
    assert sounds(north) == [message.name]
    assert swept(either, north, RECORDINGS) == 0
    with either.begin() as connection:
        connection.execute(update(Callback).values(state="gave-up"))
    assert swept(either, north, RECORDINGS) == 1
    assert (sounds(north), message_of(either)) == ([], "")


@pytest.mark.parametrize("settings", [RECORDINGS, RetentionSettings(words_days=30)])
def test_a_message_of_a_call_that_has_nothing_else_goes_by_age(either, nodes, call, settings):
    north, _ = nodes
    with either.begin() as connection:
        erase(connection, call, north, NOW, by="command", words=True)
    leave(either, call, message := north / "recordings" / f"{call}-1-message.wav")
    assert swept(either, north, settings) == 1
    assert (message.exists(), message_of(either)) == (False, "")
    assert swept(either, north, settings) == 0


def test_what_was_understood_of_a_message_goes_by_age_where_nothing_else_was_said(either, nodes, call):
    north, _ = nodes
    with either.begin() as connection:
        erase(connection, call, north, NOW, by="command", words=True)
    leave(either, call, north / "recordings" / f"{call}-1-message.wav", text="to Zanzibar", seconds=3.0)
    assert swept(either, north, BOTH) == 1
    with either.connect() as connection:
        assert connection.scalar(select(Callback.data)) == {"seconds": 3.0}


def test_on_request_messages_stay_with_the_words(either, nodes, call):
    north, _ = nodes
    leave(either, call, message := north / "recordings" / f"{call}-1-message.wav")
    with either.begin() as connection:
        erase(connection, call, north, NOW, by="command")
    assert (sounds(north), message_of(either)) == ([message.name], str(message))
    with either.begin() as connection:
        assert erase(connection, call, north, NOW, by="command", words=True).files == (message.name,)
    assert sounds(north) == []


@pytest.mark.parametrize("path", ["../outside.wav", "recordings/\0.wav", f"recordings/{'x' * 300}.wav"])
def test_of_an_odd_path_words_and_messages_go_and_the_recording_counts_as_not_found(either, nodes, call, path, caplog):
    north, south = nodes
    (outside := north.parent / "outside.wav").write_bytes(b"somebody else's")
    leave(either, call, message := north / "recordings" / f"{call}-1-message.wav")
    if either.dialect.name == "postgresql":
        path = path.replace("\0", "../x")
    with either.begin() as connection:
        connection.execute(update(Recording).values(path=path))
    assert (swept(either, south, RECORDINGS), swept(either, south, BOTH), swept(either, south, BOTH)) == (0, 1, 0)
    assert message.exists(), "which is the other's"
    assert (swept(either, north, BOTH), swept(either, north, BOTH)) == (1, 0), "once, not daily for ever"
    assert (message.exists(), message_of(either), outside.exists()) == (False, "", True)
    kept, note = record_of(either)
    assert (kept, not_found(note)) == (path, "2026-11-21")
    with either.connect() as connection:
        assert connection.scalar(select(Turn.text).where(Turn.text != "")) is None
    warned = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert (
        "x" * 300 in path or [f"recording of call {call} is taken to be missing" in one for one in warned] == [True] * 2
    )


@pytest.mark.parametrize("state", ["scheduled", "queued", "calling"])
@pytest.mark.parametrize("settings", [BOTH, RetentionSettings(words_days=30)])
def test_while_somebody_is_to_be_called_back_the_recording_goes_at_its_age_and_the_words_after(
    either, nodes, call, settings, state
):
    north, _ = nodes
    leave(either, call, message := north / "recordings" / f"{call}-1-message.wav", state=state, text="to Zanzibar")
    assert swept(either, north, settings) == 1
    assert sounds(north) == [message.name]
    assert deletion(record_of(either)[1]) == ("by age", "2026-11-21")
    with either.connect() as connection:
        assert connection.scalar(select(Turn.text).where(Turn.text != "")) is not None
        assert counted(connection, settings, NOW, Shelf(north)) == (0, 0)
    url = either.url.render_as_string(hide_password=False)
    examined = Settings(data=DataSettings(directory=north), database=DatabaseSettings(url=url), retention=settings)
    assert [one.level for one in examine(examined, NOW)] == ["ok"], "nobody has to do anything about it"
    with either.begin() as connection:
        connection.execute(update(Callback).values(state="reached"))
    assert swept(either, north, settings) == 1
    assert (sounds(north), message_of(either)) == ([], "")
    with either.connect() as connection:
        assert connection.scalar(select(Turn.text).where(Turn.text != "")) is None


@pytest.mark.parametrize("began", [NOW - timedelta(days=100), datetime(2026, 8, 13, 0, 0, 1, tzinfo=UTC)])
@pytest.mark.parametrize(
    "note", ["deleted by age on 2026-09-01", "not found on 2026-09-01, when it was to be deleted by age"]
)
def test_parts_of_a_recording_that_went_before_go_too(either, nodes, call, note, began):
    north, south = nodes
    for file in north.rglob("*.wav"):
        file.unlink()
    path = "" if note.startswith("deleted") else f"recordings/2026/08/01/{call}.wav"
    with either.begin() as connection:
        connection.execute(update(Recording).values(path=path, note=note))
        connection.execute(update(Call).values(started_at=began))
    assert swept(either, north, RECORDINGS) == 0
    day = north / "recordings" / f"{began - timedelta(minutes=1):%Y/%m/%d}"
    leave(either, call, wanted := day / f"{call}-2-message.wav", state="scheduled")
    (part := day / f"{call}-1-address.wav").write_bytes(b"to Zanzibar")
    (other := day / f"{call}x-1-address.wav").write_bytes(b"another call's")
    assert swept(either, south, RECORDINGS) == 0
    with either.connect() as connection:
        assert counted(connection, RECORDINGS, NOW, Shelf(north)) == (1, 0)
    assert swept(either, north, RECORDINGS) == 1
    assert (part.exists(), wanted.exists(), other.exists()) == (False, True, True)
    assert record_of(either)[0] == path
    assert trail(either)[0]["files"] == [part.name]
    assert swept(either, north, RECORDINGS) == 0


def test_of_a_call_that_is_nobody_s_it_is_said_that_nobody_knows_and_how_it_is_made_this_server_s(either, nodes, call):
    _, south = nodes
    with either.begin() as connection:
        connection.execute(update(Call).values(node=""))
        with pytest.raises(CannotDo, match=r"nobody knows whose call it was; `hotline calls inherit ''`"):
            erase(connection, call, south, NOW, by="command")
        assert inherit(connection, "", south, NOW, by="command") == 1
        assert erase(connection, call, south, NOW, by="command").missing == (f"{call}.wav",)
    assert not_found(record_of(either)[1]) == "2026-11-21"
