"""Letters that follow from events, also when the post fails."""

from datetime import timedelta

import pytest

from domain.tokens import digest
from integrations.mail import FolderMail, Letter, use_mailer
from jobs.identity import forget_sign_ins
from persistence.tables.identity import sign_in_events
from tests.makers.identity import letters, sign_up_input, token_in
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
