"""Metrics as Prometheus reads them."""

import logging
from urllib.request import urlopen

import pytest
from prometheus_client import generate_latest

from models.errors import OperatorFault
from voice.metrics import Family, Gauges, Histogram


def test_a_family_is_read_when_it_is_asked_for():
    calls = {"": 0.0}
    gauges = Gauges()
    gauges.add(Family("hotline_calls", "Calls now.", lambda: calls))
    calls[""] = 3
    assert b"hotline_calls 3.0" in generate_latest(gauges.registry)


def test_a_counter_is_labelled():
    gauges = Gauges()
    gauges.add(Family("hotline_calls_ended", "Calls.", lambda: {"busy": 2}, label="cause", counter=True))
    assert b'hotline_calls_ended_total{cause="busy"} 2.0' in generate_latest(gauges.registry)


def test_a_histogram_counts_each_observation_in_every_bucket_above_it():
    gauges = Gauges()
    answer = gauges.add_histogram(Histogram("hotline_answer_seconds", "Voice to voice.", [0.5, 1]))
    for seconds in (0.4, 0.6, 3):
        answer.observe(seconds)
    text = generate_latest(gauges.registry).decode()
    assert 'hotline_answer_seconds_bucket{le="0.5"} 1.0' in text
    assert 'hotline_answer_seconds_bucket{le="1"} 2.0' in text or 'le="1.0"} 2.0' in text
    assert 'hotline_answer_seconds_bucket{le="+Inf"} 3.0' in text
    assert "hotline_answer_seconds_sum 4.0" in text


def test_of_two_servers_with_one_metrics_address_the_second_goes_on_without_and_says_so(
    caplog: pytest.LogCaptureFixture,
):
    first, second = Gauges(), Gauges()
    first.add(Family("hotline_calls", "Calls now.", lambda: {"": 3}))
    server = first.serve("127.0.9.1:0")
    assert server is not None
    try:
        listen = f"127.0.9.1:{server.server_port}"
        with caplog.at_level(logging.WARNING):
            assert second.serve(listen) is None
        [warning] = caplog.messages
        assert listen in warning
        assert "[metrics] listen" in warning
        with urlopen(f"http://{listen}/metrics") as answer:
            assert b"hotline_calls 3.0" in answer.read()
    finally:
        server.shutdown()
        server.server_close()


def test_a_metrics_address_that_is_none_of_ours_is_the_operators_fault():
    with pytest.raises(OperatorFault, match=r"192\.0\.2\.1:9464 .*\[metrics\] listen"):
        Gauges().serve("192.0.2.1:9464")
