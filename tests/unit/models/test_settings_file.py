"""What is wrong in the configuration is said in one sentence with file, line, key and the way out."""

from pathlib import Path

import pytest

from models.errors import OperatorFault
from models.settings import Settings
from models.settings_file import read_settings


def written(directory: Path, text: str) -> Path:
    path = directory / "hotline.toml"
    path.write_text(text, "utf-8")
    return path


def fault(path: Path | None) -> str:
    with pytest.raises(OperatorFault) as caught:
        read_settings(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings().model_dump() == Settings().model_dump()


def test_hotline_toml_in_the_working_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "[limits]\nmax_calls = 7\n")
    monkeypatch.chdir(tmp_path)
    assert read_settings().limits.max_calls == 7


def test_the_environment_wins_over_the_file_key_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, '[sip]\nlisten = "127.0.0.1:5060"\nrealm = "here"\n')
    monkeypatch.setenv("HOTLINE_SIP__LISTEN", "127.0.0.2:5070")
    assert (read_settings(path).sip.listen, read_settings(path).sip.realm) == ("127.0.0.2:5070", "here")


def test_an_unknown_key_names_its_line_and_the_one_that_was_meant(tmp_path: Path) -> None:
    path = written(tmp_path, "# ours\n[media]\nworkers = 1\nsilence_second = 5\n")
    expected = "the key [media] silence_second is unknown (did you mean silence_seconds?); remove or correct it."
    assert fault(path) == f"{path}, line 4: {expected}"


def test_an_unknown_table_is_found_too(tmp_path: Path) -> None:
    path = written(tmp_path, "[sib]\nlisten = 1\n")
    assert fault(path) == f"{path}, line 1: the key [sib] is unknown (did you mean sip?); remove or correct it."


def test_an_unknown_key_like_no_other_lists_the_known_ones(tmp_path: Path) -> None:
    assert "known here are directory." in fault(written(tmp_path, "[data]\nzzz = 1\n"))


def test_a_wrong_value_in_the_second_trunk_is_found_there(tmp_path: Path) -> None:
    trunk = '[[sip.trunks]]\nname = "{}"\nhost = "h"\n'
    path = written(tmp_path, trunk.format("a") + trunk.format("b") + "expires = 3\n")
    assert fault(path).startswith(f"{path}, line 7: [sip.trunks] 2 expires is wrong: ")


def test_a_missing_key_points_at_its_table(tmp_path: Path) -> None:
    path = written(tmp_path, '[sip]\n\n[[sip.trunks]]\nname = "a"\n')
    assert fault(path) == f"{path}, line 3: the key [sip.trunks] 1 host is missing; add it."


def test_a_wrong_value_is_shown_but_never_a_password(tmp_path: Path) -> None:
    assert "'many'" in fault(written(tmp_path, '[limits]\nmax_calls = "many"\n'))
    trunk = '[[sip.trunks]]\nname = "a"\nhost = "h"\npassword = 4711\n'
    assert "4711" not in fault(written(tmp_path, trunk))


def test_what_is_no_toml_names_line_and_column(tmp_path: Path) -> None:
    assert "line 2" in fault(written(tmp_path, "[sip]\nlisten = \n"))


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HOTLINE_SPI__LISTEN", "x", "HOTLINE_SPI__LISTEN is unknown (did you mean HOTLINE_SIP__LISTEN?)"),
        ("HOTLINE_SIP_LISTEN", "x", "HOTLINE_SIP_LISTEN is unknown (did you mean HOTLINE_SIP__LISTEN?)"),
        ("HOTLINE_KITCHEN__OVEN", "x", "HOTLINE_KITCHEN__OVEN is unknown; correct or unset it"),
        ("HOTLINE_SIP__LISTN", "x", "HOTLINE_SIP__LISTN: the key [sip] listn is unknown (did you mean listen?)"),
        ("HOTLINE_LIMITS__MAX_CALLS", "x", "HOTLINE_LIMITS__MAX_CALLS: [limits] max_calls is wrong"),
        ("HOTLINE_MEDIA__CODECS", "PCMU", "lists are JSON there"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    assert said in fault(None)


def test_variables_that_mean_other_things_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOTLINE_CONFIG", "HOTLINE_WEIGHTS", "HOTLINE_TEAM"):
        monkeypatch.setenv(name, "x")
    assert read_settings(None).sip.realm == "hotline"


def test_a_file_that_cannot_be_read_names_the_way_out(tmp_path: Path) -> None:
    assert "--config" in fault(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe4\n")
    assert "save it as UTF-8" in fault(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    "ports", ["abc", "", "20000", "20000-", "1000-2000", "60000-70000", "30000-20000", "20001-20002"]
)
def test_ports_that_carry_no_stream_are_said(tmp_path: Path, ports: str) -> None:
    said = fault(written(tmp_path, f'[media]\nports = "{ports}"\n'))
    assert "line 2: [media] ports is wrong: input should be first-last within 1024-65535" in said
    assert said.endswith(f"not '{ports}'; correct it.")


def test_workers_without_a_port_pair_each_are_said(tmp_path: Path) -> None:
    said = fault(written(tmp_path, '[media]\nworkers = 4\nports = "20001-20007"\n'))
    expected = "input should be at most 3, the port pairs (an even one and the next) in ports 20001-20007, not 4"
    assert said.endswith(f"line 2: [media] workers is wrong: {expected}; correct it.")
    assert read_settings(written(tmp_path, '[media]\nworkers = 3\nports = "20001-20007"\n')).media.workers == 3


def test_a_silence_of_no_seconds_would_end_every_call(tmp_path: Path) -> None:
    said = fault(written(tmp_path, "[media]\nsilence_seconds = 0\n"))
    assert "[media] silence_seconds is wrong: input should be greater than 0" in said
