"""Payees at Adyen: where they tell who they are, and what is known of the bank accounts they gave."""

import re
from collections.abc import Mapping
from typing import Any

from domain.payout_methods import PayeeDetails, PayoutMethodKind
from integrations.adyen_payments.services import Rejected, Service, Services, asking
from integrations.payments import Adding, NoAnswer, Onboarded, Onboarding, Unusable

_CAPABILITY, _LEGAL_ENTITY = "sendToTransferInstrument", "LE"
_TOKEN = re.compile(r"[0-9A-Za-z_-]{1,100}")
"""It becomes part of an address: whatever else it holds could lead somewhere else there."""
_UNKNOWN = Unusable(reason="Adyen knows no such bank account of this organization.")


class Payees:
    """A payee is a legal entity whose reference is the organization's id; each bank account is checked by Adyen."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
        return await asking(self._onboard(onboarding))

    async def details(self, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
        return await asking(self._details(adding))

    async def _onboard(self, onboarding: Onboarding) -> Onboarded:
        account = onboarding.account or await self._entity(onboarding)
        body = {"redirectUrl": onboarding.return_url}
        # A link works once and for a short time: each call makes another.
        key = f"link-{account}-{onboarding.at.timestamp():.0f}"
        link = await self._services.post(
            Service.LEGAL_ENTITIES, f"/legalEntities/{account}/onboardingLinks", body, key=key
        )
        return Onboarded(account=account, url=str(link["url"]))

    async def _entity(self, onboarding: Onboarding) -> str:
        """The legal entity, and an account holder that asks for the capability to be paid out."""
        reference = str(onboarding.organization_id)
        entity = await self._services.post(
            Service.LEGAL_ENTITIES, "/legalEntities", _entity_of(onboarding), key=f"entity-{reference}"
        )
        holder = {
            "legalEntityId": entity["id"],
            "reference": reference,
            "capabilities": {_CAPABILITY: {"requested": True}},
        }
        await self._services.post(Service.ACCOUNTS, "/accountHolders", holder, key=f"holder-{reference}")
        return str(entity["id"])

    async def _details(self, adding: Adding) -> PayeeDetails | Unusable:
        organization_id, token = str(adding.organization_id), adding.token
        if not _TOKEN.fullmatch(token):
            return _UNKNOWN
        if token.startswith(_LEGAL_ENTITY):
            entity = await self._known(f"/legalEntities/{token}")
            given = [] if entity is None else entity.get("transferInstruments") or []
            if entity is None or entity.get("reference") != organization_id or not given:
                return _UNKNOWN
            # Kept is the account, not the payee: another account is another method, which people here look at.
            token = str(given[-1]["id"])
        instrument = await self._known(f"/transferInstruments/{token}")
        if instrument is None:
            return _UNKNOWN
        entity = await self._known(f"/legalEntities/{instrument['legalEntityId']}")
        if entity is None or entity.get("reference") != organization_id:
            return _UNKNOWN
        return _payee(token, instrument)

    async def _known(self, path: str) -> dict[str, Any] | None:
        try:
            return await self._services.get(Service.LEGAL_ENTITIES, path)
        except Rejected as refusal:
            if refusal.status in (404, 422):
                return None
            raise


def _payee(token: str, instrument: Mapping[str, Any]) -> PayeeDetails:
    bank = instrument.get("bankAccount") or {}
    named = bank.get("accountIdentification") or {}
    capability = (instrument.get("capabilities") or {}).get(_CAPABILITY) or {}
    return PayeeDetails(
        token=token,
        kind=PayoutMethodKind.BANK_ACCOUNT,
        label=f"Bank account ({bank.get('countryCode', '?')})",
        last4=str(named.get("iban") or named.get("accountNumber") or "")[-4:],
        is_verified=capability.get("allowed") is True and capability.get("verificationStatus") == "valid",
    )


def _entity_of(onboarding: Onboarding) -> dict[str, Any]:
    """What Adyen demands before it asks the payee itself for the rest."""
    return {
        "type": "organization",
        "reference": str(onboarding.organization_id),
        "organization": {
            "legalName": onboarding.name,
            "registeredAddress": {"country": onboarding.country},
        },
    }
