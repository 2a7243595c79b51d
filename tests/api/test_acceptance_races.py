"""Acceptances at the same instant: seats are never taken twice, and there is always one winner."""

import asyncio
from typing import Any

from sqlalchemy import select

from domain.gigs import GigStatus
from persistence.tables.platform import outbox
from persistence.tables.projects import milestones, projects
from persistence.tables.work import gigs
from tests.makers.gigs import make_open_gig
from tests.makers.proposals import (
    TERMS,
    accepting,
    eur,
    make_invitation,
    make_offer,
    make_submitted_proposal,
    status_of,
)
from tests.makers.rows import count, rows
from tests.world import World


async def test_of_twenty_rivals_for_one_seat_exactly_one_wins(world: World) -> None:
    client = await world.client_side()
    gig = await make_open_gig(world, client)
    people = [await world.freelancer_side(f"Rival {number}") for number in range(20)]
    ids = [await make_offer(client, person, gig) for person in people]
    inputs = [await accepting(person, "acceptOffer", id_) for person, id_ in zip(people, ids, strict=True)]
    results = await asyncio.gather(
        *(
            person.attempt("acceptOffer", "project { id }", **input)
            for person, input in zip(people, inputs, strict=True)
        )
    )
    assert sorted(result.get("code", "accepted") for result in results) == ["CONFLICT"] * 19 + ["accepted"]
    assert (await count(world, projects), await count(world, milestones)) == (1, 3)
    assert await rows(world, select(gigs.c.accepted_seats, gigs.c.status)) == [(1, GigStatus.FILLED)]
    statuses = [await status_of(person, "proposal", id_) for person, id_ in zip(people, ids, strict=True)]
    assert sorted(str(status) for status in statuses) == ["ACCEPTED", *["DECLINED"] * 19]
    accepted = await rows(world, select(outbox.c.id).where(outbox.c.type == "proposal.accepted"))
    assert len(accepted) == 1


async def test_both_sides_accepting_for_three_seats_at_once_fill_exactly_three(world: World) -> None:
    client = await world.client_side()
    gig = await make_open_gig(world, client, seats=3)
    people = [await world.freelancer_side(f"Rival {number}") for number in range(9)]
    calls: list[Any] = []
    for number, person in enumerate(people):
        if number % 3 == 0:
            id_, who, mutation = await make_submitted_proposal(person, gig), client, "acceptProposal"
        elif number % 3 == 1:
            id_, who, mutation = await make_offer(client, person, gig), person, "acceptOffer"
        else:
            id_ = await make_invitation(client, person, gig, amount=eur(500), terms=TERMS)
            who, mutation = person, "acceptGigInvitation"
        calls.append((who, mutation, await accepting(who, mutation, id_)))
    results = await asyncio.gather(
        *(who.attempt(mutation, "proposal { seatNo }", **input) for who, mutation, input in calls)
    )
    won = [result["proposal"]["seatNo"] for result in results if "code" not in result]
    assert sorted(won) == [1, 2, 3]
    assert [result["code"] for result in results if "code" in result] == ["CONFLICT"] * 6
    assert await status_of(client, "gig", gig) == "FILLED"
    assert await count(world, projects) == 3


async def test_a_gig_is_either_cancelled_or_filled_when_both_happen_at_once(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    for _ in range(5):
        gig = await make_open_gig(world, client)
        id_ = await make_submitted_proposal(freelancer, gig)
        accepted, cancelled = await asyncio.gather(
            client.attempt("acceptProposal", "project { id }", **await accepting(client, "acceptProposal", id_)),
            client.attempt("cancelGig", "gig { id }", gigId=gig),
        )
        ends = (await status_of(client, "gig", gig), await status_of(client, "proposal", id_))
        if "code" in accepted:
            assert (ends, "code" in cancelled) == (("CANCELLED", "DECLINED"), False)
        else:
            assert (ends, cancelled["code"]) == (("FILLED", "ACCEPTED"), "WRONG_STATE")
