"""The cases against Stripe's test mode. Collected only where STRIPE_TEST_KEY holds a secret key of a test account."""

import os

import pytest

from domain.payment_methods import Provider
from integrations.opened import Opened
from integrations.stripe_payments import Stripe
from tests.providers.stripe_cases import CASES, Case

KEY = os.environ.get("STRIPE_TEST_KEY", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_stripes_test_mode_does_as_the_adapter_expects(case: Case) -> None:
    assert KEY, "Set STRIPE_TEST_KEY to a secret key (sk_test_...) of a test account."
    opened = Opened(
        provider=Provider.STRIPE,
        is_live=False,
        credentials={"secretKey": KEY},
        webhook_secrets=(),
        database_url="",
    )
    stripe = Stripe(opened)
    await case(stripe)
    await stripe.close()
