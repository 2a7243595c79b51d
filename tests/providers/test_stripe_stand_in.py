"""The stand-in for Stripe itself: it notices what Stripe does not describe, and keeps keys as Stripe does."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.money import Money
from integrations.payments import PayingOut, Refunding
from integrations.stripe_payments import Stripe
from integrations.stripe_payments.connection import API_VERSION, WrongKey
from standins.counts import Counts
from standins.serving import serving
from standins.stripe import brackets, description
from standins.stripe.app import OPERATIONS, app, contract
from standins.stripe.contract import Outside
from standins.stripe.world import World
from tests.providers.stripe_billing import begun
from tests.providers.stripe_setup import NOON, Setup, opened

ROOT = Path(__file__).parents[2]
KEY = {"Authorization": "Bearer sk_test_x"}


async def answered(method: str, path: str, *, counts: Counts, form: str = "", **headers: str) -> httpx2.Response:
    """One request to a stand-in that counts for itself."""
    world = World(contract(counts), clock=lambda: NOON)
    async with serving(app(world)) as url, httpx2.AsyncClient() as client:
        content_type = {"Content-Type": "application/x-www-form-urlencoded"}
        return await client.request(method, f"{url}{path}", content=form, headers={**KEY, **content_type, **headers})


def test_the_adapter_asks_for_the_version_that_its_requests_are_held_to() -> None:
    assert description.version() == API_VERSION


@pytest.mark.parametrize(
    ("method", "path", "form", "part"),
    [
        ("POST", "/v1/refunds", "payment_intnt=pi_1", "payment_intnt"),
        ("POST", "/v1/refunds", "amount=much", "amount"),
        ("POST", "/v1/payment_intents", "currency=eur", "amount"),
        ("POST", "/v1/payment_intents", "amount=1&currency=eur&capture_method=later", "capture_method"),
        ("POST", "/v1/payment_intents", "amount=1&currency=eur&metadata=x", "metadata"),
        ("POST", "/v1/payment_intents", "amount=1&amount=2&currency=eur", "given twice"),
        ("POST", "/v1/payment_intents", "amount=1&currency=eur&confirm=yes", "confirm"),
        ("GET", "/v1/refunds?limit=ten", "", "limit"),
        ("GET", "/v1/payment_intents/search", "", "query"),
        ("GET", "/v1/balance?account=acct_1", "", "account"),
    ],
)
async def test_a_request_that_stripe_does_not_describe_is_refused_and_counted(
    method: str, path: str, form: str, part: str
) -> None:
    counts = Counts()
    answer = await answered(method, path, counts=counts, form=form)
    assert (answer.status_code, counts.requests, len(counts.outside)) == (400, 1, 1)
    assert part in counts.outside[0]


async def test_another_version_than_the_described_one_is_outside_of_it() -> None:
    counts = Counts()
    answer = await answered("GET", "/v1/balance", counts=counts, **{"Stripe-Version": "2026-10-28.endive"})
    assert (answer.status_code, len(counts.outside)) == (400, 1)


async def test_an_answer_that_stripe_would_not_give_is_a_fault_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (
        {"object": "balance"},
        {"object": "balance", "available": [], "livemode": False, "pending": [], "x": 1},
    ):
        counts = Counts()

        def balance(world: World, call: Any, answer: dict[str, Any] = wrong) -> dict[str, Any]:
            return answer

        monkeypatch.setitem(OPERATIONS, "GET /v1/balance", balance)
        assert (await answered("GET", "/v1/balance", counts=counts)).status_code == 500


def test_an_event_about_no_object_of_stripes_is_noticed() -> None:
    counts = Counts()
    event = {"object": "event", "type": "payout.paid", "data": {"object": {"object": "payout", "id": "po_1"}}}
    with pytest.raises(Outside, match=r"payout\.paid"):
        contract(counts).check_event(event)
    assert (counts.events, len(counts.outside)) == (1, 1)


async def test_nobody_gets_in_without_a_test_key() -> None:
    answer = await answered("GET", "/v1/balance", counts=Counts(), Authorization="Bearer sk_live_x")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("metadata[k]=v&metadata[l]=w", {"metadata": {"k": "v", "l": "w"}}),
        ("expand[0]=x&expand[1]=y", {"expand": ["x", "y"]}),
        ("expand[]=x&expand[]=y", {"expand": ["x", "y"]}),
        ("l[0][price][n]=1&l[1][price][n]=2", {"l": [{"price": {"n": "1"}}, {"price": {"n": "2"}}]}),
    ],
)
def test_bracket_notation_is_read_as_nested_values(form: str, value: dict[str, Any]) -> None:
    assert brackets.read(form) == value


@pytest.mark.parametrize("form", ["a[b=1", "a=1&a[b]=2", "=1"])
def test_what_is_no_form_is_not_guessed_at(form: str) -> None:
    with pytest.raises(brackets.Unreadable):
        brackets.read(form)


async def test_a_key_is_answered_once_and_belongs_to_its_parameters() -> None:
    world = World(contract(), clock=lambda: NOON)
    async with serving(app(world)) as url, httpx2.AsyncClient(headers={**KEY, "Idempotency-Key": "k"}) as client:
        first = await client.post(f"{url}/v1/customers", data={"name": "A"})
        again = await client.post(f"{url}/v1/customers", data={"name": "A"})
        other = await client.post(f"{url}/v1/customers", data={"name": "B"})
    assert (first.json(), first.headers.get("idempotent-replayed")) == (again.json(), None)
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    assert len(world.all("customer")) == 1


async def test_a_refusal_is_kept_with_its_key_too() -> None:
    world = World(contract(), clock=lambda: NOON)
    async with serving(app(world)) as url, httpx2.AsyncClient(headers={**KEY, "Idempotency-Key": "k"}) as client:
        for replayed in (None, "true"):
            answer = await client.post(f"{url}/v1/refunds", data={"payment_intent": "pi_1"})
            assert (answer.status_code, answer.headers.get("idempotent-replayed")) == (404, replayed)


async def test_a_key_that_is_in_use_is_a_conflict() -> None:
    world = World(contract(), clock=lambda: NOON)
    world.gate = asyncio.Event()
    async with serving(app(world)) as url, httpx2.AsyncClient(headers={**KEY, "Idempotency-Key": "k"}) as client:
        first, second = (asyncio.create_task(client.post(f"{url}/v1/customers", data={})) for _ in range(2))
        done, _ = await asyncio.wait((first, second), return_when=asyncio.FIRST_COMPLETED)
        assert [one.result().status_code for one in done] == [409]
        world.gate.set()
        assert sorted([(await first).status_code, (await second).status_code]) == [200, 409]
    assert len(world.all("customer")) == 1


async def test_what_an_account_has_is_not_seen_by_others(stripe: Setup) -> None:
    account = await stripe.payee()
    assert stripe.world.all("payout", account) == []
    answer = await answered("GET", "/v1/payouts", counts=Counts(), **{"Stripe-Account": "acct_of_nobody"})
    assert answer.status_code == 404


@pytest.mark.parametrize(("is_live", "key"), [(True, "sk_test_x"), (False, "sk_live_x"), (False, "pk_test_x")])
def test_a_key_of_the_other_mode_opens_nothing(is_live: bool, key: str) -> None:
    with pytest.raises(WrongKey):
        Stripe(opened(is_live=is_live, key=key))


def test_the_sdk_is_imported_only_where_stripe_is_used() -> None:
    used = "import sys, server.app, jobs.worker; sys.exit('stripe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", used], check=False, cwd=ROOT).returncode == 0


async def test_whatever_can_be_read_is_answered_as_it_is_described(stripe: Setup) -> None:
    account = await stripe.payee()
    kept = await stripe.kept("pm_card_visa")
    _, charge_id = await stripe.charged("pm_card_createDispute")
    _, refunded_id = await stripe.charged()
    await stripe.stripe.charge(stripe.charge(None))
    amount = Money(100, "EUR")
    await stripe.stripe.refund(Refunding(key=uuid4(), charge_id=refunded_id, amount=amount, at=stripe.at))
    subscribed = await begun(stripe)
    await stripe.stripe.pay_out(PayingOut(key=uuid4(), amount=amount, method_token=account, at=stripe.at))
    ids = {
        "account": account,
        "charge": "ch_000001",
        "customer": kept.customer or "",
        "dispute": "dp_000001",
        "intent": charge_id,
        "invoice": "in_000001",
        "payment_method": kept.token,
        "payout": "po_000001",
        "price": "price_000001",
        "refund": "re_000001",
        "session": "cs_test_000001",
        "subscription_exposed_id": subscribed.subscription_id,
        "transfer": "tr_000001",
    }
    others = {
        "/v1/balance_transactions/{id}": "txn_000001",
        "/v1/events/{id}": "evt_000001",
        "/v1/products/{id}": "prod_000001",
    }
    async with httpx2.AsyncClient(headers=KEY, base_url=stripe.world.address) as client:
        for operation in OPERATIONS:
            method, path = operation.split(" ")
            if method != "GET":
                continue
            of_account = {"Stripe-Account": account} if path.startswith("/v1/payouts") else {}
            query = {"query": "metadata['a']:'b'"} if path.endswith("/search") else {}
            url = path.format(id=others.get(path, ""), **ids)
            answer = await client.get(url, headers=of_account, params=query)
            assert (path, answer.status_code) == (path, 200)
