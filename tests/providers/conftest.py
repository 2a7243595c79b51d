"""Stand-ins for the tests of adapters."""

from collections.abc import AsyncIterator

import pytest

from standins.serving import serving
from tests.providers.paypal import Stage


@pytest.fixture(scope="session")
async def paypal_stage() -> AsyncIterator[Stage]:
    """The socket of all stand-ins for PayPal."""
    stage = Stage()
    async with serving(stage) as url:
        stage.url = url
        yield stage
