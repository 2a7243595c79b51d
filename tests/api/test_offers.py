"""Offers through the API: the client answers a proposal with its own amount and terms."""

from datetime import timedelta

import pytest

from tests.makers.gigs import make_open_gig
from tests.makers.proposals import (
    COMPLETION,
    eur,
    make_offer,
    make_submitted_proposal,
    status_of,
)
from tests.world import World


async def test_an_offer_is_made_seen_and_turned_down(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    assert (await freelancer.refused("offerProposal", proposalId=id_))["code"] == "FORBIDDEN"
    selection = "proposal { status offeredAmount { amountMinor } offeredTerms { invoicingMethod } offerExpiresAt }"
    made = (await client.do("offerProposal", selection, proposalId=id_, amount=eur(95_000), terms=COMPLETION))[
        "proposal"
    ]
    assert (made["status"], made["offeredAmount"]) == ("OFFERED", {"amountMinor": "95000"})
    assert made["offeredTerms"] == {"invoicingMethod": "COMPLETION"}
    assert (await freelancer.refused("updateProposal", proposalId=id_, coverLetter="!"))["code"] == "WRONG_STATE"
    assert (await client.refused("declineOffer", proposalId=id_))["code"] == "FORBIDDEN"
    assert (await freelancer.refused("revokeOffer", proposalId=id_))["code"] == "FORBIDDEN"
    turned_down = (await freelancer.do("declineOffer", selection, proposalId=id_))["proposal"]
    assert turned_down == {
        "status": "SHORTLISTED",
        "offeredAmount": None,
        "offeredTerms": None,
        "offerExpiresAt": None,
    }
    again = (await client.do("offerProposal", selection, proposalId=id_))["proposal"]
    assert (again["offeredAmount"], again["offeredTerms"]) == (
        {"amountMinor": "100000"},
        {"invoicingMethod": "MILESTONE"},
    )
    revoked = (await client.do("revokeOffer", selection, proposalId=id_))["proposal"]
    assert (revoked["status"], revoked["offeredAmount"]) == ("SHORTLISTED", None)


async def test_an_offer_that_nobody_can_agree_to_is_refused(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    for offer, path in (
        ({"amount": eur(2)}, ["terms", "milestones"]),
        ({"amount": {"amountMinor": "5", "currency": "USD"}}, ["amount", "currency"]),
        ({"terms": COMPLETION | {"upfrontBps": 10_001}}, ["terms", "upfrontBps"]),
    ):
        refusal = await client.refused("offerProposal", proposalId=id_, **offer)
        assert (refusal["code"], refusal["path"]) == ("INVALID", path)
    assert await status_of(client, "proposal", id_) == "SUBMITTED"


async def test_an_offer_lapses_after_seven_days(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    id_ = await make_offer(client, freelancer, await make_open_gig(world, client))
    world.clock.advance(timedelta(days=7, seconds=-1))
    await world.settle()
    assert await status_of(freelancer, "proposal", id_) == "OFFERED"
    world.clock.advance(timedelta(seconds=1))
    await world.settle()
    selection = "query($id: ID!) { proposal(id: $id) { status offeredAmount { decimal } offerExpiresAt } }"
    assert (await freelancer.ask(selection, id=id_))["proposal"] == {
        "status": "SHORTLISTED",
        "offeredAmount": None,
        "offerExpiresAt": None,
    }


@pytest.mark.parametrize(("mutation", "side"), [("withdrawProposal", "freelancer"), ("declineProposal", "client")])
async def test_a_proposal_with_an_offer_can_still_be_ended_by_either_side(
    world: World, mutation: str, side: str
) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    id_ = await make_offer(client, freelancer, await make_open_gig(world, client))
    person = client if side == "client" else freelancer
    ended = await person.do(mutation, "proposal { status }", proposalId=id_)
    assert ended["proposal"]["status"] in ("WITHDRAWN", "DECLINED")
