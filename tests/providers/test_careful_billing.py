"""The care around those who bill subscriptions: a company that does not, or is not set up, harms nobody."""

from domain.billed_subscriptions import BilledSubscription
from domain.payment_methods import Provider
from domain.provider_accounts import ProviderMode, not_set_up
from integrations.adyen_payments import Adyen
from integrations.careful_billing import CarefulBilling
from integrations.payments import PaymentProvider
from integrations.paypal_payments import PayPal
from integrations.provider_answers import Declined, NoAnswer
from integrations.provider_billing import BillsSubscriptions, CheckoutOpened
from integrations.providers import ADAPTERS, BILLING
from integrations.simulator import Simulator
from integrations.stripe_payments import Stripe
from tests.providers.stripe_billing import begun, opening
from tests.providers.stripe_setup import NOON, Setup, opened


def refusing() -> PaymentProvider:
    raise not_set_up(Provider.STRIPE, ProviderMode.SANDBOX)


async def test_what_the_adapter_answers_is_answered(stripe: Setup) -> None:
    careful, subscription = CarefulBilling(lambda: stripe.stripe), await begun(stripe)
    found = await careful.find_subscription(subscription.subscription_id, stripe.at)
    assert isinstance(found, BilledSubscription)
    assert found == subscription
    assert isinstance(await careful.open_checkout(opening(stripe, "price_000001")), CheckoutOpened)


async def test_a_company_that_bills_no_subscriptions_gives_no_answer(stripe: Setup) -> None:
    careful = CarefulBilling(lambda: Simulator(opened()))
    assert await careful.find_subscription("sub_1", NOON) == NoAnswer(reason="TypeError")
    assert await careful.open_checkout(opening(stripe, "price_1")) == NoAnswer(reason="TypeError")


async def test_one_that_is_not_set_up_was_never_asked(stripe: Setup) -> None:
    careful = CarefulBilling(refusing)
    assert await careful.open_checkout(opening(stripe, "price_1")) == Declined(code="PROVIDER_NOT_SET_UP")
    assert isinstance(await careful.find_subscription("sub_1", NOON), NoAnswer)


def test_stripe_alone_bills_subscriptions() -> None:
    adapters = {Provider.STRIPE: Stripe, Provider.SIMULATOR: Simulator, Provider.ADYEN: Adyen, Provider.PAYPAL: PayPal}
    assert set(adapters) == set(ADAPTERS)
    assert {provider for provider, made in adapters.items() if issubclass(made, BillsSubscriptions)} == BILLING
