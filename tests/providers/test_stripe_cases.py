"""The cases that can be tried against Stripe itself, against the stand-in."""

import pytest

from integrations.stripe_payments import Stripe
from standins.serving import serving
from standins.stripe.app import app, contract
from standins.stripe.world import World
from tests.providers.stripe_cases import CASES, Case
from tests.providers.stripe_setup import opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_the_stand_in_does_as_stripe_should(case: Case) -> None:
    world = World(contract())
    async with serving(app(world)) as url:
        world.address = url
        stripe = Stripe(opened(address=url))
        await case(stripe)
        await stripe.close()
