"""How two sides come to agree, and what becomes of the agreement: from strangers to a paid milestone."""

from uuid import UUID

import pytest

from domain.plans import MAX_BUDGET_MINOR
from tests.makers.gigs import make_open_gig
from tests.makers.identity import make_account
from tests.makers.invoices import make_tax_type, numbers
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, charged, postings
from tests.makers.proposals import accepting, eur, make_offer, make_proposal
from tests.stories.agreed import PROJECT, Deal, agree, plan
from tests.world import Person, World

ESTIMATE = "query($days: Int!) { estimateDuration(days: $days) { workDays hours } }"


async def newcomer(world: World, email: str, kind: str, organization: str) -> Person:
    """Somebody who signs up and verifies the address by the mail."""
    caller = await make_account(world, email, kind=kind, organizationName=organization)
    viewer = (await caller.ask("{ viewer { user { id } organization { id } membership { id } } }"))["viewer"]
    user_id, organization_id, membership_id = (
        UUID(hex=viewer[name]["id"][4:]) for name in ("user", "organization", "membership")
    )
    return Person(world, caller.token or "", user_id, organization_id, membership_id, email)


async def test_strangers_sign_up_agree_on_an_offer_and_every_milestone_is_paid(world: World) -> None:
    client = await newcomer(world, "baker@example.com", "CLIENT", "Bakery")
    freelancer = await newcomer(world, "ada@example.com", "FREELANCER", "Ada Lovelace")
    gig = await make_open_gig(world, client, terms=plan("MILESTONE", 3))
    offer = await make_offer(client, freelancer, gig, amount=eur(115_000), terms=plan("MILESTONE", 3))
    accepted = await freelancer.do("acceptOffer", PROJECT, **await accepting(freelancer, "acceptOffer", offer))
    assert [one["amount"]["decimal"] for one in accepted["project"]["milestones"]] == ["383.33", "383.34", "383.33"]
    deal = Deal.on(client, freelancer, gig, accepted["project"])
    await world.settle()
    assert await deal.status() == "PENDING_ACTIVATION"
    await make_method(client)
    await world.settle()
    assert await deal.status() == "ACTIVE"

    for number in range(3):
        assert len(await deal.invoices()) == number
        await deal.deliver(number)
        await deal.approve(number)
    assert await deal.status() == "COMPLETED"
    assert await deal.invoices() == [("MILESTONE", total, "PAID") for total in ("383.33", "383.34", "383.33")]
    assert await numbers(world, freelancer) == [1, 2, 3]
    assert await deal.payouts() == [
        ("383.33", "19.17", "364.16"),
        ("383.34", "19.17", "364.17"),
        ("383.33", "19.17", "364.16"),
    ]
    assert await deal.wallet() == "1092.49"
    assert await postings(world) == ["P1", "P3"] * 3
    assert await balances(world) == {"provider_cash": 115_000, "wallet_available": -109_249, "platform_fee": -5_751}
    assert await charged(world) == 115_000


async def test_an_accepted_invitation_is_paid_less_five_percent(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await make_method(client)
    gig = await make_open_gig(world, client, budgetMax=eur(1_000_000), terms=plan("MILESTONE", 3))
    invited = await client.do(
        "inviteFreelancer",
        "invitation { id }",
        gigId=gig,
        organizationId=f"org_{freelancer.organization_id.hex}",
        amount=eur(1_000_000),
        terms=plan("MILESTONE", 3),
    )
    answer = await accepting(freelancer, "acceptGigInvitation", invited["invitation"]["id"])
    accepted = await freelancer.do("acceptGigInvitation", PROJECT, **answer)
    deal = Deal.on(client, freelancer, gig, accepted["project"])
    await world.settle()
    for number in range(3):
        await deal.deliver(number)
        await deal.approve(number)
    assert await deal.payouts() == [
        ("3333.33", "166.67", "3166.66"),
        ("3333.34", "166.67", "3166.67"),
        ("3333.33", "166.67", "3166.66"),
    ]
    assert await deal.wallet() == "9499.99"


async def test_five_cents_over_ten_milestones_never_become_a_project(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client, terms=plan("MILESTONE", 10))
    draft = await make_proposal(freelancer, gig, amount=eur(5))
    refusal = await freelancer.refused("submitProposal", proposalId=draft)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["terms", "milestones"])
    await freelancer.do("updateProposal", "proposal { id }", proposalId=draft, amount=eur(10))
    await freelancer.do("submitProposal", "proposal { id }", proposalId=draft)
    refusal = await client.refused("offerProposal", proposalId=draft, amount=eur(5))
    assert refusal["code"] == "INVALID"
    assert (await client.ask("{ projects { totalCount } }"))["projects"] == {"totalCount": 0}


async def test_the_largest_budget_is_billed_with_all_its_taxes(world: World) -> None:
    freelancer = await world.freelancer_side()
    for name in ("VAT", "City tax", "Levy"):
        await make_tax_type(freelancer, 10_000, name=name, isDefault=True)
    deal = await agree(world, "MILESTONE", MAX_BUDGET_MINOR, 1, by=freelancer)
    await world.settle()
    await deal.deliver(0)
    await deal.approve(0)
    assert await deal.invoices() == [("MILESTONE", "100000000000.00", "PAID")]


@pytest.mark.parametrize(("days", "work_days", "hours"), [(7, 5, 40), (10, 8, 64), (14, 10, 80), (30, 22, 176)])
async def test_days_become_work_days_and_hours(world: World, days: int, work_days: int, hours: int) -> None:
    client = await world.client_side()
    found = (await client.ask(ESTIMATE, days=days))["estimateDuration"]
    assert found == {"workDays": work_days, "hours": hours}
