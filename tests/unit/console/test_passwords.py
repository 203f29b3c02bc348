"""Passwords: what is good enough, and that looking one up tells nothing of who there is."""

from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from console import passwords
from console.passwords import HASHER, LEAST, NOBODY, fault, hashed, insist, made_up, right
from models.errors import CannotDo
from tests.unit.console.people import KEPT


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("elevenchars", "short"),
        ("twelve-chars", ""),
        ("一二三四五六七八九十百千", ""),
        ("anna.li-anna.li", "name"),
        ("ANNA.LI12345", "name"),
        ("anna.li and seven horses", ""),
        ("aaaaaaaaaaaaaaaa", "same"),
        ("1212121212121212", "same"),
        ("x1y2" * 60, "long"),
    ],
)
def test_a_password_is_long_and_not_the_name(password, wrong):
    assert fault("anna.li", password) == wrong


def test_what_is_not_good_enough_is_said_in_a_sentence():
    with pytest.raises(CannotDo, match=f"too short; take {LEAST} characters"):
        insist("anna", "short")


def test_passwords_that_are_made_up_are_good_and_all_different():
    made = {made_up() for _ in range(50)}
    assert len(made) == 50
    assert not any(fault("anna", password) for password in made)


def test_only_the_same_password_is_right_and_the_same_one_is_kept_otherwise_each_time():
    kept = hashed("a long password")
    assert kept.startswith("$argon2id$")
    assert kept.split("$")[4] != NOBODY.split("$")[4], "salted"
    assert right(kept, "a long password")
    assert not right(kept, "a long passwore")
    assert not right("", "nobody's")
    assert not right("no hash", "a long password")


def test_for_a_name_that_is_nobodys_something_as_dear_is_verified(monkeypatch):
    verified = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            verified.append(extract_parameters(str(hash)))
            raise VerifyMismatchError

    monkeypatch.setattr(passwords, "HASHER", Watched())
    kept = KEPT.replace("m=8,t=1,p=1", NOBODY.split("$")[3])
    assert not right("", "something")
    assert not right(kept, "something")
    assert verified[0] == verified[1] == extract_parameters(NOBODY)
    assert not HASHER.check_needs_rehash(NOBODY), "as dear as what is kept today"
