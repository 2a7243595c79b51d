"""Stand-ins for the tests of adapters."""

import os
from collections.abc import AsyncIterator

import pytest

from standins.serving import serving
from tests.providers.paypal import Stage
from tests.providers.stripe_setup import Setup, standing_in

# Without a key there is nobody to ask: the file is not collected at all.
collect_ignore = [] if os.environ.get("STRIPE_TEST_KEY") else ["test_stripe_live.py"]


@pytest.fixture
async def stripe() -> AsyncIterator[Setup]:
    """A stand-in for Stripe with nothing in it, and the adapter that speaks with it."""
    async with standing_in() as setup:
        yield setup


@pytest.fixture(scope="session")
async def paypal_stage() -> AsyncIterator[Stage]:
    """The socket of all stand-ins for PayPal."""
    stage = Stage()
    async with serving(stage) as url:
        stage.url = url
        yield stage
