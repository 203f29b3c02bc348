"""What of the tests keeps together when two processes of pytest share them."""

import pytest

from tests.conftest import CHECKOUT, group


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ("tests/unit/voice/sip/test_stack.py", "unit/voice"),
        ("tests/unit/voice/test_outbound.py", "unit/voice"),
        ("tests/unit/models/test_log.py", "unit/models"),
        ("tests/engines/test_piper.py", "engines"),
        ("tests/calls/test_conversation_basics.py", "calls"),
        ("tests/calls/test_demo.py", "calls/test_demo.py"),
        ("tests/calls/test_worker_faults.py", "the live server and peers"),
        ("tests/peers/test_server_with_sipp.py", "the live server and peers"),
        ("tests/peers/test_sipp_calls_us.py", "the live server and peers"),
    ],
)
def test_what_shares_addresses_or_a_server_runs_in_one_process(file: str, where: str) -> None:
    assert group(CHECKOUT / file) == where
