"""How often one may ask for a mailed token."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.one_time_tokens import OneTimeToken, TokenPurpose, ask_for
from domain.refusals import RefusalCode, Refused

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ask(*earlier: timedelta) -> OneTimeToken:
    instants = [NOW - one for one in earlier]
    return ask_for(TokenPurpose.VERIFY_EMAIL, new_id(), instants, by=SYSTEM, at=NOW, real=NOW)


def test_a_token_has_no_secret_before_its_mail_is_sent_and_lives_24_hours_from_then() -> None:
    token = ask()
    assert (token.token_hash, token.used_at) == (None, None)
    token.put_into_mail(b"hash", real=NOW + timedelta(hours=1))
    assert (token.token_hash, token.expires_at) == (b"hash", NOW + timedelta(hours=25))


def test_mails_are_60_seconds_apart() -> None:
    with pytest.raises(Refused) as refused:
        ask(timedelta(seconds=59.5))
    assert refused.value.code is RefusalCode.RATE_LIMITED
    assert refused.value.refusal.retry_after_seconds == 1
    assert ask(timedelta(seconds=60)).created_at == NOW


def test_there_are_at_most_five_in_24_hours() -> None:
    hours = [timedelta(hours=number) for number in (1, 2, 3, 4, 20)]
    with pytest.raises(Refused) as refused:
        ask(*hours)
    assert refused.value.refusal.retry_after_seconds == 4 * 3600
    ask(*hours[:4])
