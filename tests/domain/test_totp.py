"""Time-based one-time passwords: the vectors of RFC 6238, which steps count, and what apps are given."""

from base64 import b32decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.ids import new_id
from domain.totp import code_at, shown, step_matching, step_of, uri
from domain.two_factors import begin

SECRET = b"12345678901234567890"
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SECRET, step_of(datetime.fromtimestamp(seconds, UTC))) == code


@pytest.mark.parametrize(("drift", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_early_or_late(drift: int, is_good: bool) -> None:
    step = step_of(NOW) + drift
    assert step_matching(SECRET, code_at(SECRET, step), NOW) == (step if is_good else None)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "000000\n"])
def test_what_is_no_code_matches_no_step(code: str) -> None:
    assert step_matching(SECRET, code, NOW) is None


def test_a_step_works_once_and_none_before_it_works_afterwards() -> None:
    factor, now = begin(new_id(), "sealed", real=NOW), step_of(NOW)
    assert factor.accepts(SECRET, code_at(SECRET, now), real=NOW)
    assert not factor.accepts(SECRET, code_at(SECRET, now), real=NOW + timedelta(seconds=10))
    assert not factor.accepts(SECRET, code_at(SECRET, now - 1), real=NOW)
    assert factor.accepts(SECRET, code_at(SECRET, now + 1), real=NOW + timedelta(seconds=20))


def test_apps_read_the_same_secret_from_text_and_from_the_uri() -> None:
    address = urlsplit(uri(SECRET, "ada@example.com"))
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/Milepost%3Aada%40example.com")
    settings = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert settings == {"secret": shown(SECRET), "issuer": "Milepost", "digits": "6", "period": "30"}
    assert b32decode(settings["secret"]) == SECRET
