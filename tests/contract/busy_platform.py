"""A platform on which much has happened, for tests that read everything: every noun, several states, two trades."""

from dataclasses import dataclass
from typing import Any

from domain.actors import ANONYMOUS, Actor
from domain.organizations import OrganizationKind
from domain.permissions import Role, StaffRole
from server.auth import actor_of_token
from tests.makers.approvals import another_of_staff, make_waiting
from tests.makers.apps import PERMISSIONS, install, make_active_app, make_own_app
from tests.makers.gigs import gig_input, make_open_gig
from tests.makers.invoices import line_input, make_customer, make_draft, make_tax_type, opened
from tests.makers.projects import approve, make_active_project, make_project, make_submitted_project, submit
from tests.makers.proposals import TERMS, eur, make_invitation, make_offer, make_proposal, make_submitted_proposal
from tests.world import Person, World


@dataclass(frozen=True, slots=True)
class Busy:
    """Who reads, by a name to say it with."""

    viewers: dict[str, Actor]
    client: Person
    freelancer: Person
    staff: Person


async def make_busy(world: World) -> Busy:
    company = await world.organization(OrganizationKind.CLIENT, 'Northwind "& Søns"')
    client = await world.join(company, Role.OWNER)
    colleague = await world.join(company, Role.FINANCE)
    freelancer, rival = await world.freelancer_side(), await world.freelancer_side("Grace Hopper \U0001f41b")
    staff = await world.staff()
    await _deals(world, client, freelancer, rival)
    await _invoices(world, freelancer, client)
    await _work(world, client, freelancer)
    await world.settle()
    await _approvals(world, staff, freelancer)
    await _apps(staff, freelancer, client)
    people = {"client": client, "finance": colleague, "freelancer": freelancer, "rival": rival, "staff": staff}
    viewers = {"anonymous": ANONYMOUS}
    for name, person in people.items():
        viewers[name] = await actor_of_token(world.database, person.token)
    return Busy(viewers, client, freelancer, staff)


async def _deals(world: World, client: Person, freelancer: Person, rival: Person) -> None:
    """Gigs in several states with proposals, an offer and invitations."""
    gigs = [await make_open_gig(world, client, title=f'Gig {number}: "shop"\n\u2028 é') for number in range(4)]
    hidden = gig_input(title="A draft", visibility="INVITE_ONLY", budgetMin=eur(5), skills=["a\\b", "c/d", "日本"])
    await client.do("createGig", "gig { id }", **hidden)
    rates = {"pricing": "HOURLY", "rateMin": _yen(900), "rateMax": _yen(4_000)}
    hourly = await make_open_gig(world, client, currency="JPY", budgetMax=_yen(90_000), seats=3, **rates)
    await make_proposal(
        freelancer, gigs[0], coverLetter="Draft \t of \x7f a letter", links=["https://example.com/?a=1&b=2"]
    )
    await make_submitted_proposal(rival, gigs[0])
    await make_offer(client, freelancer, gigs[1])
    await make_submitted_proposal(freelancer, gigs[2])
    await make_invitation(client, freelancer, gigs[3], message="Come", amount=eur(99_900), terms=TERMS)
    await make_invitation(client, rival, hourly)
    await client.do("pauseGig", "gig { id }", gigId=gigs[3])


async def _work(world: World, client: Person, freelancer: Person) -> None:
    """Projects from waiting to completed, with their milestones, tasks, submissions, invoices and payments."""
    sides: dict[str, Any] = {"client": client, "freelancer": freelancer}
    await make_project(world, "COMPLETION", (2, 1), **sides)
    done = await make_active_project(world, "MILESTONE", (1, 2), **sides)
    for task in [task for tasks in done.tasks for task in tasks][:2]:
        await submit(done, task)
        await approve(done, task)
    await world.settle()
    await make_submitted_project(world, "MILESTONE", (2,), **sides)
    await make_active_project(world, "COMPLETION", (1,), **sides)
    await make_active_project(world)


async def _invoices(world: World, issuer: Person, recipient: Person) -> None:
    """Standard invoices as drafts, open and void, with and without taxes, in three currencies."""
    vat, city = await make_tax_type(issuer), await make_tax_type(issuer, 250, name="City")
    customer = await make_customer(issuer, recipient)
    await make_draft(issuer, customer, line_input(12_345, vat, city, quantity="1.5"), line_input(5))
    for currency in ("EUR", "JPY", "KWD"):
        draft = await make_draft(issuer, customer, line_input(10_001, vat, currency=currency), currency=currency)
        await opened(world, issuer, draft)
    gone = await make_draft(issuer, customer, line_input(700, vat))
    await opened(world, issuer, gone)
    await issuer.do("voidInvoice", "invoice { id }", invoiceId=gone, reason="Twice", idempotencyKey=world.key())


async def _approvals(world: World, staff: Person, freelancer: Person) -> None:
    """What a person asked for, what staff asked for and what staff agreed to; and thresholds."""
    await make_waiting(world, freelancer)
    other = await another_of_staff(world, staff, StaffRole.FINANCE)
    entries = "entries { account { id code } amount { amountMinor } }"
    found = await staff.ask(f"{{ ledgerTransfers(filter: {{ kind: [P3] }}) {{ nodes {{ id {entries} }} }} }}")
    for number, transfer in enumerate(found["ledgerTransfers"]["nodes"][:2]):
        adjusted = await staff.do("adjustLedger", "approval { id }", **_without_fee(transfer, world.key()))
        if number:
            approved = {"approvalId": adjusted["approval"]["id"], "idempotencyKey": world.key()}
            await other.do("approve", "approval { id }", **approved)
    await staff.do("setMoneyThresholds", "payout { kind }", payout=eur(5), refund=_yen(7))


async def _apps(staff: Person, owner: Person, client: Person) -> None:
    """An app with a change that waits, installed by others, and one that its owner tries."""
    app = await make_active_app(owner, staff, name='Tools "& more"', maxUsers=5)
    await owner.do("updateApp", "app { id }", appId=app, permissions=[*PERMISSIONS, "USAGE_WRITE"])
    await install(client, app)
    await make_own_app(owner)


def _without_fee(transfer: dict[str, Any], key: str) -> dict[str, Any]:
    """The input of adjustLedger that gives a payment's fee back to the wallet."""
    entries = {entry["account"]["code"]: entry for entry in transfer["entries"]}
    amounts = {code: int(entry["amount"]["amountMinor"]) for code, entry in entries.items()}
    amounts["WALLET_AVAILABLE"] += amounts.pop("PLATFORM_FEE")
    lines = [
        {
            "accountId": entries[code]["account"]["id"],
            "side": "DEBIT" if amount_minor > 0 else "CREDIT",
            "amount": eur(abs(amount_minor)),
        }
        for code, amount_minor in amounts.items()
    ]
    return {"transferId": transfer["id"], "lines": lines, "reason": "No fee \u2028 é", "idempotencyKey": key}


def _yen(amount_minor: int) -> dict[str, str]:
    return {"amountMinor": str(amount_minor), "currency": "JPY"}
