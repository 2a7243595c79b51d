"""What the adapter does, whoever is on the other side: the stand-in or, on demand, Stripe itself."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

from domain.money import Money
from domain.payment_methods import MethodDetails
from domain.provider_reports import DayReport, LineKind
from integrations.payments import (
    ActionRequired,
    Adding,
    Asked,
    Authorized,
    Capturing,
    Charge,
    Charged,
    Declined,
    NotFound,
    Onboarded,
    Onboarding,
    Refunded,
    Refunding,
    Unusable,
    Voided,
    Voiding,
)
from integrations.stripe_payments import Stripe

Case = Callable[[Stripe], Awaitable[None]]

AMOUNT, PART = Money(1250, "EUR"), Money(250, "EUR")


def now() -> datetime:
    return datetime.now(UTC)


def charge(method: MethodDetails | None, *, is_manual: bool = False, is_off_session: bool = False) -> Charge:
    return Charge(
        key=uuid4(),
        amount=AMOUNT,
        method_token=None if method is None else method.token,
        customer=None if method is None else method.customer,
        is_manual=is_manual,
        is_off_session=is_off_session,
        return_url="https://milepost.example/back",
        description="A test of Milepost's",
        at=now(),
    )


async def kept(stripe: Stripe, token: str) -> MethodDetails:
    adding = Adding(organization_id=uuid4(), token=token, customer=None, currency="EUR", at=now())
    details = await stripe.method_details(adding)
    assert isinstance(details, MethodDetails)
    return details


async def charged(stripe: Stripe, asked: Charge) -> Charged:
    answer = await stripe.charge(asked)
    assert isinstance(answer, Charged)
    assert answer.amount == asked.amount
    return answer


async def a_kept_card_is_charged_once_and_found(stripe: Stripe) -> None:
    details = await kept(stripe, "pm_card_visa")
    assert (details.label, details.last4) == ("Visa", "4242")
    asked = charge(details, is_off_session=True)
    answer = await charged(stripe, asked)
    assert (await charged(stripe, asked)).provider_id == answer.provider_id
    by_key = Asked(key=asked.key, provider_id=None, sent_at=asked.at, at=now())
    by_id = Asked(key=asked.key, provider_id=answer.provider_id, at=now())
    for question in (by_key, by_id):
        found = await stripe.find(question)
        assert isinstance(found, Charged)
        assert found.provider_id == answer.provider_id
    assert await stripe.find(Asked(key=uuid4(), provider_id=None, sent_at=asked.at, at=now())) == NotFound()


async def declines_have_neutral_codes(stripe: Stripe) -> None:
    answer = await stripe.charge(charge(await kept(stripe, "pm_card_chargeCustomerFail"), is_off_session=True))
    assert isinstance(answer, Declined)
    assert answer.code == "CARD_DECLINED"
    expired = Adding(
        organization_id=uuid4(), token="pm_card_chargeDeclinedExpiredCard", customer=None, currency="EUR", at=now()
    )
    assert await stripe.method_details(expired) == Unusable(reason="The card has expired.")


async def a_bank_that_asks_its_customer_is_asked_on_its_page(stripe: Stripe) -> None:
    details = await kept(stripe, "pm_card_authenticationRequired")
    answer = await stripe.charge(charge(details))
    assert isinstance(answer, ActionRequired)
    assert answer.url.startswith("http")
    automatic = await stripe.charge(charge(details, is_off_session=True))
    assert isinstance(automatic, Declined)
    assert automatic.code == "AUTHENTICATION_REQUIRED"


async def what_is_reserved_is_captured_in_part_or_voided(stripe: Stripe) -> None:
    details = await kept(stripe, "pm_card_visa")
    for is_captured in (True, False):
        asked = charge(details, is_manual=True)
        reserved = await stripe.charge(asked)
        assert isinstance(reserved, Authorized)
        if is_captured:
            taken = await stripe.capture(
                Capturing(key=asked.key, charge_id=reserved.provider_id, amount=PART, at=now())
            )
            assert isinstance(taken, Charged)
            assert taken.amount == PART
        else:
            voided = await stripe.void(Voiding(key=asked.key, charge_id=reserved.provider_id, at=now()))
            assert isinstance(voided, Voided)


async def a_part_is_refunded_once_and_found_by_its_charge(stripe: Stripe) -> None:
    answer = await charged(stripe, charge(await kept(stripe, "pm_card_visa")))
    refunding = Refunding(key=uuid4(), charge_id=answer.provider_id, amount=PART, at=now())
    refunded = await stripe.refund(refunding)
    assert isinstance(refunded, Refunded)
    assert await stripe.refund(refunding) == refunded
    asked = Asked(key=refunding.key, provider_id=None, charge_id=answer.provider_id, at=now())
    assert await stripe.find_refund(asked) == refunded


async def a_page_without_a_method_is_closed_by_voiding(stripe: Stripe) -> None:
    asked = charge(None)
    page = await stripe.charge(asked)
    assert isinstance(page, ActionRequired)
    assert await stripe.find(Asked(key=asked.key, provider_id=page.provider_id, at=now())) == page
    voided = await stripe.void(Voiding(key=asked.key, charge_id=page.provider_id, at=now()))
    assert voided == Voided(provider_id=page.provider_id)


async def a_payee_is_sent_to_a_page(stripe: Stripe) -> None:
    onboarding = Onboarding(
        organization_id=uuid4(),
        name="A test of Milepost's",
        account=None,
        country="DE",
        return_url="https://milepost.example/back",
        at=now(),
    )
    onboarded = await stripe.onboard(onboarding)
    assert isinstance(onboarded, Onboarded)
    assert onboarded.account.startswith("acct_")


async def the_day_has_what_was_charged_in_it(stripe: Stripe) -> None:
    asked = charge(await kept(stripe, "pm_card_visa"))
    answer = await charged(stripe, asked)
    report = await stripe.report(now().date(), now())
    assert isinstance(report, DayReport)
    (line,) = [line for line in report.lines if line.key == asked.key]
    assert (line.kind, line.external_id) == (LineKind.CHARGE, answer.provider_id)


CASES: tuple[Case, ...] = (
    a_kept_card_is_charged_once_and_found,
    declines_have_neutral_codes,
    a_bank_that_asks_its_customer_is_asked_on_its_page,
    what_is_reserved_is_captured_in_part_or_voided,
    a_part_is_refunded_once_and_found_by_its_charge,
    a_page_without_a_method_is_closed_by_voiding,
    a_payee_is_sent_to_a_page,
    the_day_has_what_was_charged_in_it,
)
