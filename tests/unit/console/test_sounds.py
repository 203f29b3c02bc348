"""The sound of a call: who hears which file, in which ranges, and what is said where there is none."""

import errno
import resource
import shutil
import wave
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, update

from bench import long_call
from console.access import Viewer
from console.api import api
from console.pages.call import CallPage
from console.phrases import Phrases
from console.sessions import Session
from console.sounds import sounds
from models.audit import Audit
from models.database import open_engine
from models.inspection import Inspection
from models.recording import Recording, masked_file
from models.settings import DataSettings, Settings
from quality.erasing import BY_AGE, erase
from quality.peaks import peaks

VIEWERS = {
    "ann": Viewer("ann", "Ann", ("administrator",)),
    "quinn": Viewer("quinn", "Quinn", ("qa",)),
    "sue": Viewer("sue", "Sue", ("supervisor",), team="day"),
    "sam": Viewer("sam", "Sam", ("supervisor",), team="night"),
    "otto": Viewer("otto", "Otto", ("operator",)),
    "dana": Viewer("dana", "Dana", ("agent",), extension="201"),
    "bo": Viewer("bo", "Bo", ("agent",), extension="209"),
    "nil": Viewer("nil", "Nil", ()),
}


PHRASES = Phrases.load()


class Signed:
    """What the gate does: puts the session of whom the header names into the scope."""

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            name = dict(scope["headers"]).get(b"x-viewer", b"nil").decode()
            scope["session"] = Session(VIEWERS[name], "csrf", f"session of {name}", datetime.now(UTC))
        await self._app(scope, receive, send)


@pytest.fixture(scope="module")
def made(tmp_path_factory, empty):
    """A data directory with one call, to be copied; and the call's id."""
    directory = tmp_path_factory.mktemp("made")
    shutil.copy(empty, directory / "hotline.sqlite")
    engine = open_engine(f"sqlite:///{directory / 'hotline.sqlite'}")
    with engine.begin() as connection:
        long_call.put_agent(connection)
        call = long_call.put(connection, directory, "en", 0.4)
    engine.dispose()
    return directory, call


@pytest.fixture
def engine(made, tmp_path):
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture
def call(made, engine):
    return made[1]


@pytest.fixture
def recording(tmp_path, call):
    return tmp_path / "recordings" / f"{call}.wav"


@pytest.fixture
def impersonal(engine, call):
    """A call in which nothing personal was said: its recording is played as it is."""
    with engine.begin() as connection:
        connection.execute(update(Inspection).values(personal=[]))
    return call


@pytest.fixture
def site(engine, tmp_path):
    app = FastAPI()
    app.include_router(sounds(engine, Settings(data=DataSettings(directory=tmp_path)), PHRASES))
    transport = httpx2.ASGITransport(Signed(app))
    return httpx2.AsyncClient(transport=transport, base_url="http://console.test", trust_env=False)


async def got(site, path, who="quinn", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.get(path, headers={"x-viewer": who, **named})


def trail(engine):
    with engine.connect() as connection:
        return connection.execute(select(Audit.account, Audit.action, Audit.call_id).order_by(Audit.id)).all()


async def test_a_player_gets_the_ranges_that_it_asks_for(site, impersonal, recording):
    whole = recording.read_bytes()
    answer = await got(site, f"/calls/{impersonal}/sound", range="bytes=0-99")
    assert (answer.status_code, answer.content) == (206, whole[:100])
    assert answer.headers["content-range"] == f"bytes 0-99/{len(whole)}"
    assert (await got(site, f"/calls/{impersonal}/sound", range="bytes=40-1000")).content == whole[40:1001]
    assert (await got(site, f"/calls/{impersonal}/sound", range="bytes=-7")).content == whole[-7:]
    assert (await got(site, f"/calls/{impersonal}/sound", range=f"bytes={len(whole) - 3}-")).content == whole[-3:]
    assert (await got(site, f"/calls/{impersonal}/sound")).content == whole


@pytest.mark.parametrize("wanted", ["bytes=9999999-", "bytes=5-2", "bytes=-0", "bytes=a-b", "bytes=-", "bytes=1--2"])
async def test_a_range_that_is_none_is_refused_with_the_length(site, impersonal, recording, wanted):
    answer = await got(site, f"/calls/{impersonal}/sound", range=wanted)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{recording.stat().st_size}"


async def test_who_had_another_version_of_the_file_gets_all_of_it(site, impersonal, recording):
    known = (await got(site, f"/calls/{impersonal}/sound", range="bytes=0-3")).headers["etag"]
    again = await got(site, f"/calls/{impersonal}/sound", range="bytes=0-3", if_range=known)
    assert again.status_code == 206
    assert (await got(site, f"/calls/{impersonal}/sound", range="bytes=0-3", if_range='"old"')).status_code == 200


async def test_of_a_recording_that_was_cut_off_the_head_tells_what_there_is(site, impersonal, recording, tmp_path):
    recording.write_bytes(recording.read_bytes()[:100_003])
    (tmp_path / "got.wav").write_bytes((await got(site, f"/calls/{impersonal}/sound")).content)
    with wave.open(str(tmp_path / "got.wav")) as heard:
        assert heard.getnframes() == (100_003 - 44) // 4


@pytest.mark.parametrize(
    ("who", "code"),
    [("ann", 200), ("quinn", 200), ("sue", 200), ("dana", 200), ("sam", 404), ("otto", 404), ("bo", 404), ("nil", 404)],
)
async def test_each_hears_the_calls_of_the_own_scope_and_of_others_learns_nothing(site, impersonal, who, code):
    for what in ("sound", "peaks"):
        answer = await got(site, f"/calls/{impersonal}/{what}", who)
        assert answer.status_code == code
        if code == 404:
            unknown = await got(site, f"/calls/0000000000000000/{what}", who)
            assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text)


@pytest.mark.parametrize(("who", "code"), [("ann", 200), ("quinn", 200), ("sue", 403), ("dana", 403), ("bo", 404)])
async def test_the_original_is_for_who_has_the_right(site, call, recording, who, code):
    for what in ("sound", "peaks"):
        assert (await got(site, f"/calls/{call}/{what}?original=true", who)).status_code == code
    if code == 200:
        assert (await got(site, f"/calls/{call}/sound?original=true", who)).content == recording.read_bytes()


@contextmanager
def full_disk():
    """Let no file of this process grow any more, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


UNWRITABLE = {"en": "The copy of the recording without personal data can't be written", "zh": "录音副本无法写入"}


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_copy_that_can_not_be_written_is_a_sentence_and_the_original_is_heard(
    site, call, recording, caplog, language
):
    with full_disk():
        for what in ("sound", "peaks"):
            answer = await got(site, f"/calls/{call}/{what}", "sue", accept_language=language)
            assert (answer.status_code, UNWRITABLE[language] in answer.text) == (503, True)
        assert (await got(site, f"/calls/{call}/sound?original=true")).content == recording.read_bytes()
    assert list(recording.parent.iterdir()) == [recording], "and nothing is left of it"
    assert "can't be written (File too large); make room for it" in caplog.text
    assert (await got(site, f"/calls/{call}/sound", "sue")).status_code == 200


async def test_a_recording_that_can_not_be_read_is_not_said_to_lack_a_copy_that_can_not_be_written(
    site, call, caplog, monkeypatch
):
    def broken(path):
        raise OSError(errno.EIO, "Input/output error")

    # No file here gives this fault: only a disk that fails.
    monkeypatch.setattr("quality.beeping.read", broken)
    answer = await got(site, f"/calls/{call}/sound", "sue")
    assert (answer.status_code, "is damaged and can't be played" in answer.text) == (404, True)
    assert "can't be read: [Errno 5] Input/output error" in caplog.text


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_by_the_api_it_is_a_problem_in_the_language_that_is_asked_for(engine, call, tmp_path, language):
    app = api(Settings(data=DataSettings(directory=tmp_path)), engine, "the token of the settings")
    headers = {"authorization": "Bearer the token of the settings", "accept-language": language}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app, client=("192.0.2.1", 4711)), base_url="http://console.test",
        headers=headers, trust_env=False,
    ) as client:  # fmt: skip
        with full_disk():
            answer = await client.get(f"/calls/{call}/sound")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert UNWRITABLE[language] in answer.json()["detail"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_the_words_of_a_call_whose_copy_can_not_be_written(engine, call, tmp_path, language):
    visit: Any = SimpleNamespace(
        path={"call_id": call}, query={}, viewer=VIEWERS["sue"], say=lambda key: PHRASES.say(language, key),
        settings=Settings(data=DataSettings(directory=tmp_path)),
    )  # fmt: skip
    with engine.connect() as connection, full_disk():
        content, sound = CallPage(visit)._read(connection)
    assert (sound.plays, UNWRITABLE[language] in sound.words) == (False, True)
    assert content.conversation.turns


async def test_where_personal_data_were_said_a_tone_is_heard_and_only_there(site, engine, call, recording):
    with engine.connect() as connection:
        (first, *_) = connection.scalar(select(Inspection.personal))
    begin, end = (4 * int(8000 * first["when"][at]) for at in ("start", "end"))
    whole = recording.read_bytes()
    for who in ("quinn", "dana"):
        heard = (await got(site, f"/calls/{call}/sound", who)).content
        sound, original = heard[heard.index(b"data") + 8 :], whole[44:]
        assert len(sound) == len(original)
        assert sound[:40_000] == original[:40_000]
        assert sound[begin:end] != original[begin:end]
    drawn = (await got(site, f"/calls/{call}/peaks")).content
    assert drawn != (await got(site, f"/calls/{call}/peaks?original=true")).content


async def test_before_inspection_only_the_original_can_be_heard(site, engine, impersonal):
    with engine.begin() as connection:
        connection.execute(update(Inspection).values(state="given-up"))
    answer = await got(site, f"/calls/{impersonal}/sound", accept_language="zh")
    assert answer.status_code == 409
    assert "质检" in answer.text
    assert (await got(site, f"/calls/{impersonal}/sound?original=true")).status_code == 200


async def test_hearing_is_on_the_trail_once_for_each_opening_of_a_page(site, engine, impersonal):
    path = f"/calls/{impersonal}/sound"
    for begin in (0, 100, 200):
        await got(site, f"{path}?opening=a", "sue", range=f"bytes={begin}-{begin + 50}")
    await got(site, f"{path}?opening=b", "sue")
    await got(site, f"{path}?opening=a", "quinn")
    await got(site, f"{path}?opening=a&original=true", "quinn")
    await got(site, f"{path}?opening=c", "bo")
    await got(site, f"/calls/{impersonal}/peaks", "sue")
    await site.head(f"{path}?opening=d", headers={"x-viewer": "sue"})
    assert trail(engine) == [
        ("sue", "listened", impersonal), ("sue", "listened", impersonal), ("quinn", "listened", impersonal),
        ("quinn", "listened-original", impersonal),
    ]  # fmt: skip


async def test_what_could_not_be_put_on_the_trail_is_not_heard_by_asking_again(site, engine, impersonal, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("The database is locked.")

    path = f"/calls/{impersonal}/sound?opening=a"
    with monkeypatch.context() as patched:
        patched.setattr("console.sounds.record", broken)
        with pytest.raises(RuntimeError):
            await got(site, path, "sue")
    assert (await got(site, path, "sue")).status_code == 200
    assert trail(engine) == [("sue", "listened", impersonal)]


@pytest.mark.parametrize(
    "kept", ["../secret.wav", "/etc/passwd", "recordings/../../secret.wav", "recordings", "", "x\0y"]
)
async def test_no_path_leads_out_of_the_data_directory(engine, tmp_path, impersonal, recording, kept):
    # The data are a folder of the directory here, so that there is something beside them.
    (tmp_path / "data" / "recordings").mkdir(parents=True)
    (tmp_path / "secret.wav").write_bytes(recording.read_bytes())
    with engine.begin() as connection:
        connection.execute(update(Recording).values(path=kept))
    app = FastAPI()
    app.include_router(sounds(engine, Settings(data=DataSettings(directory=tmp_path / "data")), PHRASES))
    transport = httpx2.ASGITransport(Signed(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://console.test", trust_env=False) as site:
        for what in ("sound", "sound?original=true", "peaks"):
            answer = await got(site, f"/calls/{impersonal}/{what}")
            assert answer.status_code == 404
            assert str(tmp_path) not in answer.text


async def test_a_link_out_of_the_data_directory_leads_nowhere(site, tmp_path, impersonal, recording, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.wav"
    recording.rename(outside)
    recording.symlink_to(outside)
    assert (await got(site, f"/calls/{impersonal}/sound")).status_code == 404


@pytest.mark.parametrize("call_id", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "a'b", "A" * 100, "x%00y"])
async def test_what_is_no_id_is_not_looked_for(site, call_id):
    for what in ("sound", "peaks"):
        assert (await got(site, f"/calls/{call_id}/{what}")).status_code in (404, 422)


async def test_missing_damaged_and_never_made_are_sentences_in_both_languages(site, engine, impersonal, recording):
    path = f"/calls/{impersonal}/sound"
    recording.write_bytes(b"RIFF but no more")
    assert "damaged" in (await got(site, path, accept_language="en")).text
    recording.unlink()
    missing = await got(site, path, accept_language="zh")
    assert (missing.status_code, "找不到录音" in missing.text) == (404, True)
    with engine.begin() as connection:
        connection.execute(delete(Recording))
    assert "wasn't recorded" in (await got(site, path, accept_language="en")).text


async def test_what_is_drawn_is_sent_once_as_long_as_the_recording_is_the_same(site, impersonal, recording):
    path = f"/calls/{impersonal}/peaks"
    first = await got(site, path)
    assert first.content == peaks(recording)
    again = await got(site, path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    recording.write_bytes(recording.read_bytes()[:40_000])
    assert len((await got(site, path, if_none_match=first.headers["etag"])).content) == 126


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_of_a_recording_that_was_deleted_it_is_said_that_there_is_none_any_more(
    site, engine, impersonal, tmp_path, language
):
    with engine.begin() as connection:
        erase(connection, impersonal, tmp_path, datetime.now(UTC), by="retention", why=BY_AGE)
    answer = await got(site, f"/calls/{impersonal}/sound", accept_language=language)
    words = {"en": "There is no recording of this call any more.", "zh": "此通话的录音已删除。"}
    assert (answer.status_code, words[language] in answer.text) == (404, True)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_where_another_server_deleted_the_words_the_masked_copy_is_heard_or_nothing(
    site, engine, call, recording, tmp_path, language
):
    assert (await got(site, f"/calls/{call}/sound", "sue")).status_code == 200
    masked = masked_file(recording).read_bytes()
    (other := tmp_path / "other").mkdir()
    with engine.begin() as connection:
        assert erase(connection, call, other, datetime.now(UTC), by="command", words=True).files == ()
    for who in ("sue", "quinn"):
        assert (await got(site, f"/calls/{call}/sound", who)).content == masked
    masked_file(recording).unlink()
    words = {"en": "played only as the original", "zh": "只能以原声播放"}
    for what in ("sound", "peaks"):
        answer = await got(site, f"/calls/{call}/{what}", "sue", accept_language=language)
        assert (answer.status_code, words[language] in answer.text) == (403, True)
    assert not masked_file(recording).exists()
    assert (await got(site, f"/calls/{call}/sound?original=true", "quinn")).content == recording.read_bytes()
