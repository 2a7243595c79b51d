"""One story for every company: paid upfront, held in escrow, released, paid out, refunded in part, charged back."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.payment_methods import Provider
from domain.terms import FundingMode
from persistence.books import check_books
from schema.scalars import show_instant
from tests.makers.escrow import fund, sums_of
from tests.makers.invoices import line_input, make_draft, money, opened
from tests.makers.payments import balances
from tests.makers.payouts import figures, request_payout
from tests.makers.projects import Made, approve, make_project, submit
from tests.providers.companies import Company
from tests.providers.company_setups import COMPANIES
from tests.stand_in_counts import outside
from tests.world import Person, World

TRIAL = "{ trialBalance { currency difference { amountMinor } lines { account balance { amountMinor } } } }"
INVOICE = (
    "status total { amountMinor } amountDue { amountMinor } payments { nodes { id status provider } } lines { id }"
)
CHARGEBACK = "id status externalId provider amount { amountMinor } invoice { id status amountDue { amountMinor } }"

RUN = """query($id: ID!) { cashReconciliation(id: $id) { status failure findingCount matchedCount
  currencies { reported { amountMinor } unexplained { amountMinor } } } }"""
LEFT = "{ moneyExceptions { nodes { kind subjectId } } inboundWebhooks(first: 100) { nodes { status } } }"
LINES = {"charge": 4, "payout": 1, "refund": 1, "chargeback": 2, "chargeback won": 1}
"""How often money was moved in the story, besides what a company keeps of its own accord."""


@dataclass(slots=True)
class Story:
    """Two who work together, and the company through which they pay each other."""

    world: World
    company: Company
    client: Person
    freelancer: Person
    staff: Person
    method: str

    async def pay(self, invoice: str) -> str:
        """The client pays with the saved method; the payment, once nothing is left to happen."""
        paid = await self.client.do(
            "payInvoice",
            "payment { id status }",
            invoiceId=invoice,
            methodId=self.method,
            idempotencyKey=self.world.key(),
        )
        assert paid["payment"]["status"] == "CREATED"
        await self.company.settle()
        assert await self.payment(paid["payment"]["id"]) == ("SUCCEEDED", self.company.provider.name)
        return str(paid["payment"]["id"])

    async def payment(self, payment: str) -> tuple[str, str]:
        """State and provider of a payment, which both sides see alike."""
        query = "query($id: ID!) { payment(id: $id) { status provider } }"
        seen = [(await person.ask(query, id=payment))["payment"] for person in (self.client, self.freelancer)]
        assert seen[0] == seen[1]
        return seen[0]["status"], seen[0]["provider"]

    async def invoice(self, invoice: str) -> dict[str, Any]:
        """An invoice, which both sides see alike."""
        query = f"query($id: ID!) {{ invoice(id: $id) {{ {INVOICE} }} }}"
        seen = [(await person.ask(query, id=invoice))["invoice"] for person in (self.client, self.freelancer)]
        assert seen[0] == seen[1]
        return dict(seen[0])

    async def books(self) -> dict[str, int]:
        """What the platform's accounts hold, with what the company keeps of its cash counted as cash."""
        trial = (await self.staff.ask(TRIAL))["trialBalance"]
        assert [(one["currency"], one["difference"]["amountMinor"]) for one in trial] == [("EUR", "0")]
        held = {line["account"]: int(line["balance"]["amountMinor"]) for line in trial[0]["lines"]}
        assert held["PROVIDER_CASH"] > 0
        held["PROVIDER_CASH"] += held.pop("PROCESSOR_FEE", 0)
        return {account: amount for account, amount in held.items() if amount}


async def begin(company: Company) -> Story:
    world = company.world
    client, freelancer = await world.client_side(), await world.freelancer_side()
    added = await client.do(
        "addPaymentMethod",
        "method { id status provider }",
        provider=company.provider.name,
        token=company.card,
        currency="EUR",
        makeDefault=False,
    )
    assert (added["method"]["status"], added["method"]["provider"]) == ("ACTIVE", company.provider.name)
    return Story(world, company, client, freelancer, company.staff, added["method"]["id"])


async def an_upfront_invoice_is_paid(story: Story) -> str:
    """Half of 2000.00 upfront, of which 5 % are the platform's: charged by itself, since a method is saved."""
    made = await make_project(
        story.world,
        "COMPLETION",
        budget_minor=200_000,
        upfront_bps=5_000,
        client=story.client,
        freelancer=story.freelancer,
    )
    assert isinstance(made.upfront, UUID)
    invoice = f"inv_{made.upfront.hex}"
    await story.company.settle()
    shown = await story.invoice(invoice)
    assert (shown["status"], shown["amountDue"]["amountMinor"]) == ("PAID", "0")
    [payment] = shown["payments"]["nodes"]
    assert await story.payment(payment["id"]) == ("SUCCEEDED", story.company.provider.name)
    assert await figures(story.freelancer) == {"available": 95_000, "earned": 95_000}
    assert await story.books() == {"PROVIDER_CASH": 100_000, "WALLET_AVAILABLE": 95_000, "PLATFORM_FEE": 5_000}
    return invoice


async def a_milestone_is_funded(story: Story) -> tuple[Made, str]:
    made = await make_project(
        story.world,
        budget_minor=100_000,
        funding_mode=FundingMode.ESCROW,
        client=story.client,
        freelancer=story.freelancer,
    )
    funded = await fund(made, select="hold { id status } payment { id }", methodId=story.method)
    assert funded["hold"]["status"] == "PENDING"
    await story.company.settle()
    assert await story.payment(funded["payment"]["id"]) == ("SUCCEEDED", story.company.provider.name)
    hold = funded["hold"]["id"]
    for person in (story.client, story.freelancer):
        assert await sums_of(person, hold) == ["HELD", "0.00", "0.00", "1000.00"]
    books = await story.books()
    assert (books["PROVIDER_CASH"], books["ESCROW"], books["WALLET_AVAILABLE"]) == (200_000, 100_000, 95_000)
    return made, hold


async def it_is_released(story: Story, made: Made, hold: str) -> None:
    await submit(made, made.task)
    done = await approve(made, made.task, select="invoice { kind status } milestone { fundingStatus }")
    assert done == {"invoice": {"kind": "MILESTONE", "status": "PAID"}, "milestone": {"fundingStatus": "RELEASED"}}
    await story.company.settle()
    for person in (story.client, story.freelancer):
        assert await sums_of(person, hold) == ["RELEASED", "1000.00", "0.00", "0.00"]
    assert await story.books() == {"PROVIDER_CASH": 200_000, "WALLET_AVAILABLE": 190_000, "PLATFORM_FEE": 10_000}


async def the_freelancer_is_paid_out(story: Story) -> None:
    token = await story.company.onboard(story.freelancer)
    await story.company.settle()
    added = await story.freelancer.do(
        "addPayoutMethod",
        "method { verifiedAt provider }",
        provider=story.company.provider.name,
        token=token,
        currency="EUR",
        makeDefault=True,
    )
    assert added["method"]["verifiedAt"] is not None
    payout = await request_payout(story.freelancer, 95_000)
    assert (payout["holdReason"], payout["approval"]) == (None, None)
    await story.company.settle()
    story.company.days_pass()
    await story.company.settle()
    shown = await story.freelancer.ask(
        "query($id: ID!) { payout(id: $id) { status provider failureCode } }", id=payout["id"]
    )
    assert shown["payout"] == {"status": "PAID", "provider": story.company.provider.name, "failureCode": None}
    assert await figures(story.freelancer) == {"available": 95_000, "paidOut": 95_000, "earned": 190_000}
    assert await story.books() == {"PROVIDER_CASH": 105_000, "WALLET_AVAILABLE": 95_000, "PLATFORM_FEE": 10_000}


async def a_part_is_refunded(story: Story, invoice: str) -> None:
    """400.00 by a credit note, below what somebody else would have to approve."""
    line = (await story.invoice(invoice))["lines"][0]["id"]
    note = await story.freelancer.do(
        "createCreditNote",
        "creditNote { id }",
        invoiceId=invoice,
        lines=[{"lineId": line, "amount": money(40_000)}],
        reason="Less was done",
    )
    issued = await story.freelancer.do(
        "issueCreditNote",
        "refunds { id awaitsApproval }",
        creditNoteId=note["creditNote"]["id"],
        refund=True,
        idempotencyKey=story.world.key(),
    )
    [refund] = issued["refunds"]
    assert refund["awaitsApproval"] is False
    await story.company.settle()
    for person in (story.client, story.freelancer):
        seen = await person.ask("query($id: ID!) { refund(id: $id) { status amount { decimal } } }", id=refund["id"])
        assert seen["refund"] == {"status": "SUCCEEDED", "amount": {"decimal": "400.00"}}
    assert await story.books() == {"PROVIDER_CASH": 65_000, "WALLET_AVAILABLE": 57_000, "PLATFORM_FEE": 8_000}


async def a_payment_is_charged_back(story: Story, *, is_won: bool) -> str:
    """An invoice of 100.00 is paid, charged back, answered, and decided by the bank."""
    [customer] = (await story.freelancer.ask("{ customers { nodes { id } } }"))["customers"]["nodes"]
    invoice = await make_draft(story.freelancer, customer["id"], line_input())
    await opened(story.world, story.freelancer, invoice)
    payment = await story.pay(invoice)
    before = await story.books()

    await story.company.charge_back(payment)
    await story.company.settle()
    chargeback = await chargeback_of(story, payment)
    assert (chargeback["status"], chargeback["amount"]["amountMinor"]) == ("NEEDS_RESPONSE", "10000")
    taken = await story.books()
    assert (taken["CHARGEBACK_RESERVE"], taken["WALLET_HELD"]) == (10_000, 10_000)
    assert taken["PROVIDER_CASH"] == before["PROVIDER_CASH"] - 10_000

    evidence = story.company.convincing if is_won else story.company.unconvincing
    answered = await story.freelancer.do(
        "submitChargebackEvidence",
        "chargeback { status }",
        chargebackId=chargeback["id"],
        evidence=evidence,
        idempotencyKey=story.world.key(),
    )
    assert answered["chargeback"]["status"] == "UNDER_REVIEW"
    await story.company.settle()
    await story.company.decide(chargeback, is_won=is_won)
    await story.company.settle()
    assert (await chargeback_of(story, payment))["status"] == ("WON" if is_won else "LOST")
    if is_won:
        assert await story.books() == before
    return invoice


async def chargeback_of(story: Story, payment: str) -> dict[str, Any]:
    query = f"""query($filter: ChargebackFilter) {{ chargebacks(filter: $filter) {{ nodes {{ {CHARGEBACK} }} }} }}"""
    [found] = (await story.freelancer.ask(query, filter={"paymentId": payment}))["chargebacks"]["nodes"]
    return dict(found)


async def both_books_agree(story: Story) -> None:
    """The day after, the company's books are compared with ours: each line is known, and its fees are posted."""
    day = story.world.clock.now().date()
    morning = datetime.combine(day, time(4), UTC) + timedelta(days=1)
    await story.staff.do("advanceClock", "clock { now }", to=show_instant(morning))
    story.company.end_day(day)
    await story.company.settle()
    started = await story.staff.do(
        "runCashReconciliation",
        "reconciliation { id }",
        provider=story.company.provider.name,
        day=day.isoformat(),
        idempotencyKey=story.world.key(),
    )
    await story.company.settle()
    run = (await story.staff.ask(RUN, id=started["reconciliation"]["id"]))["cashReconciliation"]
    assert (run["failure"], run["status"], run["findingCount"]) == (None, "COMPLETED", 0)
    assert run["matchedCount"] == sum(LINES.values())
    [euros] = run["currencies"]
    kept = await story.company.kept()
    assert 0 < kept < 75_000
    assert (euros["reported"]["amountMinor"], euros["unexplained"]["amountMinor"]) == (str(kept), "0")
    assert (await balances(story.world))["provider_cash"] == kept
    left = await story.staff.ask(LEFT)
    assert left["moneyExceptions"]["nodes"] == []
    assert {one["status"] for one in left["inboundWebhooks"]["nodes"]} <= {"PROCESSED", "IGNORED"}
    assert outside() == []
    assert await check_books(story.world.database, story.world.clock.now()) == []


@pytest.mark.parametrize("provider", COMPANIES)
async def test_the_same_story_passes_on_every_company(world: World, provider: Provider) -> None:
    async with COMPANIES[provider](await world.staff()) as company:
        story = await begin(company)
        upfront = await an_upfront_invoice_is_paid(story)
        made, hold = await a_milestone_is_funded(story)
        await it_is_released(story, made, hold)
        await the_freelancer_is_paid_out(story)
        await a_part_is_refunded(story, upfront)
        await a_payment_is_charged_back(story, is_won=True)
        lost = await a_payment_is_charged_back(story, is_won=False)

        assert (await story.invoice(lost))["amountDue"]["amountMinor"] == "10000"
        wallet = {"available": 67_000, "earned": 210_000, "paidOut": 95_000, "takenBack": 48_000}
        assert await figures(story.freelancer) == wallet
        assert await story.books() == {
            "PROVIDER_CASH": 75_000,
            "WALLET_AVAILABLE": 67_000,
            "PLATFORM_FEE": 8_000,
            "RECEIVABLE": 10_000,
            "BILLED": 10_000,
        }
        assert await check_books(world.database, world.clock.now()) == []
        await both_books_agree(story)
