"""Methods on file at Stripe: kept for an organization's customer, recognized, and charged later."""

from datetime import date
from uuid import UUID

from domain.payment_methods import MethodDetails, PaymentMethodKind
from integrations.payments import Charged, Declined, NoAnswer, Unusable
from standins.faults import Fault
from tests.providers.stripe_setup import Setup

ORGANIZATION = UUID(int=7)


async def test_a_card_is_kept_for_the_organizations_one_customer(stripe: Setup) -> None:
    first = await stripe.stripe.method_details(stripe.adding("pm_card_visa", ORGANIZATION))
    assert first == MethodDetails(
        token="pm_000001",
        kind=PaymentMethodKind.CARD,
        label="Visa",
        last4="4242",
        expires_on=date(2034, 8, 31),
        customer="cus_000001",
    )
    second = await stripe.stripe.method_details(stripe.adding("pm_card_amex", ORGANIZATION, "cus_000001"))
    assert isinstance(second, MethodDetails)
    assert (second.label, second.customer) == ("American Express", "cus_000001")
    assert len(stripe.world.all("customer")) == 1


async def test_a_customer_whose_answer_was_lost_is_not_made_twice(stripe: Setup) -> None:
    stripe.faults.script(Fault.NO_ANSWER_AFTER, path="/v1/customers")
    adding = stripe.adding("pm_card_visa", ORGANIZATION)
    assert isinstance(await stripe.stripe.method_details(adding), NoAnswer)
    assert isinstance(await stripe.stripe.method_details(adding), MethodDetails)
    assert len(stripe.world.all("customer")) == 1


async def test_a_kept_card_is_charged_without_anybody_there(stripe: Setup) -> None:
    for token, answered in (
        ("pm_card_visa", Charged),
        ("pm_card_chargeCustomerFail", Declined),
        ("pm_card_authenticationRequiredOnSetup", Charged),
    ):
        kept = await stripe.kept(token)
        charge = stripe.charge(kept.token, customer=kept.customer, is_off_session=True)
        assert isinstance(await stripe.stripe.charge(charge), answered)


async def test_a_card_that_cannot_be_kept_says_why(stripe: Setup) -> None:
    declined = await stripe.stripe.method_details(stripe.adding("pm_card_chargeDeclinedExpiredCard"))
    assert declined == Unusable(reason="The card has expired.")
    unknown = await stripe.stripe.method_details(stripe.adding("pm_of_nobody"))
    assert unknown == Unusable(reason="Stripe knows no such method, or it is kept for somebody else.")


async def test_nobody_takes_the_method_of_another_organization(stripe: Setup) -> None:
    kept = await stripe.kept("pm_card_visa")
    assert isinstance(await stripe.stripe.method_details(stripe.adding(kept.token)), Unusable)
