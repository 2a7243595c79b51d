"""Two organizations that only their programs call for, with keys: from the gig to the payout, and nobody is named."""

from sqlalchemy import select

from persistence.tables.money import ledger_transfers
from persistence.tables.platform import outbox, status_changes
from tests.makers.gigs import make_open_gig
from tests.makers.keys import by_key
from tests.makers.payment_methods import make_method
from tests.makers.payouts import make_payout_method, request_payout, states_of_payouts
from tests.makers.proposals import accept_proposal, eur, make_submitted_proposal
from tests.makers.rows import rows
from tests.stories.agreed import PROJECT, Deal, plan
from tests.world import World


async def test_programs_bring_a_gig_to_its_payout(world: World) -> None:
    client, freelancer = await by_key(await world.client_side()), await by_key(await world.freelancer_side())
    await make_method(client)
    gig = await make_open_gig(world, client, terms=plan("MILESTONE", 2))
    proposal = await make_submitted_proposal(freelancer, gig, amount=eur(80_000))
    deal = Deal.on(client, freelancer, gig, (await accept_proposal(client, proposal, PROJECT))["project"])
    await world.settle()
    for number in range(2):
        await deal.deliver(number)
        await deal.approve(number)
    assert (await deal.status(), await deal.wallet()) == ("COMPLETED", "760.00")
    await make_payout_method(freelancer)
    await request_payout(freelancer, 76_000)
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"]

    makers = {(client.user_id, client.organization_id), (freelancer.user_id, freelancer.organization_id)}
    for table in (status_changes, outbox, ledger_transfers):
        user, key, home = (table.c[f"actor_{name}_id"] for name in ("user", "key", "organization"))
        acted = {*await rows(world, select(user, home, key.is_not(None)).where(home.is_not(None)))}
        people = {(who, organization) for who, organization, has_key in acted if not has_key}
        assert {who for who, _, has_key in acted if has_key} == {None}, table.name
        # The keys themselves were made by people.
        assert people == (set() if table is ledger_transfers else makers), table.name
