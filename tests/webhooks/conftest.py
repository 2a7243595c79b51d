"""Receivers on this machine, which a sandbox may call."""

from collections.abc import AsyncIterator, Iterator

import pytest

from integrations.public_addresses import Guard, guard_in_use, use_guard
from tests.makers.receivers import Receiver, receiving


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
