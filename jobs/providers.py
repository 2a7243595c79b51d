"""The way from a job to a provider."""

from domain.payment_methods import Provider
from domain.refusals import RefusalCode, Refused
from integrations.payments import NoAnswer, PaymentProvider
from integrations.provider_billing import BillsSubscriptions
from integrations.providers import billing_of, provider_of
from persistence.database import Database
from persistence.provider_accounts import access_to


async def reach(database: Database, provider: Provider) -> PaymentProvider:
    """A provider with its account as it is now. Without one it gives no answers, and new money does not move."""
    return provider_of(await access_to(database, provider), database.url)


async def reach_billing(database: Database, provider: Provider) -> BillsSubscriptions:
    """The same, for subscriptions that the provider bills."""
    return billing_of(await access_to(database, provider), database.url)


def unanswered(provider: Provider, answer: NoAnswer) -> Refused:
    """PROVIDER_UNAVAILABLE, so that whoever wants an answer comes again."""
    return Refused(RefusalCode.PROVIDER_UNAVAILABLE, f"No answer came from {provider.title}: {answer.reason}.")
