"""Messages of PayPal are read for the object that they are about, by the key and the id that we keep."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from integrations.payments import ActionRequired, Authorized, Charged, UnderWay
from integrations.paypal_payments import PayPal
from integrations.provider_events import SubjectKind, Told, Unreadable
from standins.paypal.server import PayPalStandIn
from tests.providers.paypal import Stage, charge, event, paying, refunding, told, voiding, waiting

Pair = tuple[PayPal, PayPalStandIn]


@pytest.fixture
async def paypal(paypal_stage: Stage) -> AsyncIterator[Pair]:
    async with paypal_stage.paypal(webhook="http://127.0.0.1:9") as pair:
        yield pair


async def subjects(pair: Pair) -> list[tuple[str, SubjectKind, UUID | None, str | None]]:
    messages = [await told(pair, body) for body in waiting(pair[1])]
    return [(one.type, one.kind, one.key, one.provider_id) for one in messages]


async def test_a_charge_and_its_refund_are_told_with_our_keys(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge()
    answer = await adapter.charge(asked_for)
    assert isinstance(answer, Charged)
    refund = refunding(answer.provider_id, 1_000)
    await adapter.refund(refund)
    refund_id = next(iter(standin.account.refunds))
    assert await subjects(paypal) == [
        ("PAYMENT.CAPTURE.COMPLETED", SubjectKind.CHARGE, asked_for.key, answer.provider_id),
        ("PAYMENT.CAPTURE.REFUNDED", SubjectKind.REFUND, refund.key, refund_id),
    ]


async def test_orders_and_reservations_are_told_by_the_ids_that_we_keep(paypal: Pair) -> None:
    adapter, standin = paypal
    order, reserved, pending = charge(None), charge(is_manual=True), charge("wallet-pending")
    first, second, third = [await adapter.charge(one) for one in (order, reserved, pending)]
    assert isinstance(first, ActionRequired)
    assert isinstance(second, Authorized)
    assert isinstance(third, UnderWay)
    standin.approve(first.provider_id.removeprefix("orders/"))
    await adapter.void(voiding(reserved.key, second.provider_id))
    standin.settle(third.provider_id, is_denied=True)
    assert await subjects(paypal) == [
        ("PAYMENT.AUTHORIZATION.CREATED", SubjectKind.CHARGE, reserved.key, second.provider_id),
        ("PAYMENT.CAPTURE.PENDING", SubjectKind.CHARGE, pending.key, third.provider_id),
        ("CHECKOUT.ORDER.APPROVED", SubjectKind.CHARGE, order.key, first.provider_id),
        ("PAYMENT.AUTHORIZATION.VOIDED", SubjectKind.CHARGE, reserved.key, second.provider_id),
        ("PAYMENT.CAPTURE.DENIED", SubjectKind.CHARGE, pending.key, third.provider_id),
    ]


async def test_payouts_and_disputes_are_told(paypal: Pair) -> None:
    adapter, standin = paypal
    payout = paying("unclaimed@payee.example")
    taken_on = await adapter.pay_out(payout)
    assert isinstance(taken_on, UnderWay)
    standin.move_payout(taken_on.provider_id.removeprefix("payouts/"), "RETURNED")
    answer = await adapter.charge(charge())
    assert isinstance(answer, Charged)
    dispute_id = standin.open_dispute(answer.provider_id)
    found = await subjects(paypal)
    assert [one for one in found if one[1] is not SubjectKind.CHARGE] == [
        ("PAYMENT.PAYOUTS-ITEM.UNCLAIMED", SubjectKind.PAYOUT, payout.key, taken_on.provider_id),
        ("PAYMENT.PAYOUTS-ITEM.RETURNED", SubjectKind.PAYOUT, payout.key, taken_on.provider_id),
        ("CUSTOMER.DISPUTE.CREATED", SubjectKind.CHARGEBACK, None, dispute_id),
    ]


@pytest.mark.parametrize(
    ("event_type", "kind", "provider_id"),
    [
        ("BILLING.PLAN.CREATED", SubjectKind.NOTHING, None),
        ("VAULT.PAYMENT-TOKEN.DELETED", SubjectKind.METHOD, "P-1"),
        ("PAYMENT.REFUND.FAILED", SubjectKind.REFUND, "P-1"),
        ("PAYMENT.CAPTURE.REVERSED", SubjectKind.NOTHING, None),
    ],
)
async def test_other_types_are_kept_with_or_without_an_effect(
    paypal: Pair, event_type: str, kind: SubjectKind, provider_id: str | None
) -> None:
    one = await told(paypal, event(event_type=event_type))
    assert one == Told(
        external_id="WH-1",
        type=event_type,
        account="",
        occurred_at=datetime(2026, 3, 2, 12, 0, 0, 123_000, tzinfo=UTC),
        kind=kind,
        key=None,
        provider_id=provider_id,
    )


async def test_a_genuine_message_without_what_it_must_have_is_unreadable(paypal: Pair) -> None:
    for body in (
        b"not json",
        b"[]",
        event(resource=None, event_type="CHECKOUT.ORDER.APPROVED"),
        event(create_time="?"),
    ):
        with pytest.raises(Unreadable):
            await told(paypal, body)
