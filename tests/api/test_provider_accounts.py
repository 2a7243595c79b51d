"""Accounts at providers: what opens them goes in, is sealed for one account in one mode, and never comes out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from domain.actors import SYSTEM
from domain.payment_methods import Provider
from domain.permissions import StaffRole
from domain.provider_accounts import Access, ProviderMode
from integrations.opened import open_account
from integrations.vault import VaultError
from persistence.deployments import adopt_mode
from persistence.provider_accounts import access_to
from persistence.tables.identity import sessions
from persistence.tables.providers import provider_accounts
from persistence.unit import unit_of_work
from tests.makers.payments import make_claim
from tests.makers.rows import write
from tests.world import Person, World

ACCOUNT = """account { status provider mode credentialNames hasWebhookSecret oldWebhookSecretValidTo webhookUrl
 availableActions { action allowed } }"""
ADYEN = {"apiKey": "a", "merchantAccount": "m", "balanceAccount": "b"}
TEST_KEY = [{"name": "secretKey", "value": "sk_test_abc123"}]


async def configure(staff: Person, **changes: Any) -> dict[str, Any]:
    input = {"provider": "STRIPE", "credentials": TEST_KEY, "webhookSecret": "whsec_first"} | changes
    account: dict[str, Any] = (await staff.do("configureProvider", ACCOUNT, **input))["account"]
    return account


async def opened(world: World) -> Access:
    return await access_to(world.database, Provider.STRIPE)


async def test_staff_set_up_an_account_and_see_only_the_names_of_what_opens_it(world: World) -> None:
    staff = await world.staff(StaffRole.ADMIN)
    assert await configure(staff) == {
        "status": "ACTIVE",
        "provider": "STRIPE",
        "mode": "SANDBOX",
        "credentialNames": ["secretKey"],
        "hasWebhookSecret": True,
        "oldWebhookSecretValidTo": None,
        "webhookUrl": "http://127.0.0.1:8000/webhooks/stripe",
        "availableActions": [
            {"action": "configureProvider", "allowed": False},
            {"action": "rotateProviderCredentials", "allowed": True},
            {"action": "rotateProviderWebhookSecret", "allowed": True},
            {"action": "disableProvider", "allowed": True},
        ],
    }
    account = open_account(await opened(world), world.database.url)
    assert (account.credentials, account.webhook_secrets) == ({"secretKey": "sk_test_abc123"}, ("whsec_first",))
    async with world.database.reader() as session:
        row = (await session.execute(select(provider_accounts))).one()
    assert "abc123" not in repr(row)
    assert "whsec" not in repr(row)
    assert (await staff.refused("configureProvider", provider="STRIPE", credentials=TEST_KEY))["code"] == "WRONG_STATE"


@pytest.mark.parametrize(
    ("provider", "credentials", "said"),
    [
        (
            "STRIPE",
            {"secretKey": "sk_live_abc"},
            "takes a secret key of its test mode here",
        ),
        ("STRIPE", {}, "secretKey wanted."),
        ("STRIPE", {"secretKey": "sk_test_a", "password": "x"}, "password is not among the credentials here"),
        ("STRIPE", {"secretKey": "sk_test_a", "address": "file:///etc"}, "takes the address of a stand-in"),
        ("ADYEN", {"apiKey": "a", "merchantAccount": "m"}, "balanceAccount wanted."),
        (
            "ADYEN",
            ADYEN | {"liveUrlPrefix": "p"},
            "liveUrlPrefix",
        ),
        ("SIMULATOR", {}, "The simulator needs no account."),
    ],
)
async def test_credentials_that_cannot_be_right_are_refused(
    world: World, provider: str, credentials: dict[str, str], said: str
) -> None:
    given = [{"name": name, "value": value} for name, value in credentials.items()]
    staff = await world.staff(StaffRole.ADMIN)
    refusal = await staff.refused("configureProvider", provider=provider, credentials=given)
    assert refusal["code"] == "INVALID"
    assert said in " ".join(problem["message"] for problem in refusal["problems"])


async def test_what_was_sealed_for_one_mode_cannot_be_opened_in_the_other(world: World) -> None:
    await configure(await world.staff(StaffRole.ADMIN))
    ours = await opened(world)
    moved = Access(
        provider=Provider.STRIPE, mode=ProviderMode.LIVE, account_id=ours.account_id, sealed=ours.sealed, version=1
    )
    with pytest.raises(VaultError, match="cannot be opened"):
        open_account(moved, world.database.url)


async def test_only_staff_for_money_who_have_just_shown_who_they_are_set_up_accounts(world: World) -> None:
    input = {"provider": "STRIPE", "credentials": TEST_KEY}
    assert (await (await world.client_side()).refused("configureProvider", **input))["code"] == "FORBIDDEN"
    staff = await world.staff(StaffRole.ADMIN)
    await write(world, update(sessions).values(reauthenticated_at=datetime.now(UTC) - timedelta(minutes=6)))
    assert (await staff.refused("configureProvider", **input))["path"] == ["reauthentication"]


async def test_the_webhook_secret_before_is_good_for_a_day(world: World) -> None:
    staff = await world.staff(StaffRole.ADMIN)
    await configure(staff)
    rotated = await staff.do(
        "rotateProviderWebhookSecret", ACCOUNT, provider="STRIPE", webhookSecret="whsec_second whsec_2"
    )
    assert rotated["account"]["oldWebhookSecretValidTo"] is not None
    assert open_account(await opened(world), "").webhook_secrets == ("whsec_second", "whsec_2", "whsec_first")
    await write(world, update(provider_accounts).values(old_webhook_until=datetime.now(UTC) - timedelta(seconds=1)))
    assert open_account(await opened(world), "").webhook_secrets == ("whsec_second", "whsec_2")
    refusal = await staff.refused("rotateProviderWebhookSecret", provider="STRIPE", webhookSecret="second")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["webhookSecret"])


async def test_new_credentials_take_the_place_of_all_before(world: World) -> None:
    staff = await world.staff(StaffRole.ADMIN)
    address = {"name": "address", "value": "http://127.0.0.1:12111"}
    await configure(staff, credentials=[*TEST_KEY, address])
    new = [{"name": "secretKey", "value": "rk_test_new"}]
    rotated = await staff.do("rotateProviderCredentials", ACCOUNT, provider="STRIPE", credentials=new)
    assert rotated["account"]["credentialNames"] == ["secretKey"]
    assert open_account(await opened(world), "").credentials == {"secretKey": "rk_test_new"}


async def test_a_disabled_provider_takes_nothing_new_and_is_still_reached(world: World) -> None:
    staff, claim = await world.staff(StaffRole.ADMIN), await make_claim(world)
    await configure(staff)
    await staff.do("disableProvider", ACCOUNT, provider="STRIPE")
    refusal = await claim.payer.refused("payInvoice", invoiceId=claim.id, provider="STRIPE", idempotencyKey=world.key())
    assert (refusal["code"], refusal["message"]) == ("WRONG_STATE", "Stripe is not set up in this sandbox.")
    assert (await opened(world)).is_set_up
    assert (await configure(staff))["status"] == "ACTIVE"


async def test_an_account_that_is_not_there_cannot_be_changed(world: World) -> None:
    staff = await world.staff(StaffRole.ADMIN)
    refusal = await staff.refused("disableProvider", provider="PAYPAL")
    assert (refusal["code"], refusal["message"]) == ("WRONG_STATE", "PayPal is not set up in this sandbox.")


async def test_staff_see_the_accounts_and_members_do_not(world: World) -> None:
    staff = await world.staff(StaffRole.ADMIN)
    await configure(staff)
    query = "{ providerAccounts { nodes { provider status } } }"
    assert (await staff.ask(query))["providerAccounts"]["nodes"] == [{"provider": "STRIPE", "status": "ACTIVE"}]


async def test_a_database_with_money_stays_in_its_mode(world: World) -> None:
    async def adopted(mode: ProviderMode) -> ProviderMode:
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            return await adopt_mode(db, mode)

    assert await adopted(ProviderMode.LIVE) is ProviderMode.LIVE
    assert await adopted(ProviderMode.SANDBOX) is ProviderMode.SANDBOX
    await make_claim(world)
    assert await adopted(ProviderMode.LIVE) is ProviderMode.SANDBOX
    assert await adopted(ProviderMode.SANDBOX) is ProviderMode.SANDBOX
