"""Whose pages make a request, whether TLS is there, and who is behind an address."""

import pytest

from console.site import Site, neighbourhood

PUBLIC = "https://calls.example.com"


def scope(scheme="http", **headers):
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "scheme": scheme, "headers": named}


@pytest.mark.parametrize(
    ("site", "asked", "strange"),
    [
        (Site(), scope(host="localhost:9465"), False),
        (Site(), scope(host="localhost:9465", origin="http://localhost:9465"), False),
        (Site(), scope(host="localhost:9465", origin="http://localhost:8000"), True),
        (Site(), scope(host="localhost:9465", origin="http://evil.example"), True),
        (Site(), scope(host="localhost:9465", origin="null"), True),
        (Site(), scope(host="a.example.com", sec_fetch_site="same-site"), True),
        (Site(), scope(host="a.example.com", sec_fetch_site="none"), False),
        (Site(PUBLIC), scope(host="calls.example.com", origin=PUBLIC), False),
        (Site(PUBLIC), scope(host="127.0.0.1:9465", origin=PUBLIC), False),
        (Site(PUBLIC), scope(host="calls.example.com", origin="http://calls.example.com"), True),
        (Site(PUBLIC), scope(host="calls.example.com", origin=PUBLIC + ".evil.example"), True),
    ],
)
def test_only_our_own_pages_are_not_strange(site, asked, strange):
    assert site.strange(asked) is strange


def test_over_tls_cookies_have_names_that_no_other_host_can_set():
    assert Site().cookie(scope(), "hotline_session") == "hotline_session"
    assert Site().cookie(scope("https"), "hotline_session") == "__Host-hotline_session"
    assert Site(PUBLIC).cookie(scope("http"), "hotline_session") == "__Host-hotline_session"
    assert not Site("http://calls.lan").secure(scope("https")), "what the settings say wins"


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_addresses_of_one_customer_count_as_one(address, near):
    assert neighbourhood(address) == near
