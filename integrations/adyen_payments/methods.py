"""Saved cards at Adyen: what people recognize them by, and whose they are."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.payment_methods import MethodDetails
from integrations.adyen_payments.services import Service, Services, asking
from integrations.payments import Adding, NoAnswer, Unusable

_CARD = "scheme"


class Methods:
    """Of one merchant account. A payer is called by the organization's id, which tells Adyen nothing of people."""

    def __init__(self, services: Services, merchant: str) -> None:
        self._services, self._merchant = services, merchant

    async def details(self, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
        customer = adding.customer or str(adding.organization_id)
        params = {"merchantAccount": self._merchant, "shopperReference": customer}
        kept = await asking(self._services.get(Service.CHECKOUT, "/storedPaymentMethods", params))
        if isinstance(kept, NoAnswer):
            return kept
        methods: list[Mapping[str, Any]] = kept.get("storedPaymentMethods") or []
        found = next((one for one in methods if one.get("id") == adding.token), None)
        if found is None:
            return Unusable(reason="Adyen has no such method saved for this organization.")
        if found.get("type") != _CARD:
            return Unusable(reason="Of what Adyen saves only cards can be charged here.")
        return MethodDetails(
            token=adding.token,
            label=str(found.get("name") or found.get("brand") or "Card"),
            last4=str(found.get("lastFour", "")),
            expires_on=_last_day(found.get("expiryMonth"), found.get("expiryYear")),
            customer=customer,
        )


def _last_day(month: Any, year: Any) -> date | None:
    if not month or not year:
        return None
    return date(int(year), int(month), monthrange(int(year), int(month))[1])
