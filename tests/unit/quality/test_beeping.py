import wave
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from models.errors import CannotDo, OperatorFault
from models.inspection import Inspection
from models.recording import Recording, masked_file
from models.turn import Turn
from quality.beeping import Unmasked, beeped, beeps, masked_recording
from quality.erasing import erase
from quality.evidence import by_words_alone
from quality.inspector import Inspector
from quality.sound import Sound, mark_in, read
from tests.unit.quality.conftest import NOW, Records, row

RATE = 8000
CARD = "My card is 4111 1111 1111 1111."


def _turn(number=1, speaker="caller", text=CARD, start=3.0, end=8.0):
    return {"number": number, "speaker": speaker, "text": text, "start": start, "end": end}


def _personal(start, end, turn=1):
    return {"turn": turn, "kind": "card", "begin": 0, "end": 4, "when": {"start": start, "end": end}}


def test_what_is_personal_is_beeped_with_a_margin_on_the_channel_of_who_says_it():
    turns = [_turn(), _turn(2, "agent", start=9.0, end=12.0)]
    found = beeps(turns, [_personal(4.0, 6.0), _personal(10.0, 11.0, 2)], exact=True)
    assert [(one.channel, one.start, one.end) for one in found] == [("caller", 3.75, 6.25), ("ours", 9.75, 11.25)]


def test_groups_of_one_number_are_beeped_as_one():
    found = beeps([_turn()], [_personal(4.0, 5.0), _personal(6.0, 7.0)], exact=True)
    assert [(one.start, one.end) for one in found] == [(3.75, 7.25)]


def test_where_times_are_estimates_or_keys_were_pressed_the_whole_turn_is_beeped():
    assert [(one.start, one.end) for one in beeps([_turn()], [_personal(4.0, 5.0)], exact=False)] == [(2.75, 8.75)]
    keyed = beeps([_turn(text="4111111111111111")], [_personal(3.0, 8.0)], exact=True)
    assert [(one.start, one.end) for one in keyed] == [(2.75, 8.75)]


def _noise(seconds=10, level=3000, seed=1):
    return np.random.default_rng(seed).normal(0, level, seconds * RATE).astype(np.int16)


def test_a_tone_stands_where_it_was_and_nothing_else_changes():
    sound = Sound(_noise(), np.zeros(10 * RATE, np.int16))
    found = beeped(sound, beeps([_turn()], [_personal(4.0, 6.0)], exact=True))
    begin, end = round(3.75 * RATE), round(6.25 * RATE)
    assert np.array_equal(found.caller[:begin], sound.caller[:begin])
    assert np.array_equal(found.caller[end:], sound.caller[end:])
    spectrum = np.abs(np.fft.rfft(found.caller[begin:end].astype(float)))
    assert round(float(np.argmax(spectrum)) * RATE / (end - begin)) == 1000
    assert len(found.caller) == len(sound.caller)


def test_its_echo_in_the_other_channel_is_silenced_and_somebody_else_s_speech_is_not():
    caller, wanted = _noise(), beeps([_turn()], [_personal(4.0, 6.0)], exact=True)
    echo = beeped(Sound(caller, (np.roll(caller, 1600) // 10).astype(np.int16)), wanted).ours
    assert not echo[round(3.75 * RATE) : round(6.5 * RATE)].any()
    assert echo[: 3 * RATE].any()
    both = beeped(Sound(caller, _noise(seed=2)), wanted)
    assert np.array_equal(both.ours, _noise(seed=2))


def _record(path: Path, seconds=10, cut=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.stack([_noise(seconds), _noise(seconds, seed=2)], axis=1).tobytes())
    if cut:
        path.write_bytes(path.read_bytes()[:-cut])
    return path


def _call(records, *turns, path="recordings/c1.wav"):
    records.call("c1", *turns)
    with records.engine.begin() as connection:
        connection.execute(row(Recording, call_id="c1", path=path))


def _inspect(records, directory):
    Inspector(records.engine, directory, None, by_words_alone, now=lambda: NOW).run()


def _masked(records, directory):
    with records.engine.connect() as connection:
        return masked_recording(connection, "c1", directory)


@pytest.mark.parametrize("cut", [0, 3])
def test_an_inspected_call_with_personal_data_has_a_copy_without_them_also_where_it_was_cut_off(records, tmp_path, cut):
    _call(records, ("caller", CARD), ("agent", "Thank you."))
    path = _record(tmp_path / "recordings" / "c1.wav", cut=cut)
    _inspect(records, tmp_path)
    copy = _masked(records, tmp_path)
    assert copy == masked_file(path) == tmp_path / "recordings" / "c1.masked.wav"
    sound, original = read(copy), read(path)
    assert len(sound.caller) == len(original.caller)
    assert np.abs(sound.caller[4 * RATE : 5 * RATE]).max() <= 1500 < np.abs(original.caller[4 * RATE : 5 * RATE]).max()
    assert [file.name for file in path.parent.iterdir() if file.suffix == ".part"] == []
    assert copy.stat().st_mode == path.stat().st_mode


def test_a_call_without_personal_data_needs_no_copy(records, tmp_path):
    _call(records, ("caller", "Hello."))
    path = _record(tmp_path / "recordings" / "c1.wav")
    _inspect(records, tmp_path)
    assert _masked(records, tmp_path) == path
    assert not masked_file(path).exists()


def test_a_call_that_was_inspected_before_there_were_copies_gets_one_when_somebody_listens(records, tmp_path):
    _call(records, ("caller", CARD))
    path = _record(tmp_path / "recordings" / "c1.wav")
    _inspect(records, tmp_path)
    masked_file(path).unlink()
    assert _masked(records, tmp_path).is_file()


def test_an_old_copy_does_not_outlive_an_inspection_that_finds_more(records, tmp_path):
    _call(records, ("caller", CARD))
    path = _record(tmp_path / "recordings" / "c1.wav")
    masked_file(path).write_bytes(b"what an earlier inspection left")
    _inspect(records, tmp_path)
    assert read(_masked(records, tmp_path)).seconds == 10


def _inspected_elsewhere(records, directory):
    """Let the inspector at `directory`, where no file is, have the call once more; more was told of it since."""
    directory.mkdir()
    with records.engine.begin() as connection:
        connection.execute(update(Inspection).values(state="waiting", done_at=None))
        connection.execute(update(Turn).where(Turn.number == 2).values(text="我的手机号是13812345678。", language="zh"))
    _inspect(records, directory)


def test_a_copy_that_an_unfinished_inspection_left_is_not_heard_for_what_another_server_found(records, tmp_path):
    _call(records, ("caller", CARD), ("caller", "Hello?"))
    path = _record(tmp_path / "here" / "recordings" / "c1.wav")
    _inspect(records, tmp_path / "here")
    stale = masked_file(path).read_bytes()
    _inspected_elsewhere(records, tmp_path / "there")
    assert masked_file(path).read_bytes() == stale, "nobody there could write it"
    heard = read(_masked(records, tmp_path / "here")).caller
    for begin in (3, 6):
        assert np.abs(heard[begin * RATE : (begin + 2) * RATE]).max() <= 1500
    made = masked_file(path).stat().st_mtime_ns
    assert _masked(records, tmp_path / "here").stat().st_mtime_ns == made, "and made once"


def test_with_the_words_deleted_only_the_copy_of_the_inspection_that_counts_is_heard(either, tmp_path):
    records = Records(either)
    _call(records, ("caller", CARD), ("caller", "Hello?"))
    path = _record(tmp_path / "here" / "recordings" / "c1.wav")
    _inspect(records, tmp_path / "here")
    stale = masked_file(path).read_bytes()
    _inspected_elsewhere(records, tmp_path / "there")
    good = _masked(records, tmp_path / "here").read_bytes()
    with either.begin() as connection:
        assert erase(connection, "c1", tmp_path / "there", NOW, by="command", words=True).files == ()
    assert _masked(records, tmp_path / "here").read_bytes() == good
    for other in (stale, path.read_bytes(), b"", good[:50]):
        masked_file(path).write_bytes(other)
        with pytest.raises(Unmasked, match="What was said in call c1 is deleted"):
            _masked(records, tmp_path / "here")


def test_the_head_of_a_copy_is_one_that_players_know_and_has_its_mark(records, tmp_path):
    _call(records, ("caller", CARD))
    path = _record(tmp_path / "recordings" / "c1.wav")
    _inspect(records, tmp_path)
    copy = _masked(records, tmp_path)
    with wave.open(str(copy)) as played:
        assert (played.getnchannels(), played.getframerate(), played.getnframes()) == (2, RATE, 10 * RATE)
    assert (len(mark_in(copy)), mark_in(path)) == (64, "")
    assert int.from_bytes(copy.read_bytes()[4:8], "little") == copy.stat().st_size - 8


@pytest.mark.parametrize("state", ["waiting", "taken", "given-up"])
def test_what_is_not_inspected_to_the_end_is_heard_by_nobody_without_the_right(records, tmp_path, state):
    _call(records, ("caller", "Hello."))
    _record(tmp_path / "recordings" / "c1.wav")
    with pytest.raises(CannotDo, match="Nobody knows yet what is personal in call c1"):
        _masked(records, tmp_path)
    _inspect(records, tmp_path)
    with records.engine.begin() as connection:
        connection.execute(update(Inspection).values(state=state))
    with pytest.raises(CannotDo, match="Nobody knows yet what is personal in call c1"):
        _masked(records, tmp_path)


@pytest.mark.parametrize("said", [CARD, "我的身份证号是110101199003074477。"])
def test_where_the_words_are_deleted_the_copy_that_is_there_is_heard_and_never_the_original(either, tmp_path, said):
    records = Records(either)
    _call(records, ("caller", said))
    path = _record(tmp_path / "here" / "recordings" / "c1.wav")
    _inspect(records, tmp_path / "here")
    (there := tmp_path / "there").mkdir()
    with either.begin() as connection:
        assert erase(connection, "c1", there, NOW, by="command", words=True).files == ()
    assert _masked(records, tmp_path / "here") == masked_file(path)
    masked_file(path).unlink()
    with pytest.raises(Unmasked, match="What was said in call c1 is deleted") as refused:
        _masked(records, tmp_path / "here")
    assert refused.value.erased
    assert not masked_file(path).exists()


def test_a_recording_that_is_gone_or_none_is_a_sentence(records, tmp_path):
    _call(records, ("caller", CARD))
    _inspect(records, tmp_path)
    with pytest.raises(CannotDo, match=r"The recording of call c1 is gone; c1\.wav doesn't exist\."):
        _masked(records, tmp_path)
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "c1.wav").write_bytes(b"nothing of the kind")
    with pytest.raises(OperatorFault, match="no WAV file"):
        _masked(records, tmp_path)


@pytest.mark.parametrize("trick", ["../outside.wav", "recordings/../../outside.wav", "/etc/passwd", "recordings/link"])
def test_a_path_that_leads_out_of_the_data_directory_is_never_opened(records, tmp_path, trick):
    data = tmp_path / "data"
    (data / "recordings").mkdir(parents=True)
    _record(tmp_path / "outside.wav")
    (data / "recordings" / "link").symlink_to(tmp_path / "outside.wav")
    _call(records, ("caller", CARD), path=trick)
    _inspect(records, data)
    with pytest.raises(CannotDo, match="outside of the data directory, which is never opened"):
        _masked(records, data)
    assert sorted(one.name for one in tmp_path.glob("*.wav")) == ["outside.wav"]
