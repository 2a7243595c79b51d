"""Exchange rates through the API: importing them, and invoices in the currency of their issuer's books."""

from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import StaffRole
from tests.makers.invoices import line_input, make_customer, make_draft, money, opened
from tests.makers.payment_methods import make_method
from tests.world import Person, World

RATES = """query($filter: ExchangeRateFilter) { exchangeRates(filter: $filter) { totalCount nodes {
  fromCurrency toCurrency rate source } } }"""
CONVERSION = """query($id: ID!) { invoice(id: $id) { status conversion {
  currency exchangeRate rateSource rateAt total { amountMinor currency } amountDue { amountMinor } } } }"""


def rate(world: World, text: str, *, pair: str = "USD EUR", age: timedelta = timedelta(0)) -> dict[str, Any]:
    source, target = pair.split()
    return {
        "fromCurrency": source,
        "toCurrency": target,
        "rate": text,
        "asOf": (world.clock.now() - age).isoformat(),
    }


async def import_rates(staff: Person, *rates: dict[str, Any]) -> int:
    made = await staff.do(
        "importExchangeRates", "imported", source="ECB", rates=list(rates), idempotencyKey=staff.world.key()
    )
    return int(made["imported"])


async def european(world: World) -> Person:
    """An issuer that keeps its books in euros."""
    issuer = await world.freelancer_side()
    id_ = f"org_{issuer.organization_id.hex}"
    made = await issuer.do(
        "updateOrganization", "organization { baseCurrency }", organizationId=id_, baseCurrency="EUR"
    )
    assert made["organization"] == {"baseCurrency": "EUR"}
    return issuer


async def make_dollar_draft(world: World, issuer: Person, client: Person, minor: int = 100_001) -> str:
    customer = await make_customer(issuer, client, currency="USD")
    return await make_draft(issuer, customer, line_input(minor, currency="USD"), currency="USD")


async def test_rates_are_imported_once(world: World) -> None:
    staff, row = await world.staff(StaffRole.FINANCE), rate(world, "0.9213")
    other = rate(world, "1.0854", pair="EUR USD")
    assert await import_rates(staff, row) == 1
    assert await import_rates(staff, row, other) == 1
    issuer = await world.freelancer_side()
    found = (await issuer.ask(RATES, filter={"fromCurrency": "USD"}))["exchangeRates"]
    assert found["nodes"] == [{"fromCurrency": "USD", "toCurrency": "EUR", "rate": "0.9213000000", "source": "ECB"}]
    assert (await issuer.ask(RATES))["exchangeRates"]["totalCount"] == 2


async def test_another_rate_for_a_known_pair_and_instant_is_refused_with_all_that_came_with_it(world: World) -> None:
    staff, row = await world.staff(StaffRole.FINANCE), rate(world, "0.9213")
    await import_rates(staff, row)
    refusal = await staff.refused(
        "importExchangeRates",
        source="ECB",
        rates=[rate(world, "1.1", pair="EUR USD"), row | {"rate": "0.93"}],
        idempotencyKey=world.key(),
    )
    assert (refusal["code"], refusal["path"]) == ("CONFLICT", ["rates", "1"])
    assert "0.9213" in refusal["message"]
    assert (await staff.ask(RATES))["exchangeRates"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"rate": "0"}, ["rates", "0", "rate"]),
        ({"rate": "-1"}, ["rates", "0", "rate"]),
        ({"rate": "0.12345678901"}, ["rates", "0", "rate"]),
        ({"rate": "1e11"}, ["rates", "0", "rate"]),
        ({"toCurrency": "USD"}, ["rates", "0", "toCurrency"]),
        ({"fromCurrency": "XXX"}, ["rates", "0", "fromCurrency"]),
        ({"asOf": "2999-01-01T00:00:00Z"}, ["rates", "0", "asOf"]),
    ],
)
async def test_what_is_no_rate_is_refused(world: World, change: dict[str, Any], path: list[str]) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    rates = [rate(world, "0.9") | change]
    refusal = await staff.refused("importExchangeRates", source="ECB", rates=rates, idempotencyKey=world.key())
    assert (refusal["code"], [problem["path"] for problem in refusal["problems"]]) == ("INVALID", [path])


async def test_an_invoice_keeps_the_newest_rate_of_its_opening_and_leaves_no_remainder_when_paid(world: World) -> None:
    staff, issuer, client = await world.staff(StaffRole.FINANCE), await european(world), await world.client_side()
    await import_rates(staff, rate(world, "0.93", age=timedelta(hours=2)), rate(world, "0.9213"))
    invoice = await make_dollar_draft(world, issuer, client)
    await opened(world, issuer, invoice)
    world.clock.advance(timedelta(hours=1))
    await import_rates(staff, rate(world, "0.5"))
    shown = (await issuer.ask(CONVERSION, id=invoice))["invoice"]["conversion"]
    assert shown.pop("rateAt")
    assert shown == {
        "currency": "EUR",
        "exchangeRate": "0.9213000000",
        "rateSource": "ECB",
        "total": {"amountMinor": "92131", "currency": "EUR"},
        "amountDue": {"amountMinor": "92131"},
    }
    assert (await client.ask(CONVERSION, id=invoice))["invoice"] == {"status": "OPEN", "conversion": None}
    await make_method(client, currency="USD")
    for part, due in ((33_334, 92_131 - 30_711), (66_667, 0)):
        paid = {"invoiceId": invoice, "amount": money(part, "USD"), "idempotencyKey": world.key()}
        await client.do("payInvoice", "payment { status }", **paid)
        await world.settle()
        found = (await issuer.ask(CONVERSION, id=invoice))["invoice"]
        assert found["conversion"]["amountDue"] == {"amountMinor": str(due)}
    assert found["status"] == "PAID"


async def test_without_a_rate_of_the_last_72_hours_nothing_in_another_currency_is_opened(world: World) -> None:
    staff, issuer, client = await world.staff(StaffRole.FINANCE), await european(world), await world.client_side()
    invoice = await make_dollar_draft(world, issuer, client)
    await import_rates(staff, rate(world, "0.9213"))
    world.clock.advance(timedelta(hours=72, seconds=1))
    refusal = await issuer.refused("openInvoice", invoiceId=invoice, idempotencyKey=world.key())
    assert refusal["code"] == "PROVIDER_UNAVAILABLE"
    assert refusal["message"] == "There is no exchange rate from USD to EUR of the last 72 hours."
    assert (await issuer.ask(CONVERSION, id=invoice))["invoice"]["status"] == "DRAFT"
    await import_rates(staff, rate(world, "0.9", age=timedelta(hours=71)))
    await opened(world, issuer, invoice)
    shown = (await issuer.ask(CONVERSION, id=invoice))["invoice"]["conversion"]
    assert shown["exchangeRate"] == "0.9000000000"


async def test_in_the_issuers_own_currency_the_rate_is_one_and_nobody_is_asked_for_it(world: World) -> None:
    issuer, client = await european(world), await world.client_side()
    invoice = await make_draft(issuer, await make_customer(issuer, client), line_input(12_345))
    await opened(world, issuer, invoice)
    assert (await issuer.ask(CONVERSION, id=invoice))["invoice"]["conversion"] == {
        "currency": "EUR",
        "exchangeRate": "1.0000000000",
        "rateSource": None,
        "rateAt": None,
        "total": {"amountMinor": "12345", "currency": "EUR"},
        "amountDue": {"amountMinor": "12345"},
    }


async def test_who_keeps_books_in_no_currency_of_their_own_opens_any_invoice_without_a_rate(world: World) -> None:
    issuer, client = await world.freelancer_side(), await world.client_side()
    invoice = await make_dollar_draft(world, issuer, client)
    await opened(world, issuer, invoice)
    assert (await issuer.ask(CONVERSION, id=invoice))["invoice"] == {"status": "OPEN", "conversion": None}


async def test_a_book_currency_that_does_not_exist_is_refused(world: World) -> None:
    issuer = await world.freelancer_side()
    id_ = f"org_{issuer.organization_id.hex}"
    refusal = await issuer.refused("updateOrganization", organizationId=id_, baseCurrency="XXX")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["baseCurrency"])
