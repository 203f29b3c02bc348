import pytest

from models.settings import GuardSettings
from voice.sip.guard import Guard, source_key

INVITE = b"INVITE sip:100@127.0.0.1 SIP/2.0\r\nUser-Agent: phone 1.0\r\n\r\n"
REGISTER = INVITE.replace(b"INVITE", b"REGISTER")
STRANGER = "127.0.0.43"


def guard(known=lambda address: False, sources=10_000, **settings):
    return Guard(GuardSettings(**settings), known, sources)


def test_a_burst_within_the_window_passes_and_what_is_above_is_banned():
    watch = guard(requests_per_second=20, window=5, ban_seconds=300)
    verdicts = [watch.admits(STRANGER, 10.0, INVITE) for _ in range(101)]
    assert all(verdict.admitted for verdict in verdicts[:100])
    assert verdicts[100].reason == "flood"
    assert watch.admits(STRANGER, 309.9, INVITE).reason == "banned"
    assert watch.admits(STRANGER, 310.0, INVITE).admitted
    assert watch.banned(100.0) == []
    assert watch.dropped == {"flood": 1, "banned": 1}


def test_a_steady_stream_at_the_limit_passes_for_ever():
    watch = guard(requests_per_second=20, window=5)
    assert all(watch.admits(STRANGER, step / 20, INVITE).admitted for step in range(5000))


def test_what_follows_an_admitted_request_costs_less():
    watch = guard(requests_per_second=1, window=10)
    answers = [watch.admits(STRANGER, 0.0, b"SIP/2.0 200 OK\r\n\r\n").admitted for _ in range(41)]
    assert answers == [True] * 40 + [False]


def test_an_office_of_phones_behind_one_address_may_send_ten_times_as_much_once_one_has_proved_itself():
    watch = guard(requests_per_second=1, window=10)
    watch.credentials_judged(STRANGER, True, 0.0)
    assert [watch.admits(STRANGER, 0.0, INVITE).admitted for _ in range(101)] == [True] * 100 + [False]
    watch = guard(requests_per_second=1, window=10)
    watch.credentials_judged(STRANGER, True, 0.0)
    assert [watch.admits(STRANGER, 4000.0, INVITE).admitted for _ in range(11)] == [True] * 10 + [False]


def test_one_stranger_does_not_use_up_anothers_allowance():
    watch = guard(requests_per_second=1, window=1)
    watch.admits(STRANGER, 0.0, INVITE)
    assert not watch.admits(STRANGER, 0.0, INVITE).admitted
    assert watch.admits("127.0.0.44", 0.0, INVITE).admitted


def test_a_trunk_is_never_dropped():
    watch = guard(known=lambda address: address == STRANGER, requests_per_second=1, window=1)
    scanner = INVITE.replace(b"phone 1.0", b"friendly-scanner")
    for _ in range(20):
        watch.credentials_judged(STRANGER, False, 0.0)
    assert all(watch.admits(STRANGER, 0.0, packet).admitted for packet in [INVITE] * 50 + [scanner, REGISTER])
    assert not watch.dropped


@pytest.mark.parametrize("agent", [b"friendly-scanner", b"SIPVicious v0.3", b"VaxSIPUserAgent/3.1", b"sipcli/1.8"])
def test_scanners_get_silence(agent):
    packet = INVITE.replace(b"User-Agent: phone 1.0", b"user-agent \t: " + agent)
    assert guard().admits(STRANGER, 0.0, packet).reason == "scanner"


def test_a_phone_whose_name_only_mentions_a_scanner_passes():
    assert guard().admits(STRANGER, 0.0, INVITE.replace(b"phone", b"not-a-sipcli")).admitted


def test_forged_sources_do_not_grow_the_memory():
    watch = guard(sources=100, requests_per_second=1, window=1)
    for number in range(5000):
        address = f"10.0.{number // 250}.{number % 250}"
        watch.admits(address, 0.0, INVITE)
        watch.admits(address, 0.0, INVITE)
        watch.credentials_judged(address, False, 0.0)
        watch.credentials_judged(f"{address}1", True, 0.0)
    assert max(len(watch._proven), len(watch._buckets), len(watch._bans), len(watch._failures)) <= 100


def test_wrong_passwords_make_a_source_wait_twice_as_long_each_time_up_to_the_ban():
    watch = guard(register_failures=5, ban_seconds=60)
    now, waits = 0.0, []
    for _ in range(4):
        watch.credentials_judged(STRANGER, False, now)
    assert watch.admits(STRANGER, now, REGISTER).admitted
    for _ in range(7):
        watch.credentials_judged(STRANGER, False, now)
        began = now
        while not watch.admits(STRANGER, now, REGISTER).admitted:
            now += 1.0
        waits.append(now - began)
    assert waits == [2, 4, 8, 16, 32, 60, 60]
    assert watch.dropped["password-backoff"] == sum(waits)


def test_while_registers_wait_calls_still_come_through():
    watch = guard(register_failures=1)
    watch.credentials_judged(STRANGER, False, 0.0)
    assert not watch.admits(STRANGER, 1.0, REGISTER).admitted
    assert watch.admits(STRANGER, 1.0, INVITE).admitted


def test_while_registers_wait_passwords_are_not_guessed_by_other_methods_either():
    watch = guard(register_failures=1)
    watch.credentials_judged(STRANGER, False, 0.0)
    guess = INVITE.replace(b"\r\n\r\n", b'\r\nAuthorization: Digest username="alice"\r\n\r\n')
    assert watch.admits(STRANGER, 1.0, guess).reason == "password-backoff"


def test_the_right_password_wipes_the_slate():
    watch = guard(register_failures=2)
    watch.credentials_judged(STRANGER, False, 0.0)
    watch.credentials_judged(STRANGER, True, 0.0)
    watch.credentials_judged(STRANGER, False, 0.0)
    assert watch.admits(STRANGER, 0.0, REGISTER).admitted


def test_yesterdays_slips_are_forgotten():
    watch = guard(register_failures=2, ban_seconds=60)
    watch.credentials_judged(STRANGER, False, 0.0)
    watch.credentials_judged(STRANGER, False, 86400.0)
    assert watch.admits(STRANGER, 86400.0, REGISTER).admitted


def test_a_flood_is_one_line_every_ten_seconds_that_counts_the_rest():
    watch = guard(requests_per_second=1, window=1, ban_seconds=1000)
    watch.admits(STRANGER, 0.0, INVITE)
    news = [watch.admits(STRANGER, second / 100, INVITE).news for second in range(2000)]
    told = [line for line in news if line]
    assert len(told) == 3
    assert told[0].startswith(f"{STRANGER} sends faster than")
    assert "(999 more since the last line)" in told[2]


def test_a_clock_that_is_set_back_bans_nobody():
    watch = guard(requests_per_second=10, window=1)
    assert all(watch.admits(STRANGER, now, INVITE).admitted for now in (1000.0, 5.0, 5.1, 5.2))


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("[2001:db8:1:2:3::9]", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
def test_an_ipv6_sender_is_its_network(address, key):
    assert source_key(address) == key
