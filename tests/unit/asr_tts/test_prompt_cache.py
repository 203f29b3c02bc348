"""Files of the cache: found again, never half, never too many."""

import errno
import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from asr_tts import prompt_cache, telephone_wav
from asr_tts.prompt_cache import PromptCache, name_of
from models.errors import OperatorFault

SECOND = np.arange(8000, dtype=np.int16)


@pytest.fixture
def cache(tmp_path: Path) -> PromptCache:
    cache = PromptCache(tmp_path / "prompts")
    cache.announce({"en": "piper 1"})
    return cache


def said(cache: PromptCache, text: str) -> list[Path]:
    names = [name_of(text, part) for part in text.split()]
    paths = [cache.keep(name, SECOND) for name in names]
    cache.remember(text, "en", "", names)
    return paths


def test_a_text_said_before_is_found_by_another_process(cache: PromptCache) -> None:
    paths = said(cache, "good morning")
    found = PromptCache(cache.directory).lookup("good morning", "en")
    assert found is not None
    assert [(c.index, c.path, c.samples, c.last) for c in found] == [
        (0, paths[0], 8000, False),
        (1, paths[1], 8000, True),
    ]


@pytest.mark.parametrize(("text", "language", "voice"), [("Good morning", "en", ""), ("good morning", "zh", "")])
def test_another_text_or_language_is_not_found(cache: PromptCache, text: str, language: str, voice: str) -> None:
    said(cache, "good morning")
    assert cache.lookup(text, language, voice) is None


def test_another_voice_is_not_found(cache: PromptCache) -> None:
    said(cache, "good morning")
    assert cache.lookup("good morning", "en", "amy") is None


def test_an_empty_directory_knows_nothing(tmp_path: Path) -> None:
    assert PromptCache(tmp_path / "nowhere").lookup("hello", "en") is None


def test_what_a_former_engine_said_is_not_used_any_more(cache: PromptCache) -> None:
    said(cache, "hello")
    PromptCache(cache.directory).announce({"en": "piper version 2"})
    assert cache.lookup("hello", "en") is None


@pytest.mark.parametrize("kept", [0, 20, 44, 500])
def test_a_file_cut_short_is_not_played(cache: PromptCache, kept: int) -> None:
    (path,) = said(cache, "hello")
    os.truncate(path, kept)
    assert cache.lookup("hello", "en") is None


def test_a_damaged_listing_counts_as_none(cache: PromptCache) -> None:
    said(cache, "hello")
    for listing in cache.directory.glob("??/??/*.json"):
        listing.write_bytes(b'{"clauses": [3')
    assert cache.lookup("hello", "en") is None


def test_names_lie_in_two_levels_of_folders_and_nothing_temporary_is_left(cache: PromptCache) -> None:
    (path,) = said(cache, "hello")
    assert path.relative_to(cache.directory).parts == (path.stem[:2], path.stem[2:4], path.name)
    assert not list(cache.directory.rglob(".new-*"))


def test_the_file_is_telephone_audio(cache: PromptCache) -> None:
    (path,) = said(cache, "hello")
    assert path.stat().st_size == 44 + 16000
    assert (telephone_wav.read(path) == SECOND).all()


def test_above_the_limit_the_longest_unused_go_first(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, limit=70_000)
    cache.announce({"en": "piper 1"})
    for age, text in ((9000, "old"), (8000, "older"), (7000, "young")):
        os.utime(cache.keep(name_of(text), SECOND), (0, time.time() - age))
    cache.clause(name_of("old"))
    cache.keep(name_of("new"), SECOND)
    cache.keep(name_of("newest"), SECOND)
    left = [text for text in ("old", "older", "young", "new", "newest") if cache.clause(name_of(text))]
    assert left == ["old", "new", "newest"]


def test_what_a_call_may_be_playing_stays_even_above_the_limit(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, limit=1000)
    for text in ("one", "two", "three"):
        cache.keep(name_of(text), SECOND)
    assert all(cache.clause(name_of(text)) for text in ("one", "two", "three"))


DAY = 86_400.0


def unused(cache: PromptCache, seconds: float) -> None:
    for path in cache.directory.glob("??/??/*"):
        os.utime(path, (0, time.time() - seconds))


def test_no_text_is_written_down(cache: PromptCache) -> None:
    said(cache, "Dear Mary Poppins")
    kept = [path.read_bytes() for path in cache.directory.rglob("*") if path.is_file() and path.suffix != ".wav"]
    assert len(kept) == 2
    assert not any(b"Mary" in one for one in kept)


def test_a_listing_of_former_times_that_tells_the_text_still_counts(cache: PromptCache) -> None:
    said(cache, "good morning")
    (listing,) = cache.directory.glob("??/??/*.json")
    listing.write_text(json.dumps({"text": "good morning", **json.loads(listing.read_bytes())}))
    assert cache.lookup("good morning", "en")


def test_what_was_said_to_a_caller_is_forgotten_a_day_after_its_last_use(cache: PromptCache) -> None:
    said(cache, "Dear Mary")
    unused(cache, DAY - 60)
    cache.forget()
    assert len(list(cache.directory.glob("??/??/*"))) == 3
    unused(cache, DAY + 60)
    cache.forget()
    assert not list(cache.directory.glob("??/??/*"))


def test_a_use_lets_it_stay_another_day(cache: PromptCache) -> None:
    said(cache, "Dear Mary")
    unused(cache, DAY - 60)
    assert cache.lookup("Dear Mary", "en")
    cache.forget(time.time() + 3600)
    assert cache.lookup("Dear Mary", "en")


def test_a_fixed_prompt_is_never_forgotten_and_found_without_a_worker(cache: PromptCache) -> None:
    for path in said(cache, "good morning"):
        prompt_cache.keep_for_good(path)
    said(cache, "good Mary")
    unused(cache, 400 * DAY)
    cache.forget()
    assert PromptCache(cache.directory).lookup("good morning", "en")
    assert len(list(cache.directory.glob("??/??/*.json"))) == 1, "no listing is left of the other text"
    assert not cache.clause(name_of("good Mary", "Mary"))


def test_a_fixed_prompt_is_written_anew_and_trimmed_all_the_same(cache: PromptCache) -> None:
    (path,) = said(cache, "hello")
    prompt_cache.keep_for_good(path)
    cache.keep(path.stem, SECOND[:10])
    assert telephone_wav.samples_in(path) == 10
    prompt_cache.keep_for_good(path)
    unused(cache, DAY)
    cache.trim(0)
    assert not path.exists()


def test_what_cant_be_deleted_is_told_of_once_and_the_rest_is_deleted(
    cache: PromptCache, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, free = said(cache, "Dear Mary")
    unused(cache, 2 * DAY)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == stuck:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    cache.forget()
    assert stuck.exists()
    assert not free.exists()
    assert [record.args for record in caplog.records] == [(1, stuck)]


def test_of_what_was_said_to_callers_nothing_is_left_where_one_s_words_are_erased(cache: PromptCache) -> None:
    prompt_cache.keep_for_good(said(cache, "hello")[0])
    said(cache, "Dear Mary")
    for path in cache.directory.glob("??/??/*"):
        os.utime(path, (0, time.time() + 60))  # a clock that is set back changes nothing
    cache.forget_callers()
    assert cache.lookup("hello", "en")
    assert len(list(cache.directory.glob("??/??/*"))) == 2


def test_sound_that_can_not_be_erased_is_a_sentence(cache: PromptCache, monkeypatch: pytest.MonkeyPatch) -> None:
    said(cache, "Dear Mary")

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OperatorFault, match=r"^2 files of what was said to callers can't be deleted; make .* writable"):
        cache.forget_callers()


def test_sound_that_is_used_while_old_sound_is_looked_for_stays(
    cache: PromptCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(cache, "Dear Mary")
    unused(cache, 2 * DAY)
    found = cache._files()
    monkeypatch.setattr(cache, "_files", lambda: found)
    assert cache.lookup("Dear Mary", "en")
    cache.forget()
    assert cache.lookup("Dear Mary", "en")


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_a_sentence(cache: PromptCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_cache, "_replace", full_disk)
    with pytest.raises(OperatorFault, match=r"No space left on device.*make room"):
        cache.keep(name_of("x"), SECOND)


def test_a_full_disk_is_helped_by_forgetting_old_prompts(cache: PromptCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.limit = 20_000
    old = cache.keep(name_of("old"), SECOND)
    os.utime(old, (0, 0))
    replace = prompt_cache._replace

    def fits_when_old_is_gone(path: Path, data: bytes) -> None:
        if old.exists():
            full_disk()
        replace(path, data)

    monkeypatch.setattr(prompt_cache, "_replace", fits_when_old_is_gone)
    assert cache.keep(name_of("new"), SECOND).exists()


def test_what_is_replaced_while_writing_fails_keeps_its_old_content(
    cache: PromptCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = said(cache, "hello")

    def refuse(source: str, target: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OperatorFault):
        cache.keep(path.stem, SECOND[:10])
    assert telephone_wav.samples_in(path) == 8000
    assert not list(cache.directory.rglob(".new-*"))
