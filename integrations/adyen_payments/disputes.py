"""Chargebacks at Adyen: told of by webhooks alone, and answered with a document or by letting the money go."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.adyen_payments.evidence import as_pdf
from integrations.adyen_payments.heard import Heard as HeardOf
from integrations.adyen_payments.heard import Inbox
from integrations.adyen_payments.outcomes import amount_of
from integrations.adyen_payments.references import key_of
from integrations.adyen_payments.services import Service, Services, Unsure, asking
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback, ReportedState
from integrations.payments import NoAnswer, NotFound

_S = ReportedState
_STATES = (
    (("SECOND_CHARGEBACK", "PREARBITRATION_LOST"), _S.LOST),
    (("CHARGEBACK_REVERSED", "PREARBITRATION_WON"), _S.WON),
    (("INFORMATION_SUPPLIED",), _S.UNDER_REVIEW),
    (("DISPUTE_DEFENSE_PERIOD_ENDED",), _S.LOST),
    (("CHARGEBACK",), _S.NEEDS_RESPONSE),
    (("NOTIFICATION_OF_CHARGEBACK", "REQUEST_FOR_INFORMATION"), _S.WARNING),
)
"""What proves each state, the last steps first: notices come in any order."""
_ANSWER_WITHIN = timedelta(days=14)
"""Where Adyen names no date. It names one for each chargeback that can be defended."""


class Disputes:
    """Of one merchant account."""

    def __init__(self, services: Services, inbox: Inbox, merchant: str) -> None:
        self._services, self._inbox, self._merchant = services, inbox, merchant

    async def changed_since(self, instant: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        disputes = await self._inbox.disputes_since(instant)
        reported = (_reported(psp, heard) for psp, heard in disputes.items())
        return [one for one in reported if one is not None]

    async def find(self, external_id: str) -> ReportedChargeback | NotFound | NoAnswer:
        return _reported(external_id, await self._inbox.of_dispute(external_id)) or NotFound()

    async def answer(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return await asking(self._accept(said) if said.evidence is None else self._defend(said, said.evidence))

    async def _accept(self, said: ChargebackAnswer) -> Heard:
        return await self._say("/acceptDispute", said.external_id, {}, f"accept-{said.external_id}")

    async def _defend(self, said: ChargebackAnswer, evidence: str) -> Heard:
        """Adyen demands a reason that fits the dispute, and for it documents of certain types."""
        dispute = said.external_id
        reason, types = _fitting(
            await self._ask("/retrieveApplicableDefenseReasons", dispute, {}, f"reasons-{dispute}")
        )
        content = base64.b64encode(as_pdf(evidence)).decode()
        documents = [
            {"content": content, "contentType": "application/pdf", "defenseDocumentTypeCode": one} for one in types
        ]
        supplied = {"defenseDocuments": documents}
        await self._say("/supplyDefenseDocument", dispute, supplied, f"documents-{dispute}")
        return await self._say("/defendDispute", dispute, {"defenseReasonCode": reason}, f"defend-{dispute}")

    async def _say(self, path: str, dispute: str, content: Mapping[str, Any], key: str) -> Heard:
        await self._ask(path, dispute, content, key)
        return Heard()

    async def _ask(self, path: str, dispute: str, content: Mapping[str, Any], key: str) -> dict[str, Any]:
        body = {"disputePspReference": dispute, "merchantAccountCode": self._merchant, **content}
        answer = await self._services.post(Service.DISPUTES, path, body, key=key)
        result = answer.get("disputeServiceResult") or {}
        if str(result.get("success")).lower() != "true":
            raise Unsure(f"Adyen took no note: {result.get('errorMessage', 'no reason given')}")
        return answer


def _fitting(answer: Mapping[str, Any]) -> tuple[str, list[str]]:
    """A reason that our document is enough for, and as what it is handed in."""
    for reason in answer.get("defenseReasons") or []:
        types = reason.get("defenseDocumentTypes") or []
        required = [one for one in types if one.get("requirementLevel") == "Required"]
        wanted = required or types[:1]
        if wanted:
            return str(reason["defenseReasonCode"]), [str(one["defenseDocumentTypeCode"]) for one in wanted]
    raise Unsure("Adyen names no reason by which this chargeback can be defended")


def _reported(external_id: str, heard: Sequence[HeardOf]) -> ReportedChargeback | None:
    """Where a chargeback stands; None for one of a payment that is not ours."""
    events = {one.notice.event for one in heard}
    state = next((state for proofs, state in _STATES if events.intersection(proofs)), None)
    about = [one.notice for one in heard if key_of(one.notice.reference) is not None]
    if state is None or not about:
        return None
    key, amount = key_of(about[0].reference), amount_of(about[0])
    if key is None or amount is None:
        return None
    return ReportedChargeback(
        external_id=external_id,
        charge_key=key,
        amount=amount,
        reason=next((one.reason for one in about if one.reason), "UNKNOWN"),
        evidence_due_at=_due_at([one for one in heard if one.notice in about]),
        state=state,
        changed_at=max(one.received_at for one in heard),
    )


def _due_at(heard: Sequence[HeardOf]) -> datetime:
    """A date of Adyen's is not signed. What hangs on it is only when people here must have answered."""
    named = [one.notice.details.get("defensePeriodEndsAt") for one in heard]
    dates = [datetime.fromisoformat(text) for text in named if text]
    known = [date for date in dates if date.tzinfo is not None]
    return max(known) if known else min(one.received_at for one in heard) + _ANSWER_WITHIN
