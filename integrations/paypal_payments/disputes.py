"""Disputes of payers, with PayPal itself or through their banks; both are chargebacks to us."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback, ReportedState
from integrations.payments import NotFound
from integrations.paypal_payments.amounts import money_of
from integrations.paypal_payments.connection import Connection, Lost
from integrations.paypal_payments.search import key_in

_DISPUTES = "/v1/customer/disputes"
_MAX_NOTE = 2_000
_SELLERS = frozenset({"RESOLVED_SELLER_FAVOUR", "RESOLVED_SELLER_FAVOR", "RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER"})
_UNTOUCHED = _SELLERS | {"NONE", "DENIED"}
_LONGEST = timedelta(days=179)
_ANSWER_WITHIN = timedelta(days=10)
"""What PayPal gives where it names no date."""


async def changed_since(api: Connection, since: datetime, now: datetime) -> Sequence[ReportedChargeback]:
    """Those that were opened or have changed lately, each as it stands now. Charges that are not ours are left out."""
    # The platform's clock may be ahead of PayPal's in a sandbox: what counts is how long ago it was.
    after = min(now, datetime.now(UTC)) - min(now - since, _LONGEST)
    found, query = list[ReportedChargeback](), {"update_time_after": _written(after), "page_size": "50"}
    while True:
        reply = await api.get(_DISPUTES, **query)
        if not reply.is_ok:
            raise Lost(f"PayPal does not list disputes: {reply.status}")
        for one in reply.body.get("items") or ():
            reported = await find(api, one["dispute_id"])
            if isinstance(reported, ReportedChargeback):
                found.append(reported)
        following = reply.link("next")
        if following is None:
            return found
        query = {name: values[0] for name, values in parse_qs(urlsplit(following).query).items()}


async def find(api: Connection, dispute_id: str) -> ReportedChargeback | NotFound:
    """One dispute; one of a payment that does not carry our key is none of ours."""
    reply = await api.get(f"{_DISPUTES}/{quote(dispute_id, safe='')}")
    if reply.status == 404:
        return NotFound()
    if not reply.is_ok:
        raise Lost(f"PayPal does not show the dispute: {reply.status}")
    return _reported(reply.body)


async def answer(api: Connection, said: ChargebackAnswer) -> Heard:
    """Evidence as notes, in pieces of the length that PayPal takes; without evidence the claim is accepted."""
    path = f"{_DISPUTES}/{quote(said.external_id, safe='')}"
    if said.evidence is None:
        reply = await api.post(f"{path}/accept-claim", {"note": "The claim is accepted."})
    else:
        pieces = [said.evidence[at : at + _MAX_NOTE] for at in range(0, len(said.evidence), _MAX_NOTE)]
        evidences = [{"evidence_type": "OTHER", "notes": piece} for piece in pieces]
        reply = await api.post_form(f"{path}/provide-evidence", {"evidences": evidences})
    if not reply.is_ok:
        await _require_answered(api, said.external_id)
    return Heard()


async def _require_answered(api: Connection, dispute_id: str) -> None:
    """PayPal refuses a second answer as it refuses any at the wrong time: what it waits for tells them apart."""
    reply = await api.get(f"{_DISPUTES}/{quote(dispute_id, safe='')}")
    if not reply.is_ok or reply.body["status"] in ("OPEN", "WAITING_FOR_SELLER_RESPONSE"):
        raise Lost("PayPal has not taken our answer to the dispute")


def _reported(dispute: Mapping[str, Any]) -> ReportedChargeback | NotFound:
    transaction = dispute["disputed_transactions"][0]
    key = key_in(transaction.get("custom")) or key_in(transaction.get("invoice_number"))
    if key is None:
        return NotFound()
    due = dispute.get("seller_response_due_date")
    created = datetime.fromisoformat(dispute["create_time"])
    return ReportedChargeback(
        external_id=dispute["dispute_id"],
        charge_key=key,
        amount=money_of(dispute["dispute_amount"]),
        reason=dispute["reason"],
        evidence_due_at=created + _ANSWER_WITHIN if due is None else datetime.fromisoformat(due),
        state=_state(dispute),
        changed_at=datetime.fromisoformat(dispute["update_time"]),
    )


def _state(dispute: Mapping[str, Any]) -> ReportedState:
    """While payer and payee only talk (an inquiry) nothing is taken: that is a warning."""
    is_inquiry = dispute["dispute_life_cycle_stage"] == "INQUIRY"
    if dispute["status"] == "RESOLVED":
        outcome = dispute.get("dispute_outcome", {}).get("outcome_code", "NONE")
        if outcome not in _UNTOUCHED:
            return ReportedState.LOST
        return ReportedState.PREVENTED if is_inquiry else ReportedState.WON
    if is_inquiry:
        return ReportedState.WARNING
    if dispute["status"] in ("OPEN", "WAITING_FOR_SELLER_RESPONSE"):
        return ReportedState.NEEDS_RESPONSE
    return ReportedState.UNDER_REVIEW


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
