"""Passwords: how long they are and which nobody may have. No rule of composition: length is what helps."""

import unicodedata
from pathlib import Path

from domain.checks import Checks

LEAST, MOST = 12, 128

_BREACHED = frozenset(Path(__file__).with_name("breached_passwords.txt").read_text("utf-8").splitlines())
"""The commonest passwords of public breaches that are long enough to pass, in lower case."""


def normalised(password: str) -> str:
    """The same characters however a keyboard composes them (NFKC); this is what is hashed."""
    return unicodedata.normalize("NFKC", password)


def check_password(checks: Checks, name: str, password: str) -> None:
    """A normalised password that is to be set."""
    length = len(password)
    checks.require(LEAST <= length <= MOST, f"Give {LEAST} to {MOST} characters; this has {length}.", name)
    known = password.casefold() in _BREACHED
    checks.require(not known, "This password is among those of known breaches. Choose another.", name)
