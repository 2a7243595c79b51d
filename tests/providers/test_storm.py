"""A storm: Stripe loses calls and answers, its webhooks come in heaps, mixed and late, and workers are killed.

Every payment ends in the state that it has there, nothing is charged twice, the books hold and nothing is stuck.
MILEPOST_STORM says how many payments there are and how often a worker is killed; MILEPOST_SEED with which luck.
"""

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.payment_methods import Provider
from integrations.vault import Vault, new_key, use_vault, vault_in_use
from persistence.books import check_books
from schema.scalars import show_instant
from standins.courier import Plan
from standins.faults import Fault
from tests.makers.payments import Claim, make_claim
from tests.providers.companies import Stripe
from tests.providers.company_setups import COMPANIES
from tests.providers.stormy import Workers, charged, states, stuck
from tests.world import Person, World

PAYMENTS, KILLS = (int(part) for part in os.environ.get("MILEPOST_STORM", "16/1").split("/"))
SEEDS = [int(seed) for seed in os.environ.get("MILEPOST_SEED", "1").split(",")]
LOST = {Fault.NO_ANSWER_BEFORE: 0.1, Fault.NO_ANSWER_AFTER: 0.1}
CARDS = ("pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_mastercard")
PATIENCE_SECONDS = 120 + 3 * PAYMENTS
OF_ONE_PAYER = 8
"""Fewer than anybody may start in a minute."""


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_payment_ends_as_at_the_company_and_is_charged_once(world: World, seed: int) -> None:
    staff = await world.staff()
    async with _shared_vault() as keys, COMPANIES[Provider.STRIPE](staff) as company:
        assert isinstance(company, Stripe)
        claims = await _claims(world)
        company.courier.follow(Plan(seed=seed, copies=5, lost=0.1, is_mixed=True))
        company.faults.follow(LOST, seed=seed)
        async with Workers(world, keys, seed=seed) as workers, asyncio.TaskGroup() as storm:
            storm.create_task(workers.be_killed(KILLS))
            await _pay(claims)
            await _until_all_have_ended(staff, company)
    ended, taken = await states(world), charged(company.stripe)
    assert len(ended) == PAYMENTS
    assert {key for key, status in ended.items() if status == "SUCCEEDED"} == set(taken)
    assert set(taken.values()) == {1}
    assert set(ended.values()) == {"SUCCEEDED", "FAILED"}
    assert await stuck(world) == {}
    assert await check_books(world.database, world.clock.now()) == []
    happened = {fault.value: count for fault, count in company.faults.happened.items()}
    print(
        f"seed {seed}: {dict(Counter(ended.values()))}, {KILLS} kills, {happened}, {company.courier.delivered} webhooks"
    )


@contextlib.asynccontextmanager
async def _shared_vault() -> AsyncIterator[str]:
    """Keys that workers in other processes have, too."""
    keys, own = f"storm:{new_key()}", vault_in_use()
    use_vault(Vault.of(keys))
    try:
        yield keys
    finally:
        use_vault(own)


async def _claims(world: World) -> list[Claim]:
    """As many open invoices as there are to be payments, of payers with cards of all kinds."""
    claims: list[Claim] = []
    for number in range(PAYMENTS):
        is_new = number % OF_ONE_PAYER == 0
        claim = await make_claim(world, sides=None if is_new else claims[-1])
        if is_new:
            card = CARDS[number // OF_ONE_PAYER % len(CARDS)]
            method = {"provider": "STRIPE", "token": card, "currency": "EUR", "makeDefault": True}
            await claim.payer.do("addPaymentMethod", "method { id }", **method)
        claims.append(claim)
    return claims


async def _pay(claims: list[Claim]) -> None:
    """All payers at once, each one invoice after the other."""
    await asyncio.gather(*(_pay_in_turn(claims[at : at + OF_ONE_PAYER]) for at in range(0, len(claims), OF_ONE_PAYER)))


async def _pay_in_turn(claims: list[Claim]) -> None:
    for claim in claims:
        await claim.pay()


async def _until_all_have_ended(staff: Person, company: Stripe) -> None:
    """Time passes in jumps, in which lost answers are asked about and lost webhooks come again."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await stuck(staff.world) or company.courier.waiting:
            await company.courier.deliver_due()
            await asyncio.sleep(1)
            to = show_instant(staff.world.clock.now() + timedelta(minutes=11))
            await staff.do("advanceClock", "clock { now }", to=to)
