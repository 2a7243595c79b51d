"""Methods and payees at PayPal, disputes, and what PayPal's own books say of a day."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.ids import new_id
from domain.money import Money
from domain.payment_methods import MethodDetails, PaymentMethodKind
from domain.payout_methods import PayeeDetails, PayoutMethodKind
from domain.provider_reports import LineKind, ReportLine
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback, ReportedState
from integrations.payments import Charged, NoAnswer, NotFound, Onboarding, Unusable
from integrations.paypal_payments import PayPal
from standins.paypal import reporting
from standins.paypal.server import PayPalStandIn
from tests.providers.paypal import RETURN, Stage, adding, asked, charge, now, paying, refunding

Pair = tuple[PayPal, PayPalStandIn]
DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def paypal(paypal_stage: Stage) -> AsyncIterator[Pair]:
    async with paypal_stage.paypal() as pair:
        yield pair


async def test_a_wallet_is_recognized_by_its_masked_email(paypal: Pair) -> None:
    adapter, _ = paypal
    assert await adapter.method_details(adding("wallet-taken")) == MethodDetails(
        token="wallet-taken",
        kind=PaymentMethodKind.WALLET,
        label="PayPal a…@payer.example",
        last4="3456",
        customer="customer_4711",
    )


async def test_a_card_in_the_vault_is_kept_as_a_card(paypal: Pair) -> None:
    adapter, _ = paypal
    assert await adapter.method_details(adding("card-taken")) == MethodDetails(
        token="card/card-taken",
        kind=PaymentMethodKind.CARD,
        label="Visa through PayPal",
        last4="1111",
        expires_on=date(2031, 2, 28),
        customer="customer_4711",
    )


@pytest.mark.parametrize("token", ["unheard-of", "../../v1/customer/disputes"])
async def test_a_token_that_paypal_does_not_know_is_unusable(paypal: Pair, token: str) -> None:
    adapter, _ = paypal
    unusable = Unusable(reason="PayPal keeps no payment method with this token for this account.")
    assert await adapter.method_details(adding(token)) == unusable


@pytest.mark.parametrize(
    ("token", "label", "last4"),
    [
        ("grace@payee.example", "PayPal account g…@payee.example", ""),
        ("GRACEPAYEE234", "PayPal account …E234", "E234"),
    ],
)
async def test_an_address_alone_is_not_verified(paypal: Pair, token: str, label: str, last4: str) -> None:
    adapter, _ = paypal
    assert await adapter.payee_details(adding(token)) == PayeeDetails(
        token=token, kind=PayoutMethodKind.PAYPAL_ACCOUNT, label=label, last4=last4, is_verified=False
    )


@pytest.mark.parametrize(("email", "is_verified"), [("grace@payee.example", True), ("unverified@payee.example", False)])
async def test_whoever_signs_in_at_paypal_shows_whose_the_account_is(
    paypal: Pair, email: str, is_verified: bool
) -> None:
    adapter, standin = paypal
    code = standin.gate.sign_in(email)
    payee = await adapter.payee_details(adding(code))
    assert isinstance(payee, PayeeDetails)
    assert (payee.is_verified, payee.label) == (is_verified, f"PayPal account {email[0]}…@payee.example")
    assert isinstance(await adapter.payee_details(adding(code)), Unusable)
    await adapter.pay_out(paying(payee.token))
    item = next(iter(standin.account.payouts.values()))["items"][0]["payout_item"]
    assert (item["recipient_type"], item["receiver"]) == ("PAYPAL_ID", payee.token)


async def test_payees_need_no_onboarding(paypal: Pair) -> None:
    adapter, _ = paypal
    onboarding = Onboarding(
        organization_id=new_id(), name="Grace", account=None, country="DE", return_url=RETURN, at=now()
    )
    answer = await adapter.onboard(onboarding)
    assert isinstance(answer, Unusable)
    assert answer.reason.startswith("PayPal needs no onboarding")


async def disputed(
    adapter: PayPal, standin: PayPalStandIn, stage: str = "CHARGEBACK"
) -> tuple[str, ReportedChargeback]:
    """A charge whose payer disputes it, and how PayPal tells of that."""
    asked_for = charge()
    answer = await adapter.charge(asked_for)
    assert isinstance(answer, Charged)
    dispute_id = standin.open_dispute(answer.provider_id, "INQUIRY" if stage == "INQUIRY" else "CHARGEBACK")
    reported = await adapter.find_chargeback(dispute_id, now())
    assert isinstance(reported, ReportedChargeback)
    assert (reported.charge_key, reported.amount) == (asked_for.key, Money(10_000, "EUR"))
    return dispute_id, reported


async def state_of(adapter: PayPal, dispute_id: str) -> ReportedState:
    reported = await adapter.find_chargeback(dispute_id, now())
    assert isinstance(reported, ReportedChargeback)
    return reported.state


async def test_a_claim_is_answered_once_in_pieces_and_then_decided(paypal: Pair) -> None:
    adapter, standin = paypal
    dispute_id, reported = await disputed(adapter, standin)
    assert (reported.state, reported.reason) == (ReportedState.NEEDS_RESPONSE, "UNAUTHORISED")
    said = ChargebackAnswer(external_id=dispute_id, evidence="Delivered. " * 500, at=now())
    assert await adapter.answer_chargeback(said) == Heard()
    assert await adapter.answer_chargeback(said) == Heard()
    assert await state_of(adapter, dispute_id) is ReportedState.UNDER_REVIEW
    standin.resolve_dispute(dispute_id, "RESOLVED_SELLER_FAVOUR")
    assert await state_of(adapter, dispute_id) is ReportedState.WON


async def test_a_claim_that_is_accepted_is_lost(paypal: Pair) -> None:
    adapter, standin = paypal
    dispute_id, _ = await disputed(adapter, standin)
    assert await adapter.answer_chargeback(ChargebackAnswer(external_id=dispute_id, evidence=None, at=now())) == Heard()
    assert await state_of(adapter, dispute_id) is ReportedState.LOST


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("CANCELED_BY_BUYER", ReportedState.PREVENTED), ("RESOLVED_BUYER_FAVOUR", ReportedState.LOST)],
)
async def test_an_inquiry_is_a_warning(paypal: Pair, outcome: str, state: ReportedState) -> None:
    adapter, standin = paypal
    dispute_id, reported = await disputed(adapter, standin, "INQUIRY")
    assert reported.state is ReportedState.WARNING
    standin.resolve_dispute(dispute_id, outcome)
    assert await state_of(adapter, dispute_id) is state


async def test_an_inquiry_may_become_a_claim(paypal: Pair) -> None:
    adapter, standin = paypal
    dispute_id, _ = await disputed(adapter, standin, "INQUIRY")
    standin.escalate_dispute(dispute_id)
    assert await state_of(adapter, dispute_id) is ReportedState.NEEDS_RESPONSE


async def test_every_page_of_changed_disputes_is_read(paypal: Pair) -> None:
    adapter, standin = paypal
    answer = await adapter.charge(charge())
    assert isinstance(answer, Charged)
    opened = {standin.open_dispute(answer.provider_id) for _ in range(51)}
    reported = await adapter.chargebacks(now() - timedelta(hours=1), now())
    assert not isinstance(reported, NoAnswer)
    assert {one.external_id for one in reported} == opened


async def test_a_dispute_that_is_not_there_is_not_found(paypal: Pair) -> None:
    adapter, _ = paypal
    assert await adapter.find_chargeback("PP-R-1", now()) == NotFound()


async def test_the_report_of_a_day_has_all_that_moved_and_what_is_left(paypal_stage: Stage) -> None:
    clock = [NOON]
    async with paypal_stage.paypal(clock=lambda: clock[0]) as (adapter, standin):
        asked_for, reserved, payout = charge(), charge(is_manual=True), paying("grace@payee.example")
        answer = await adapter.charge(asked_for)
        assert isinstance(answer, Charged)
        refund = refunding(answer.provider_id, 1_000)
        await adapter.charge(reserved)
        await adapter.refund(refund)
        await adapter.pay_out(payout)
        dispute_id = standin.open_dispute(answer.provider_id)
        assert isinstance(await adapter.report(DAY, NOON), NoAnswer)
        clock[0] = NOON + timedelta(days=1)
        standin.resolve_dispute(dispute_id, "RESOLVED_SELLER_FAVOUR")
        first, second = await adapter.report(DAY, NOON), await adapter.report(DAY + timedelta(days=1), NOON)
        assert not isinstance(first, NoAnswer)
        kinds = [(line.kind, line.key, line.amount.amount_minor, line.fee_minor) for line in first.lines]
        assert kinds == [
            (LineKind.CHARGE, asked_for.key, 10_000, 320),
            (LineKind.REFUND, refund.key, 1_000, 0),
            (LineKind.PAYOUT, payout.key, 5_000, 25),
            (LineKind.CHARGEBACK, asked_for.key, 10_000, 0),
        ]
        assert first.lines[0] == ReportLine(
            external_id=answer.provider_id,
            kind=LineKind.CHARGE,
            key=asked_for.key,
            amount=Money(10_000, "EUR"),
            fee_minor=320,
            at=NOON,
        )
        assert first.balances == {"EUR": 10_000 - 320 - 1_000 - 5_025 - 10_000}
        assert isinstance(second, NoAnswer)
        clock[0] = NOON + timedelta(days=2)
        second = await adapter.report(DAY + timedelta(days=1), NOON)
        assert not isinstance(second, NoAnswer)
        assert [line.kind for line in second.lines] == [LineKind.CHARGEBACK_WON]
        assert second.balances == {"EUR": 10_000 - 320 - 1_000 - 5_025}


async def test_a_day_with_more_than_one_search_can_show_is_read_in_parts(
    paypal: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, standin = paypal
    monkeypatch.setattr(reporting, "MOST", 3)
    clock = [datetime(2026, 3, 2, tzinfo=UTC)]
    standin.account.clock = lambda: clock[0]
    for hour in range(8):
        clock[0] = datetime(2026, 3, 2, 3 * hour, tzinfo=UTC)
        await adapter.charge(charge())
    clock[0] += timedelta(days=1)
    report = await adapter.report(DAY, NOON)
    assert not isinstance(report, NoAnswer)
    assert {line.at.hour for line in report.lines} == set(range(0, 24, 3))
    assert len(report.lines) == 8
    last = report.lines[-1]
    assert last.key is not None
    found = await adapter.find(asked(last.key, sent_at=last.at))
    assert isinstance(found, Charged)
