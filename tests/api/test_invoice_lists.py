"""Lists of invoices: roles, filters, orders, overdue by the issuer's date."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.organizations import OrganizationKind
from domain.permissions import Role
from tests.client import Faulted
from tests.makers.invoices import line_input, make_customer, make_draft, make_open_invoice, money, opened
from tests.makers.payment_methods import make_method
from tests.world import Person, World

LIST = (
    "query($filter: InvoiceFilter, $order: [InvoiceOrder!], $after: Cursor, $first: Int) {"
    " invoices(filter: $filter, orderBy: $order, after: $after, first: $first) {"
    " totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"
)


async def found(person: Person, **conditions: Any) -> list[str]:
    """The ids of the invoices that fit, newest first; the count agrees."""
    page = (await person.ask(LIST, filter=conditions))["invoices"]
    ids = [node["id"] for node in page["nodes"]]
    assert page["totalCount"] == len(ids)
    return ids


async def ordered(person: Person, *order: tuple[str, str]) -> list[str]:
    """All ids in an order, fetched one by one."""
    by = [{"field": field, "direction": direction} for field, direction in order]
    ids, after = [], None
    while True:
        page = (await person.ask(LIST, order=by, after=after, first=1))["invoices"]
        ids += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return ids
        after = page["pageInfo"]["endCursor"]


async def test_an_agency_tells_what_it_issued_from_what_it_received(world: World) -> None:
    agency = await world.join(await world.organization(OrganizationKind.AGENCY, "Studio"), Role.OWNER)
    freelancer, client = await world.freelancer_side(), await world.client_side()
    issued = await make_open_invoice(world, agency, client)
    received = await make_open_invoice(world, freelancer, agency)
    await make_draft(freelancer, await make_customer(freelancer, client))
    assert await found(agency) == [received, issued]
    assert await found(agency, role="ISSUER") == [issued]
    assert await found(agency, role="RECIPIENT") == [received]
    assert await found(client) == [issued]
    assert await found(await world.client_side("Somebody else")) == []


async def test_invoices_are_found_by_state_and_by_how_far_they_are_paid(world: World) -> None:
    issuer, payer = await world.freelancer_side(), await world.client_side()
    await make_method(payer)
    customer = await make_customer(issuer, payer)
    draft, unpaid, partly, paid, void = [await make_draft(issuer, customer) for _ in range(5)]
    for invoice in (unpaid, partly, paid, void):
        await opened(world, issuer, invoice)
    for invoice, amount in ((partly, money(4_000)), (paid, None)):
        await payer.do("payInvoice", "payment { id }", invoiceId=invoice, amount=amount, idempotencyKey=world.key())
    await issuer.do("voidInvoice", "invoice { id }", invoiceId=void, reason="Wrong", idempotencyKey=world.key())
    await world.settle()
    assert await found(issuer, status=["DRAFT"]) == [draft]
    assert await found(issuer, status=["PAID", "VOID"]) == [void, paid]
    assert await found(issuer, paymentStatus=["UNPAID"]) == [unpaid]
    assert await found(issuer, paymentStatus=["PARTIALLY_PAID"]) == [partly]
    assert await found(issuer, paymentStatus=["PAID", "UNPAID"]) == [paid, unpaid]
    assert await found(issuer, paymentStatus=["ON_HOLD"]) == []
    assert await found(issuer, kind=["STANDARD"], status=["OPEN"]) == [partly, unpaid]
    payments = "query($id: ID!) { invoice(id: $id) { paidAt payments { nodes { status amount { amountMinor } } } } }"
    shown = (await payer.ask(payments, id=partly))["invoice"]
    assert shown == {
        "paidAt": None,
        "payments": {"nodes": [{"status": "SUCCEEDED", "amount": {"amountMinor": "4000"}}]},
    }


async def test_invoices_are_found_by_customer_dates_currency_and_text(world: World) -> None:
    issuer, recipient = await world.freelancer_side(), await world.client_side()
    bakery, zoo = await make_customer(issuer, name="Bakery"), await make_customer(issuer, recipient, name="Zoo")
    first = await make_draft(issuer, bakery, issueOn="2020-01-10", dueOn="2020-01-20", note="50% now")
    second = await make_draft(issuer, zoo, line_input(currency="USD"), currency="USD", issueOn="2020-02-10")
    number = (await opened(world, issuer, first))["number"]
    await opened(world, issuer, second)
    assert await found(issuer, customerId=zoo) == [second]
    assert await found(issuer, issuedFrom="2020-01-10", issuedTo="2020-01-10") == [first]
    assert await found(issuer, dueFrom="2020-01-21") == [second]
    assert await found(issuer, dueTo="2020-01-20") == [first]
    assert await found(issuer, currency="USD") == [second]
    for text, expected in ((number.lower(), [first]), ("zoo", [second]), ("0% n", [first]), ("none", [])):
        assert await found(issuer, text=text) == expected
    assert await found(recipient) == [second]
    assert await found(recipient, text="zoo") == [], "what its issuer calls the recipient"


async def test_invoices_are_ordered_and_paged(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer)
    small = await make_draft(issuer, customer, line_input(100), issueOn="2020-03-01", dueOn="2020-03-09")
    large = await make_draft(issuer, customer, line_input(300), issueOn="2020-03-02", dueOn="2020-03-05")
    undated = await make_draft(issuer, customer, line_input(200))
    assert await ordered(issuer) == [undated, large, small]
    assert await ordered(issuer, ("TOTAL", "ASC")) == [small, undated, large]
    assert await ordered(issuer, ("ISSUE_ON", "ASC")) == [small, large, undated]
    assert await ordered(issuer, ("DUE_ON", "ASC"), ("TOTAL", "DESC")) == [large, small, undated]
    assert await ordered(issuer, ("AMOUNT_DUE", "DESC")) == [large, undated, small]


async def test_an_invoice_is_overdue_after_its_last_day_in_the_issuers_zone(world: World) -> None:
    issuer, payer = await world.freelancer_side(), await world.client_side()
    await make_method(payer)
    invoice = await make_open_invoice(world, issuer, payer)
    draft = await make_draft(issuer, await make_customer(issuer), issueOn="2020-01-01", dueOn="2020-01-01")
    query = "query($id: ID!) { invoice(id: $id) { isOverdue dueOn } }"

    async def overdue(person: Person) -> tuple[bool, list[str], list[str]]:
        shown = (await person.ask(query, id=invoice))["invoice"]
        return shown["isOverdue"], await found(person, overdue=True), await found(person, overdue=False)

    assert await overdue(payer) == (False, [], [invoice])
    due_on = datetime.fromisoformat((await issuer.ask(query, id=invoice))["invoice"]["dueOn"]).date()
    midnight = datetime.combine(due_on + timedelta(days=1), time(), ZoneInfo("Europe/Skopje")).astimezone(UTC)
    world.clock.advance(midnight - timedelta(minutes=1) - world.clock.now())
    assert await overdue(issuer) == (False, [], [draft, invoice])
    world.clock.advance(timedelta(minutes=2))
    assert await overdue(issuer) == (True, [invoice], [draft])
    assert await overdue(payer) == (True, [invoice], [])
    await payer.do("payInvoice", "payment { id }", invoiceId=invoice, idempotencyKey=world.key())
    await world.settle()
    assert await overdue(payer) == (False, [], [invoice])


async def test_reading_invoices_needs_an_organization_of_ones_own(world: World) -> None:
    with pytest.raises(Faulted):
        await world.client.ask("{ invoices { totalCount } }")
    staff = await world.staff()
    with pytest.raises(Faulted):
        await found(staff)
