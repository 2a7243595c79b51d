"""Letters that follow from events, also when the post fails."""

from datetime import timedelta

import pytest

from domain.tokens import digest
from integrations.mail import FolderMail, Letter, use_mailer
from jobs.identity import forget_credentials, forget_sign_ins
from persistence.tables.credentials import account_requests, sign_in_challenges
from persistence.tables.identity import sign_in_events
from tests.makers.identity import PASSWORD, letters, make_account, make_two_factor, sign_up_input, token_in
from tests.makers.rows import count, write
from tests.world import World


class BrokenMail:
    """Writes the letter and then fails, as a connection does that is lost before the answer."""

    def __init__(self, world: World) -> None:
        self.real = FolderMail(world.mail_folder)

    async def carry(self, letter: Letter) -> None:
        await self.real.carry(letter)
        raise ConnectionResetError("lost before the answer")


async def test_a_letter_that_may_not_have_arrived_is_sent_again_with_another_secret(world: World) -> None:
    await world.caller().do("signUp", "accepted", **sign_up_input())
    use_mailer(BrokenMail(world))
    with pytest.raises(AssertionError):
        await world.settle()
    use_mailer(FolderMail(world.mail_folder))
    world.clock.advance(timedelta(minutes=1))
    await world.settle()
    first, second = (token_in(letter) for letter in letters(world))
    assert first != second
    assert (await world.caller().refused("verifyEmail", token=first))["code"] == "INVALID"
    await world.caller().do("verifyEmail", "token", token=second)


async def test_sign_in_attempts_are_forgotten_after_180_days(world: World) -> None:
    for email in ("ada@example.com", "bob@example.com"):
        await world.caller().refused("signIn", email=email, password="a long sentence")
    email_hash = sign_in_events.c.email_hash
    oldest = sign_in_events.update().where(email_hash == digest("ada@example.com"))
    await write(world, oldest.values(at=sign_in_events.c.at - timedelta(days=181)))
    assert await forget_sign_ins(world.database, world.clock.now()) == 1
    assert await count(world, sign_in_events, email_hash == digest("bob@example.com")) == 1


async def test_requests_are_forgotten_after_a_day_and_challenges_when_they_are_over(world: World) -> None:
    await make_two_factor(await make_account(world))
    await world.caller().do("signIn", "challenge { challengeId }", email="ada@example.com", password=PASSWORD)
    await world.caller().do("requestPasswordReset", "accepted", email="ada@example.com")
    assert await forget_credentials(world.database, world.clock.now()) == 0
    requests, challenges = account_requests.c, sign_in_challenges.c
    await write(world, account_requests.update().values(at=requests.at - timedelta(days=1)))
    await write(world, sign_in_challenges.update().values(expires_at=challenges.expires_at - timedelta(minutes=5)))
    assert await forget_credentials(world.database, world.clock.now()) == 3
    assert [await count(world, table) for table in (account_requests, sign_in_challenges)] == [0, 0]
