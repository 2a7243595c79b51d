"""Adyen's statement of a day: fetched from where Adyen says, and read line by line."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from domain.ids import new_id
from domain.money import Money
from domain.provider_reports import SIGNS, LineKind
from integrations.adyen_payments.services import Unsure
from integrations.adyen_payments.statement import parsed
from integrations.payments import Charged, NoAnswer, Onboarded, Onboarding, PayingOut, UnderWay
from persistence.database import Database
from standins.adyen import disputes, platform
from standins.adyen.ledger import COLUMNS
from tests.providers.adyen import RETURN, Scene, adyen_with, charge, now, refunding

DAY = date(2026, 11, 21)
ACCOUNT = "BA1"


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    async with adyen_with(database) as scene:
        yield scene


def statement(*rows: dict[str, str]) -> str:
    lines = [",".join(COLUMNS)]
    lines += [",".join({"BalanceAccount": ACCOUNT, **row}.get(name, "") for name in COLUMNS) for row in rows]
    return "\n".join(lines)


def row(type_: str, amount: str, number: int = 1, **changed: str) -> dict[str, str]:
    named = {name.replace("_", " "): value for name, value in changed.items()}
    return {
        "Type": type_,
        "Amount": amount,
        "Currency": "EUR",
        "Transaction Id": f"EVJN{number}",
        "Booking Date": "2026-11-21 13:00:00",
        "Booking Date TimeZone": "CET",
        **named,
    }


async def test_a_day_is_reported_as_it_happened(scene: Scene) -> None:
    day = now().date()
    key, refund_key, payout_key = new_id(), new_id(), new_id()
    taken = await scene.adyen.charge(charge(key=key))
    assert isinstance(taken, Charged)
    refunded = await scene.adyen.refund(refunding(taken.provider_id, 2_500, key=refund_key))
    who = Onboarding(organization_id=new_id(), name="Acme", account=None, country="NL", return_url=RETURN, at=now())
    entity = await scene.adyen.onboard(who)
    assert isinstance(entity, Onboarded)
    out = PayingOut(key=payout_key, amount=Money(3_000, "EUR"), method_token=f"ti_ok-{entity.account}", at=now())
    paid = await scene.adyen.pay_out(out)
    dispute = disputes.open_dispute(scene.standin, scene.standin.payment(taken.provider_id))
    assert isinstance(refunded, UnderWay)
    assert isinstance(paid, UnderWay)
    assert isinstance(await scene.adyen.report(day, now()), NoAnswer)
    platform.publish_statement(scene.standin, day)
    await scene.tell()
    report = await scene.adyen.report(day, now())
    assert not isinstance(report, NoAnswer)
    assert [(one.kind, one.external_id, one.key, one.amount.amount_minor, one.fee_minor) for one in report.lines] == [
        (LineKind.CHARGE, taken.provider_id, key, 10_000, 100),
        (LineKind.REFUND, refunded.provider_id, refund_key, 2_500, 0),
        (LineKind.PAYOUT, paid.provider_id, payout_key, 3_000, 0),
        (LineKind.CHARGEBACK, dispute.psp, key, 10_000, 0),
    ]
    net = sum(SIGNS[one.kind] * one.amount.amount_minor - one.fee_minor for one in report.lines)
    assert report.balances == {"EUR": net}


def test_times_are_those_of_the_zone_that_is_named() -> None:
    (line,) = parsed(statement(row("capture", "10.00")), ACCOUNT, DAY).lines
    assert line.at == datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("type_", "amount", "kind"),
    [
        ("bankTransfer", "-10.00", LineKind.PAYOUT),
        ("bankTransfer", "10.00", LineKind.PAYOUT_RETURNED),
        ("refundReversal", "10.00", LineKind.REFUND_FAILED),
        ("chargebackReversal", "10.00", LineKind.CHARGEBACK_WON),
        ("fee", "-10.00", LineKind.FEE),
        ("fee", "10.00", LineKind.ADJUSTMENT),
        ("somethingNew", "10.00", LineKind.ADJUSTMENT),
        ("somethingNew", "-10.00", LineKind.FEE),
    ],
)
def test_a_line_is_of_the_kind_that_its_type_and_sign_say(type_: str, amount: str, kind: LineKind) -> None:
    (line,) = parsed(statement(row(type_, amount)), ACCOUNT, DAY).lines
    assert (line.kind, line.amount) == (kind, Money(1_000, "EUR"))


def test_what_a_payment_of_another_day_costs_is_a_line_of_its_own() -> None:
    rows = [row("paymentCost", "-0.25", Psp_Payment_Psp_Reference="7914073381342284")]
    (line,) = parsed(statement(*rows), ACCOUNT, DAY).lines
    assert (line.kind, line.external_id, line.amount.amount_minor) == (LineKind.FEE, "EVJN1", 25)


def test_a_second_chargeback_is_told_apart_from_the_first() -> None:
    named = {"Psp_Modification_Psp_Reference": "9914073381342284"}
    rows = [row("chargeback", "-10.00", 1, **named), row("secondChargeback", "-10.00", 2, **named)]
    ids = [line.external_id for line in parsed(statement(*rows), ACCOUNT, DAY).lines]
    assert ids == ["9914073381342284", "9914073381342284:2"]


def test_other_accounts_of_the_platform_are_left_out() -> None:
    rows = [{**row("capture", "10.00"), "BalanceAccount": "BA2"}]
    assert parsed(statement(*rows), ACCOUNT, DAY).lines == ()


@pytest.mark.parametrize(
    "wrong",
    [
        row("capture", "10.001"),
        row("capture", "ten"),
        row("capture", "10.00", Booking_Date_TimeZone="PST"),
        row("capture", "10.00", Booking_Date="yesterday"),
    ],
)
def test_a_line_that_cannot_be_read_spoils_the_report(wrong: dict[str, str]) -> None:
    with pytest.raises(Unsure):
        parsed(statement(wrong), ACCOUNT, DAY)


async def test_a_report_is_fetched_from_adyen_alone(scene: Scene) -> None:
    scene.standin.notices.tell_of_platform(
        "balancePlatform.report.created",
        {"fileName": "balanceplatform_statement_report_2026_11_21.csv", "downloadUrl": "http://elsewhere.example/x"},
    )
    await scene.tell()
    assert await scene.adyen.report(DAY, now()) == NoAnswer(reason="a report lies elsewhere than at Adyen")
