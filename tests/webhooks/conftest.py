"""Receivers on this machine, which a sandbox may call, and an app to be told."""

from collections.abc import AsyncIterator, Iterator

import pytest

from integrations.public_addresses import Guard, guard_in_use, use_guard
from tests.makers.apps import Partner, make_partner
from tests.makers.credit_control import give_credits
from tests.makers.receivers import Receiver, receiving
from tests.world import World


@pytest.fixture
def calls_local() -> Iterator[None]:
    before = guard_in_use()
    use_guard(Guard(allows_local=True))
    yield
    use_guard(before)


@pytest.fixture
async def receiver(calls_local: None) -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def partner(world: World) -> Partner:
    """An app in an organization that has a hundred credits."""
    made = await make_partner(world)
    await give_credits(world, made.user.organization_id, 100)
    return made
