"""Passwords: which are good enough, how they are kept (Argon2id, RFC 9106), and how one is checked or made up."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, select, update

from console.refused import Refused
from models.account import Account

LEAST = 12
"""Characters: length is what guessing costs (NIST SP 800-63B section 3.1.1)."""
MOST = 200
HASHER = PasswordHasher()
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$Snu+kaXAsOZvgir98Q98/g$HQ7uaA9ZRdFMgBentmOnGVgZmSnVCe7GJXXrPZC5FNI"
"""Verified where there is no such account, so that time doesn't tell who there is; as dear as `HASHER`'s."""
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Of passwords that are made up: none that looks like another."""


def fault(name: str, password: str) -> str:
    """Return what is wrong with a password: "short", "long", "name" or "same"; "" for a good one."""
    plain = password.casefold()
    if len(password) < LEAST:
        return "short"
    if len(password) > MOST:
        return "long"
    if len(set(plain)) < 4:
        return "same"
    return "name" if name and name.casefold() in plain and len(plain.replace(name.casefold(), "")) < LEAST // 2 else ""


WORDS = {
    "short": f"The password is too short; take {LEAST} characters or more.",
    "long": f"The password is too long; {MOST} characters are enough.",
    "same": "The password repeats itself; take other characters too.",
    "name": "The password is the name; take something that nobody guesses.",
}


def insist(name: str, password: str) -> None:
    """Raise `Refused` with a sentence for a password that isn't good enough."""
    wrong = fault(name, password)
    if wrong:
        raise Refused(WORDS[wrong], f"accounts.password_{wrong}", least=LEAST)


def made_up() -> str:
    """Return a password of 100 bits that can be read out: five groups of four letters."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))


def hashed(password: str) -> str:
    """Return what is kept of a password; takes some 50 ms and 64 MiB."""
    return HASHER.hash(password)


def right(kept: str, password: str) -> bool:
    """Tell whether it is the password of which `kept` was kept; takes as long where nothing was ("")."""
    try:
        return HASHER.verify(kept or NOBODY, password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def kept_of(connection: Connection, name: str) -> str:
    """Return what is kept of an account's password; "" for one that there isn't, or that may not sign in."""
    found = connection.execute(select(Account.password_hash).where(Account.name == name, Account.enabled)).scalar()
    return found or ""


def keep_anew(connection: Connection, name: str, password: str, kept: str) -> None:
    """Keep a password that was right as it would be kept today, where `HASHER` has become dearer since."""
    if HASHER.check_needs_rehash(kept):
        # Who is signed in stays so: it is the same password.
        connection.execute(update(Account).where(Account.name == name).values(password_hash=hashed(password)))
