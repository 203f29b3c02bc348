"""What the doctor finds about ears and mouth."""

import json
from dataclasses import replace

import pytest

from asr_tts import doctor, speech_worker, weights
from asr_tts.known_models import KNOWN
from asr_tts.speech_worker import load_ears
from models.settings import Settings, SpeechSettings


def findings(**speech):
    return list(doctor.examine(Settings.model_validate({"speech": speech})))


def nothing_is_here(monkeypatch):
    def missing(name, **_):
        raise weights.WeightsMissing(f"The model '{name}' is not here; run `hotline models fetch {name}`.")

    monkeypatch.setattr(weights, "find", missing)


def test_what_make_setup_installed_is_found_right():
    assert {finding.level for finding in findings()} == {"ok"}


def test_missing_weights_are_a_fault_that_says_what_callers_lose_and_how_to_fetch(monkeypatch):
    nothing_is_here(monkeypatch)
    said = [finding.sentence for finding in findings() if finding.level == "fault"]
    assert any("hotline models fetch whisper-base" in s and "keypad only" in s for s in said)
    assert any("hotline models fetch piper-en-joe" in s and "English is spoken by espeak-ng" in s for s in said)


def test_where_nothing_stands_in_the_doctor_says_so(monkeypatch):
    nothing_is_here(monkeypatch)
    monkeypatch.setattr("shutil.which", lambda _: None)
    said = [(one.level, one.sentence) for one in findings(recogniser="none") if "; until then " in one.sentence]
    english, chinese = (
        f"nothing speaks {one} and its callers hear recorded prompts only" for one in ("English", "Chinese")
    )
    assert {(level, sentence.partition("; until then ")[2]) for level, sentence in said} == {
        ("fault", f"{english}."),
        ("warning", f"{chinese}."),
        ("warning", f"{english}, and {chinese}."),
    }


def test_without_espeak_a_line_that_speaks_by_it_alone_is_faulted(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    said = {one.sentence: one.level for one in findings(recogniser="none", synthesiser="pyttsx3")}
    assert [level for sentence, level in said.items() if "espeak-ng" in sentence] == ["fault"]


@pytest.mark.parametrize(
    ("spoken", "instead"),
    [("cmn", "Chinese is spoken by the file of [speech] voice"), ("en-us", "Chinese is spoken by espeak-ng")],
)
def test_the_doctor_knows_whom_an_own_voice_stands_in_for(tmp_path, monkeypatch, spoken, instead):
    own = tmp_path / "amy.onnx"
    own.write_bytes(b"")
    (tmp_path / "amy.onnx.json").write_text(json.dumps({"espeak": {"voice": spoken}}))
    monkeypatch.setattr(doctor, "find_spec", lambda module: None if module == "misaki" else module)
    [said] = [one for one in findings(recogniser="none", voice=str(own)) if "until then" in one.sentence]
    assert instead in said.sentence


def test_an_own_voice_that_is_gone_is_said_with_who_speaks_both_languages(tmp_path):
    found = findings(recogniser="none", voice=str(tmp_path / "amy.onnx"))
    [said] = [one for one in found if "until then" in one.sentence]
    assert said.level == "fault"
    assert said.sentence.endswith(
        "; until then English is spoken by Piper's default voice, and Chinese is spoken by Kokoro."
    )


def test_a_missing_engine_is_a_fault_that_says_what_to_install(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda module: None)
    assert any("pip install" in finding.sentence for finding in findings() if finding.level == "fault")


def test_a_line_told_to_be_deaf_and_dumb_is_warned_of_not_faulted():
    assert [finding.level for finding in findings(recogniser="none", synthesiser="none")] == ["warning", "warning"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_korean_model_on_a_line_of_another_language_is_a_fault_and_does_not_listen(language):
    [fault] = [finding for finding in findings(recogniser="vosk", language=language) if finding.level == "fault"]
    assert "understands 'ko'" in fault.sentence
    assert "recogniser_model" in fault.sentence
    detector, recogniser, notes = load_ears(SpeechSettings(recogniser="vosk", language=language))
    assert (detector, recogniser) == (None, None)
    assert "recogniser_model" in notes[0]


def test_a_model_of_ones_own_is_trusted_to_know_the_lines_language(tmp_path):
    said = findings(recogniser="vosk", recogniser_model=str(tmp_path))
    assert {finding.level for finding in said} == {"ok"}


@pytest.mark.parametrize(("content", "fault"), [(b"", "are damaged"), (None, "lack the file")])
def test_a_damaged_or_missing_chinese_voice_is_said_with_the_way_out(tmp_path, monkeypatch, content, fault):
    if content is not None:
        (tmp_path / "zf_xiaobei.bin").write_bytes(content)
    voice = replace(KNOWN["kokoro-zf-xiaobei"], shipped=str(tmp_path))
    monkeypatch.setattr(weights, "KNOWN", {**KNOWN, voice.name: voice})
    [said] = [finding for finding in findings(language="zh") if finding.level == "fault"]
    assert "The weights of 'kokoro-zf-xiaobei'" in said.sentence
    assert fault in said.sentence
    assert "install Hotline again" in said.sentence
    assert "espeak-ng" in said.sentence
    with pytest.raises(weights.WeightsFault):
        weights.fetch(voice.name)


@pytest.mark.parametrize("content", [None, b"not the weights"])
def test_without_the_ear_for_values_whisper_hears_them_and_the_doctor_warns(tmp_path, monkeypatch, content):
    if content is not None:
        (tmp_path / "zh.bin").write_bytes(content)
    model = replace(KNOWN["closed-ear"], shipped=str(tmp_path))
    monkeypatch.setattr(weights, "KNOWN", {**KNOWN, model.name: model})
    [said] = [finding for finding in findings(synthesiser="none") if "closed-ear" in finding.sentence]
    assert said.level == "warning"
    assert "install Hotline again" in said.sentence
    assert "left to Whisper" in said.sentence
    notes: list[str] = []
    assert speech_worker._attempt(speech_worker._ears, "closed-ear", notes) is None
    assert "closed-ear" in notes[0]


def test_another_whisper_of_ones_own_is_not_asked_for_the_ear(tmp_path):
    assert not [finding for finding in findings(recogniser_model=str(tmp_path)) if "closed-ear" in finding.sentence]


def asked_for(monkeypatch, routes=(), **speech):
    """Return the encoders and detectors that the doctor warns of where no weights are here."""
    nothing_is_here(monkeypatch)
    found = doctor.examine(Settings.model_validate({"speech": speech, "dialplan": {"routes": list(routes)}}))
    said = [finding.sentence for finding in found if finding.level == "warning"]
    fetched = [model for model in KNOWN.values() if not model.shipped]
    looked_at = [model.name for model in fetched if model.role in ("understanding", "detector")]
    return {name for name in looked_at if any(f"`hotline models fetch {name}`" in sentence for sentence in said)}


@pytest.mark.parametrize(("language", "own"), [("en", {"minilm-l6", "mpnet-base"}), ("zh", {"use-multilingual"})])
def test_missing_encoders_of_the_lines_language_are_a_warning_with_the_way_out(monkeypatch, language, own):
    assert asked_for(monkeypatch, language=language) == {*own, "e5-small", "silero-vad"}


def test_encoders_of_a_routes_language_are_looked_at_too(monkeypatch):
    routes = [{"called": "2*", "flow": "reception", "language": "zh"}, {"flow": "reception"}]
    assert asked_for(monkeypatch, routes) == {"minilm-l6", "mpnet-base", "use-multilingual", "e5-small", "silero-vad"}


def test_a_line_without_a_recogniser_needs_neither_encoders_nor_a_detector(monkeypatch):
    assert asked_for(monkeypatch, recogniser="none") == set()


def test_the_weights_of_silero_are_asked_for_only_where_it_is_the_detector(monkeypatch):
    assert asked_for(monkeypatch, detector="webrtc") == {"minilm-l6", "mpnet-base", "e5-small"}


def test_the_doctor_knows_every_encoder_and_the_language_it_is_for():
    encoders = {name: model.language for name, model in KNOWN.items() if model.role == "understanding"}
    assert {name for names in doctor.ENCODERS.values() for name in names} == set(encoders)
    for language, names in doctor.ENCODERS.items():
        assert {encoders[name] for name in names} <= {language, "multilingual"}
