"""The way from a request to a provider, before its transaction begins."""

from typing import TypeVar

from domain.payment_methods import Provider
from domain.refusals import RefusalCode, Refused, invalid
from integrations.payments import NoAnswer, PaymentProvider, Unusable
from integrations.providers import provider_of
from persistence.provider_accounts import access_to, require_set_up
from resolvers.context import Context

T = TypeVar("T")


async def reach(context: Context, provider: Provider) -> PaymentProvider:
    """A provider that takes new money; refuses WRONG_STATE where it is not set up."""
    database = context.platform.database
    await require_set_up(database, provider)
    return provider_of(await access_to(database, provider), database.url)


def answered(provider: Provider, answer: T | Unusable | NoAnswer) -> T:
    """What the provider knows; refuses INVALID what it cannot use, and PROVIDER_UNAVAILABLE where it said nothing."""
    if isinstance(answer, Unusable):
        raise invalid(answer.reason, "token")
    if isinstance(answer, NoAnswer):
        message = f"No answer came from {provider.title}; nothing has changed. Try again in a minute."
        raise Refused(RefusalCode.PROVIDER_UNAVAILABLE, message)
    return answer
