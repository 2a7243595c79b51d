"""The door to the companies that move money: which adapter serves a provider."""

from collections.abc import Callable
from functools import partial
from importlib import import_module

from domain.payment_methods import Provider
from domain.provider_accounts import Access
from integrations.careful import Careful
from integrations.careful_billing import CarefulBilling
from integrations.opened import Opened, open_account
from integrations.payments import PaymentProvider

Maker = Callable[[Opened], PaymentProvider]


def _late(module: str, name: str) -> Maker:
    """An adapter that is imported when it is first used: the libraries of outside companies are large."""

    def make(opened: Opened) -> PaymentProvider:
        adapter: PaymentProvider = getattr(import_module(module), name)(opened)
        return adapter

    return make


ADAPTERS: dict[Provider, Maker] = {
    Provider.SIMULATOR: _late("integrations.simulator", "Simulator"),
    Provider.STRIPE: _late("integrations.stripe_payments", "Stripe"),
    Provider.ADYEN: _late("integrations.adyen_payments", "Adyen"),
    Provider.PAYPAL: _late("integrations.paypal_payments", "PayPal"),
}
"""How to make each provider's adapter."""

BILLING = frozenset({Provider.STRIPE})
"""Who bills subscriptions by itself."""

_in_use: dict[tuple[Provider, str], tuple[Access, Maker, PaymentProvider]] = {}


def provider_of(access: Access, database_url: str) -> Careful:
    """The adapter of a provider, as `persistence.provider_accounts.access_to` says how to reach it."""
    return Careful(partial(_adapter, access, database_url))


def billing_of(access: Access, database_url: str) -> CarefulBilling:
    """The adapter of a provider that bills subscriptions by itself."""
    return CarefulBilling(partial(_adapter, access, database_url))


def _adapter(access: Access, database_url: str) -> PaymentProvider:
    """The one in use; a new one once its account, or who makes it, has changed."""
    place, make = (access.provider, database_url), ADAPTERS[access.provider]
    known = _in_use.get(place)
    if known is not None and known[:2] == (access, make):
        return known[2]
    adapter = make(open_account(access, database_url))
    _in_use[place] = (access, make, adapter)
    return adapter
