"""The demonstration: there once, complete, and ready to be signed in to."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from persistence.books import check_books
from persistence.database import Database
from persistence.tables.identity import users
from persistence.tables.platform import outbox
from server.clock import Clock
from server.migrations import upgrade
from server.seed import PASSWORD, SEEDED, STAFF_EMAIL, seed
from tests.client import Client

SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }"


@pytest.fixture
async def empty(new_database: str) -> AsyncIterator[Database]:
    """A migrated platform on which nobody has signed up."""
    await upgrade(new_database)
    database = Database(new_database, pool_size=5)
    yield database
    await database.close()


async def people(database: Database) -> int:
    async with database.reader() as session:
        return await session.scalar(select(func.count()).select_from(users)) or 0


async def test_it_is_seeded_once_however_many_start_at_once(empty: Database) -> None:
    now = Clock().now()
    assert sorted(await asyncio.gather(*(seed(empty, now) for _ in range(3)))) == [False, False, True]
    assert await seed(empty, now) is False
    assert await people(empty) == len(SEEDED)
    assert await check_books(empty, now) == []


async def test_everybody_named_can_sign_in_and_sees_their_part(empty: Database) -> None:
    clock = Clock()
    await seed(empty, clock.now())
    async with Client.serving(empty, clock) as client:
        tokens = {}
        for person in SEEDED:
            payload = await client.ask(SIGN_IN, input={"email": person.email, "password": PASSWORD})
            tokens[person.email] = payload["signIn"]["token"]
        for email in ("nora@northwind.example", "ada@lovelace.example"):
            (proposal,) = (
                await client.ask("{ proposals { nodes { status amount { decimal } gig { status } } } }", tokens[email])
            )["proposals"]["nodes"]
            assert proposal == {"status": "SUBMITTED", "amount": {"decimal": "1100.00"}, "gig": {"status": "OPEN"}}
        quota = await client.ask('{ quota(featureCode: "gigs.open") { used isUnlimited } }', tokens[SEEDED[0].email])
        assert quota["quota"] == {"used": "1", "isUnlimited": True}
        methods = await client.ask("{ paymentMethods { nodes { isDefault } } }", tokens["fred@northwind.example"])
        assert methods["paymentMethods"]["nodes"] == [{"isDefault": True}]
        gig = (await client.ask("{ gigs { nodes { category { slug } } } }", tokens["bea@bright.example"]))["gigs"]
        assert gig["nodes"] == [{"category": {"slug": "web-development"}}]
        assert (await client.ask("{ trialBalance { currency } }", tokens[STAFF_EMAIL]))["trialBalance"] == []


async def test_nobody_seeded_is_sent_mail(empty: Database) -> None:
    await seed(empty, Clock().now())
    async with empty.reader() as session:
        events = set(await session.scalars(select(outbox.c.type)))
    assert {"user.signed_up", "user.verified", "gig.published", "proposal.submitted"} <= events
    assert not {"one_time_token.requested", "member.invited"} & events
