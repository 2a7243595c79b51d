"""Logs hold no secret, wherever in a line it was planted."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from server.logs import configure_logs, redacted

TOKEN = "zG3k-planted_" + "Ab1" * 12
CODE = "483920"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is logged while the test runs, as a server with these settings writes it."""
    root, out = logging.getLogger(), StringIO()
    handlers, level, was = root.handlers[:], root.level, structlog.get_config()
    monkeypatch.setattr("sys.stderr", out)
    configure_logs("json", "info")
    yield out
    root.handlers[:], root.level = handlers, level
    structlog.configure(**was)


def log() -> structlog.stdlib.BoundLogger:
    fresh: structlog.stdlib.BoundLogger = structlog.get_logger("tests.planted")
    return fresh


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "newPassword",
        "token",
        "refresh_token",
        "secret",
        "Cookie",
        "authorization",
        "code",
        "email",
        "display_name",
        "apiKey",
        "recoveryCodes",
        "variables",
        "credentials",
        "signature",
    ],
)
def test_what_lies_under_the_name_of_a_secret_is_replaced_however_deep(written: StringIO, name: str) -> None:
    log().info("planted", **{name: CODE})
    log().info("planted", request={"input": [{name: CODE}]})
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["planted", "planted"]
    assert CODE not in written.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {TOKEN}",
        f"cookie: theme=dark; __Host-mp_session={TOKEN}; a=b",
        f"mp_live_{TOKEN}",
        "mp_test_abcd1234.short",
        f"GET /graphql?query={{viewer}}&variables={TOKEN} HTTP/1.1",
        f"/reset?token={CODE}&a=b",
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c3IifQ.c2lnbmF0dXJl",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "postgres://milepost:open-sesame@db/milepost",
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
        "ada@example.com",
        f"prefix {TOKEN} suffix",
    ],
)
def test_what_looks_like_a_secret_is_replaced_wherever_it_stands(written: StringIO, text: str) -> None:
    planted = [TOKEN, CODE, "open-sesame", "aGFzaA", "ada@", "MfKQ9r", "c2lnbmF0dXJl", "abcd1234"]
    logging.getLogger("somebody.else").warning("failed: %s", text)
    log().warning("failed", error=text)
    try:
        raise ValueError(text)
    except ValueError:
        log().exception("failed")
    assert len([json.loads(line) for line in written.getvalue().splitlines()]) == 3
    assert [secret for secret in planted if secret in written.getvalue()] == []


def test_rows_and_values_that_the_database_complains_of_are_replaced(written: StringIO) -> None:
    message = (
        "duplicate key value violates unique constraint\n"
        f"DETAIL:  Failing row contains ({CODE}, Ada Lovelace).\n"
        "HINT:  none"
    )
    for text in (message, f"invalid input for query argument $2: '{CODE}' (an integer is required)"):
        try:
            raise RuntimeError(text)
        except RuntimeError:
            log().exception("failed")
    first, second = [json.loads(line) for line in written.getvalue().splitlines()]
    assert "violates unique constraint\nDETAIL:  [redacted]\nHINT:  none" in first["exception"]
    assert "query argument $2: [redacted] (an integer is required)" in second["exception"]
    assert "Lovelace" not in written.getvalue()


def test_what_is_no_secret_stays() -> None:
    for text in ("/graphql", "gig_0193a5c2f7e87c0d9b1f3e5a7c9d1b2e", "https://app.example/a?page=2", "17:30"):
        assert redacted(text) == text
