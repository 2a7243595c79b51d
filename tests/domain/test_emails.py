"""E-mail addresses: one spelling, and what may be one."""

import pytest

from domain.checks import Checks
from domain.emails import check_email, normal


def problems(address: str) -> int:
    checks = Checks()
    check_email(checks, "email", address)
    return len(checks.problems)


def test_an_address_has_one_spelling() -> None:
    assert normal("  Ada.Lovelace@Example.COM ") == "ada.lovelace@example.com"


@pytest.mark.parametrize(
    "address",
    ["ada@example.com", "ada+milepost@mail.example.co.uk", "o'neil_2@xn--bcher-kva.example", f"{'a' * 64}@example.com"],
)
def test_what_may_be_an_address(address: str) -> None:
    assert problems(address) == 0


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@localhost",
        "ada@@example.com",
        ".ada@example.com",
        "a..b@example.com",
        "ada@-example.com",
        "ada@example.com\nBcc: eve@example.com",
        "ada@example.com,eve@example.com",
        "ada lovelace@example.com",
        "ádá@example.com",
        "Ada@example.com",
        f"{'a' * 65}@example.com",
        f"ada@{'example.' * 32}com",
    ],
)
def test_what_may_not(address: str) -> None:
    assert problems(address) == 1
