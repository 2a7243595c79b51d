"""What tests of billing share: Stripe, set up by staff, with its messages coming in through the real door."""

from collections.abc import AsyncIterator

import pytest

from domain.payment_methods import Provider
from domain.permissions import StaffRole
from tests.providers.companies import Stripe
from tests.providers.company_setups import COMPANIES
from tests.world import World


@pytest.fixture
def has_limits() -> bool:
    """What plans give is what it is about here."""
    return True


@pytest.fixture
async def company(world: World) -> AsyncIterator[Stripe]:
    async with COMPANIES[Provider.STRIPE](await world.staff(StaffRole.FINANCE)) as company:
        assert isinstance(company, Stripe)
        yield company
