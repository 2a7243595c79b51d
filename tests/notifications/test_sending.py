"""How notifications leave: by mail, merged, once a day, not in quiet hours, and what happens when the post fails."""

from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.mail import AddressRefused, CannotCarry, FolderMail, Letter, use_mailer
from persistence.tables.notifications import notification_sends
from tests.makers.identity import letters
from tests.makers.notifications import choose, make_proposed, make_told, told
from tests.makers.rows import rows
from tests.world import World


class Refusing:
    """A mail server that takes nothing, and says so."""

    def __init__(self, answer: Exception) -> None:
        self._answer = answer
        self.asked = 0

    async def carry(self, letter: Letter) -> None:
        self.asked += 1
        raise self._answer


async def sends(world: World) -> list[tuple[Any, ...]]:
    table = notification_sends.c
    found = await rows(world, notification_sends.select().order_by(table.id))
    names = [column.name for column in table]
    return [
        (one["channel"].name, one["status"].name, one["count"], one["attempts"], one["error"])
        for one in (dict(zip(names, row, strict=True)) for row in found)
    ]


def move_to(world: World, hour: int) -> None:
    """To that hour of the next day, in the zone of everybody's profile in winter or summer: Europe/Skopje."""
    now = world.clock.now()
    there = datetime(now.year, now.month, now.day, hour, tzinfo=UTC) + timedelta(days=1)
    world.clock.advance(there - now)


async def test_a_notification_is_mailed_at_once_with_a_way_to_end_that(world: World) -> None:
    client = await make_told(world)
    [letter] = letters(world, client.email)
    assert letter["Subject"] == "A proposal for A website"
    assert letter.get_content().splitlines()[0] == "Ada Lovelace proposes to do A website for 1000.00 EUR."
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert await sends(world) == [("EMAIL", "SENT", 1, 1, None)]


async def test_what_is_switched_off_is_in_the_app_all_the_same(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await choose(client, "WORK", "EMAIL", "OFF")
    await make_proposed(world, client, freelancer)
    assert letters(world, client.email) == []
    assert len(await told(client)) == 1


async def test_what_is_switched_off_while_it_waits_is_not_sent(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await choose(client, "WORK", "EMAIL", "DIGEST")
    await make_proposed(world, client, freelancer)
    await choose(client, "WORK", "EMAIL", "OFF")
    world.clock.advance(timedelta(days=1))
    await world.settle()
    assert letters(world, client.email) == []
    assert await sends(world) == [("EMAIL", "SUPPRESSED", 1, 0, "switched off")]


async def test_a_digest_has_all_of_a_day_in_one_letter_in_the_morning(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await choose(client, "WORK", "EMAIL", "DIGEST")
    move_to(world, 12)
    await make_proposed(world, client, freelancer, "A website")
    await make_proposed(world, client, await world.freelancer_side("Bob"), "A poster")
    assert letters(world, client.email) == []
    move_to(world, 4)
    await world.settle()
    assert letters(world, client.email) == []
    world.clock.advance(timedelta(hours=5))
    await world.settle()
    [letter] = letters(world, client.email)
    assert letter["Subject"] == "2 notifications of the last day"
    text = letter.get_content()
    assert text.index("A proposal for A website") < text.index("A proposal for A poster")
    assert "/DAILY?proof=" in str(letter["List-Unsubscribe"])
    world.clock.advance(timedelta(days=2))
    await world.settle()
    assert len(letters(world, client.email)) == 1


async def test_quiet_hours_hold_mail_until_they_end(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await client.do("setNotificationHours", "preferences { quietFrom }", quietFrom="20:00", quietUntil="07:00")
    move_to(world, 23)
    await make_proposed(world, client, freelancer)
    assert letters(world, client.email) == []
    world.clock.advance(timedelta(hours=8))
    await world.settle()
    assert len(letters(world, client.email)) == 1


async def test_quiet_hours_that_begin_while_it_waits_hold_it_too(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    move_to(world, 12)
    use_mailer(Refusing(CannotCarry("the server is away")))
    await make_proposed(world, client, freelancer)
    use_mailer(FolderMail(world.mail_folder))
    await client.do("setNotificationHours", "preferences { quietFrom }", quietFrom="00:00", quietUntil="23:59")
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert letters(world, client.email) == []
    assert await sends(world) == [("EMAIL", "PENDING", 1, 1, "the server is away")]


async def test_more_of_the_same_joins_what_was_not_sent_for_five_minutes(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await choose(client, "WORK", "EMAIL", "OFF")
    proposal = await make_proposed(world, client, freelancer)
    move_to(world, 20)
    await freelancer.do("setNotificationHours", "preferences { quietFrom }", quietFrom="20:00", quietUntil="07:00")
    for minutes in (0, 4, 6):
        world.clock.advance(timedelta(minutes=minutes))
        await client.do("offerProposal", "proposal { id }", proposalId=proposal)
        await world.settle()
        await freelancer.do("declineOffer", "proposal { id }", proposalId=proposal)
    assert len(await told(freelancer, "proposal.offered")) == 3
    assert await sends(world) == [("EMAIL", "PENDING", 2, 0, None), ("EMAIL", "PENDING", 1, 0, None)]
    move_to(world, 7)
    await world.settle()
    first, second = letters(world, freelancer.email)
    assert "This has happened 2 times." in first.get_content()
    assert "times" not in second.get_content()


async def test_mail_that_fails_is_tried_again_and_undoes_nothing(world: World) -> None:
    away = Refusing(CannotCarry("the server is away"))
    use_mailer(away)
    client = await make_told(world)
    assert (away.asked, await sends(world)) == (1, [("EMAIL", "PENDING", 1, 1, "the server is away")])
    assert len(await told(client)) == 1
    use_mailer(FolderMail(world.mail_folder))
    world.clock.advance(timedelta(minutes=1))
    await world.settle()
    assert len(letters(world, client.email)) == 1
    assert await sends(world) == [("EMAIL", "SENT", 1, 2, None)]


async def test_mail_that_fails_ten_times_is_given_up(world: World) -> None:
    use_mailer(Refusing(OSError("ada@example.com is unreachable")))
    await make_told(world)
    for _ in range(12):
        world.clock.advance(timedelta(hours=1))
        await world.settle()
    assert await sends(world) == [("EMAIL", "FAILED", 1, 10, "OSError")]


async def test_an_address_at_which_nobody_is_reached_is_left_alone_until_it_changes(world: World) -> None:
    gone = Refusing(AddressRefused("it refuses the recipient with 550"))
    use_mailer(gone)
    client = await world.client_side()
    await make_proposed(world, client, await world.freelancer_side())
    await make_proposed(world, client, await world.freelancer_side(), "A poster")
    assert gone.asked == 1
    assert await sends(world) == [
        ("EMAIL", "BOUNCED", 1, 1, "it refuses the recipient with 550"),
        ("EMAIL", "SUPPRESSED", 1, 0, "nobody is reached at the address"),
    ]
