"""Disputes: as they stand at Stripe, and what we say to them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from stripe import Dispute, PaymentIntent, StripeError

from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback, ReportedState
from integrations.payments import NoAnswer, NotFound
from integrations.stripe_payments.amounts import from_stripe
from integrations.stripe_payments.connection import Connection, key_in
from integrations.stripe_payments.refusals import is_missing, no_answer

_STATES = {
    "warning_needs_response": ReportedState.WARNING,
    "warning_under_review": ReportedState.WARNING,
    "warning_closed": ReportedState.PREVENTED,
    "prevented": ReportedState.PREVENTED,
    "needs_response": ReportedState.NEEDS_RESPONSE,
    "under_review": ReportedState.UNDER_REVIEW,
    "won": ReportedState.WON,
    "lost": ReportedState.LOST,
}
_CHANGES = [f"charge.dispute.{change}" for change in ("created", "updated", "closed", "funds_withdrawn")]
_EXPAND = ["payment_intent"]
_USUAL_TERM = timedelta(days=7)


async def changed(connection: Connection, since: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
    """Which disputes have changed is told by Stripe's events; it keeps those of the last 30 days."""
    try:
        changed_at: dict[str, datetime] = {}
        events = await connection.api.events.list_async(
            {"types": _CHANGES, "created": {"gte": int(since.timestamp())}, "limit": 100}
        )
        async for event in events.auto_paging_iter():
            dispute_id = event.data.object["id"]
            changed_at.setdefault(dispute_id, datetime.fromtimestamp(event.created, UTC))
        disputes = [await _retrieved(connection, dispute_id) for dispute_id in changed_at]
    except StripeError as error:
        return no_answer(error)
    reports = (_report_of(dispute, changed_at[dispute.id]) for dispute in disputes)
    return [report for report in reports if report is not None]


async def find(connection: Connection, external_id: str, at: datetime) -> ReportedChargeback | NotFound | NoAnswer:
    """One dispute as it stands now."""
    try:
        dispute = await _retrieved(connection, external_id)
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)
    return _report_of(dispute, at) or NotFound()


async def answer(connection: Connection, said: ChargebackAnswer) -> Heard | NoAnswer:
    """Hands in our evidence, or lets the money go. Who was heard before, or comes too late, has been heard."""
    try:
        if said.evidence is None:
            await connection.api.disputes.close_async(said.external_id)
        else:
            await connection.api.disputes.update_async(
                said.external_id,
                {"evidence": {"uncategorized_text": said.evidence}, "submit": True},
                {"idempotency_key": f"{said.external_id}-evidence"},
            )
    except StripeError as error:
        if error.http_status != 400:
            return no_answer(error)
        return await _heard_before(connection, said)
    return Heard()


async def _heard_before(connection: Connection, said: ChargebackAnswer) -> Heard | NoAnswer:
    try:
        dispute = await _retrieved(connection, said.external_id)
    except StripeError as error:
        return no_answer(error)
    if dispute.status in ("needs_response", "warning_needs_response"):
        return NoAnswer(reason="Stripe did not take the answer, and still waits for one")
    return Heard()


async def _retrieved(connection: Connection, dispute_id: str) -> Dispute:
    return await connection.api.disputes.retrieve_async(dispute_id, {"expand": _EXPAND})


def _report_of(dispute: Dispute, changed_at: datetime) -> ReportedChargeback | None:
    """None for a charge that no intent stands for: neither we nor Stripe's subscriptions make such."""
    intent = dispute.payment_intent
    if not isinstance(intent, PaymentIntent):
        return None
    due_by, opened_at = dispute.evidence_details.due_by, datetime.fromtimestamp(dispute.created, UTC)
    return ReportedChargeback(
        external_id=dispute.id,
        charge_key=key_in(intent.metadata),
        charge_id=intent.id,
        amount=from_stripe(dispute.amount, dispute.currency),
        reason=dispute.reason,
        evidence_due_at=opened_at + _USUAL_TERM if due_by is None else datetime.fromtimestamp(due_by, UTC),
        state=_STATES[dispute.status],
        changed_at=changed_at,
    )
