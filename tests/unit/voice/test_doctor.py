"""What the doctor finds about the line."""

import os
import socket

import pytest

from models.settings import Settings
from voice.doctor import examine

ADDRESS = "127.0.0.23"


@pytest.fixture(autouse=True)
def _no_server(tmp_path, monkeypatch):
    """Whatever runs where the tests are started is none of theirs."""
    monkeypatch.chdir(tmp_path)


def settings(**sections):
    values = {"sip": {"listen": f"{ADDRESS}:5990"}, "media": {"ports": "35200-35399"}}
    values |= {"metrics": {"listen": f"{ADDRESS}:9464"}} | sections
    return Settings.model_validate(values)


def faults(given):
    return [finding for finding in examine(given) if finding.level == "fault"]


def warnings(given):
    return [finding.sentence for finding in examine(given) if finding.level == "warning"]


def test_a_free_line_has_no_fault():
    assert not faults(settings())


def test_a_line_that_listens_on_a_name_is_looked_at_too():
    assert not faults(settings(sip={"listen": "localhost:5990"}))


def test_a_taken_port_is_a_fault_that_names_it_and_the_key():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((ADDRESS, 5990))
        (fault,) = faults(settings())
    assert f"{ADDRESS}:5990" in fault.sentence
    assert "[sip] listen" in fault.sentence


def test_the_ports_of_the_server_that_runs_are_its_own(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as its, socket.socket(socket.AF_UNIX) as control:
        its.bind((ADDRESS, 5990))
        control.bind("control.sock")
        control.listen()
        assert not faults(settings(data={"directory": str(tmp_path)}))


def test_real_time_priority_is_tried_as_high_as_the_media_worker_takes_it(monkeypatch):
    def refuse(pid, policy, param):
        if param.sched_priority > 1:
            raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert any("LimitRTPRIO=20" in said for said in warnings(settings()))


def test_a_range_too_narrow_for_the_calls_is_said():
    assert any("carry 10 streams" in said for said in warnings(settings(media={"ports": "35200-35219"})))


def test_rtp_ports_that_others_use_are_said():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((ADDRESS, 35200))
        assert any("used by others" in said for said in warnings(settings()))


def test_an_unspecified_address_without_a_public_one_is_said():
    assert any("public_address" in said for said in warnings(settings(sip={"listen": "0.0.0.0:5990"})))


def test_a_password_from_an_unset_variable_is_a_fault(monkeypatch):
    monkeypatch.delenv("NO_SUCH_PASSWORD", raising=False)
    trunk = {"name": "carrier", "host": "192.0.2.1", "username": "us", "password": "env:NO_SUCH_PASSWORD"}
    (fault,) = faults(settings(sip={"listen": f"{ADDRESS}:5990", "trunks": [trunk]}))
    assert "$NO_SUCH_PASSWORD" in fault.sentence


@pytest.mark.parametrize("realtime", [True, False])
def test_real_time_priority_is_always_spoken_of(realtime):
    said = [f.sentence for f in examine(settings(media={"realtime": realtime, "ports": "35200-35399"}))]
    assert any("real-time" in sentence.lower() or "realtime" in sentence for sentence in said)


def test_a_metrics_port_of_another_server_is_a_warning_that_names_it_and_the_key():
    assert not any("[metrics]" in said for said in warnings(settings()))
    with socket.create_server((ADDRESS, 9464)):
        [said] = [said for said in warnings(settings()) if "[metrics]" in said]
        assert not faults(settings())
    assert f"{ADDRESS}:9464" in said


@pytest.mark.parametrize("listen", ["192.0.2.1:9464", "127.0.0.23:many"])
def test_a_metrics_address_that_is_none_of_ours_or_no_address_is_a_fault(listen):
    (fault,) = faults(settings(metrics={"listen": listen}))
    assert listen in fault.sentence
    assert "[metrics]" in fault.sentence


def test_where_no_metrics_are_wanted_no_port_is_looked_at():
    assert not [f for f in examine(settings(metrics={"listen": ""})) if f.subject == "metrics"]
