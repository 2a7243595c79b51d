"""The balance platform: payees who tell Adyen who they are, their bank accounts, and transfers to these."""

from datetime import date, datetime
from enum import Enum

from standins.adyen.errors import AdyenError, missing
from standins.adyen.world import Thing, World


class BankAccount(Enum):
    """The accounts that each payee has: `ti_ok-LE…` is the first one of the legal entity LE…"""

    OK = "ti_ok"
    UNVERIFIED = "ti_unverified"
    REFUSED = "ti_refused"
    LATE = "ti_late"
    RETURNED = "ti_returned"


def make_entity(world: World, _: str, body: Thing) -> Thing:
    """POST /legalEntities"""
    entity = {**body, "id": world.next_id("LE")}
    world.entities[entity["id"]] = entity
    return entity


def show_entity(world: World, entity_id: str, _: Thing) -> Thing:
    """GET /legalEntities/{id}"""
    if entity_id not in world.entities:
        raise missing("Legal entity")
    entity = world.entities[entity_id]
    accounts = [{"id": f"{one.value}-{entity_id}"} for one in entity.get("accounts", ())]
    shown = {name: value for name, value in entity.items() if name not in ("redirectUrl", "accounts")}
    return {**shown, "transferInstruments": accounts}


def make_onboarding_link(world: World, entity_id: str, body: Thing) -> Thing:
    """POST /legalEntities/{id}/onboardingLinks"""
    show_entity(world, entity_id, {})
    world.entities[entity_id] |= {"redirectUrl": body.get("redirectUrl", world.address)}
    return {"url": f"{world.address}/pages/onboarding/{entity_id}"}


def make_holder(world: World, _: str, body: Thing) -> Thing:
    """POST /accountHolders"""
    show_entity(world, body["legalEntityId"], {})
    return {**body, "id": world.next_id("AH"), "status": "active"}


def onboarded(world: World, entity_id: str) -> str:
    """A payee has told all and given a bank account: Adyen says so. Where its browser goes next."""
    show_entity(world, entity_id, {})
    entity = world.entities[entity_id] | {"accounts": (BankAccount.OK,)}
    world.entities[entity_id] = entity
    checked = {"id": f"{BankAccount.OK.value}-{entity_id}", "allowed": True, "verificationStatus": "valid"}
    holder = {
        "id": world.next_id("AH"),
        "legalEntityId": entity_id,
        "reference": entity.get("reference", ""),
        "capabilities": {"sendToTransferInstrument": {"transferInstruments": [checked]}},
    }
    world.notices.tell_of_platform("balancePlatform.accountHolder.updated", {"accountHolder": holder})
    return str(entity["redirectUrl"])


def show_instrument(world: World, instrument_id: str, _: Thing) -> Thing:
    """GET /transferInstruments/{id}"""
    case, entity_id = _instrument(world, instrument_id)
    is_valid = case is not BankAccount.UNVERIFIED
    capability = {"allowed": is_valid, "verificationStatus": "valid" if is_valid else "pending"}
    account = {"type": "iban", "iban": f"NL91ABNA041716{list(BankAccount).index(case):04}"}
    return {
        "id": instrument_id,
        "legalEntityId": entity_id,
        "type": "bankAccount",
        "bankAccount": {"countryCode": "NL", "accountIdentification": account},
        "capabilities": {"sendToTransferInstrument": capability},
    }


def transfer(world: World, _: str, body: Thing) -> Thing:
    """POST /transfers"""
    if body.get("balanceAccountId") != world.balance_account:
        raise AdyenError(422, "29_001", "balanceAccountId is not known")
    case, _ = _instrument(world, body["counterparty"]["transferInstrumentId"])
    made = {
        **{name: value for name, value in body.items() if name != "balanceAccountId"},
        "id": world.next_id("TR"),
        "balanceAccount": {"id": world.balance_account},
        "direction": "outgoing",
        "createdAt": world.clock().isoformat(timespec="seconds"),
        "status": "authorised",
        "reason": "approved",
    }
    world.transfers[made["id"]] = made
    if case is BankAccount.REFUSED:
        _move(world, made, "refused", "counterpartyAccountClosed")
    elif world.ledger.balance(body["amount"]["currency"]) < body["amount"]["value"]:
        _move(world, made, "refused", "notEnoughBalance")
    answer = dict(made)
    if made["status"] == "authorised":
        world.notices.tell_of_platform("balancePlatform.transfer.created", made)
        if case is not BankAccount.LATE:
            _pay(world, made)
    return answer


def show_transfer(world: World, transfer_id: str, _: Thing) -> Thing:
    """GET /transfers/{id}"""
    if transfer_id not in world.transfers:
        raise missing("Transfer")
    return world.transfers[transfer_id]


def list_transfers(world: World, _: str, query: Thing) -> Thing:
    """GET /transfers"""
    since, until = (datetime.fromisoformat(query[name]) for name in ("createdSince", "createdUntil"))
    found = [
        one
        for one in world.transfers.values()
        if one["balanceAccount"]["id"] == query["balanceAccountId"]
        and one.get("reference") == query.get("reference", one.get("reference"))
        and since <= datetime.fromisoformat(one["createdAt"]) <= until
    ]
    return {"data": found, "_links": {}}


def move_on(world: World) -> None:
    """Time passes: late transfers arrive, and those to closed accounts come back."""
    for made in world.transfers.values():
        case, _ = _instrument(world, made["counterparty"]["transferInstrumentId"])
        if made["status"] == "authorised":
            _pay(world, made)
        elif case is BankAccount.RETURNED and made["status"] == "booked":
            _book(world, made, made["amount"]["value"])
            _move(world, made, "returned", "counterpartyAccountClosed")


def publish_statement(world: World, day: date) -> str:
    """The statement of a day is there: Adyen tells where. Its name."""
    name = f"balanceplatform_statement_report_{day:%Y_%m_%d}.csv"
    report = {
        "balancePlatform": "StandIn",
        "downloadUrl": f"{world.address}/reports/{name}",
        "fileName": name,
        "reportType": "balanceplatform_statement_report",
    }
    world.notices.tell_of_platform("balancePlatform.report.created", report)
    return name


def _instrument(world: World, instrument_id: str) -> tuple[BankAccount, str]:
    name, _, entity_id = instrument_id.partition("-")
    if entity_id not in world.entities or name not in {one.value for one in BankAccount}:
        raise missing("Transfer instrument")
    return BankAccount(name), entity_id


def _pay(world: World, made: Thing) -> None:
    _book(world, made, -made["amount"]["value"])
    _move(world, made, "booked", "approved")


def _move(world: World, made: Thing, status: str, reason: str) -> None:
    made |= {"status": status, "reason": reason}
    world.notices.tell_of_platform("balancePlatform.transfer.updated", made)


def _book(world: World, made: Thing, value: int) -> None:
    named = {"transfer": made["id"], "reference": made.get("reference", "")}
    world.ledger.book("bankTransfer", "bank", made["amount"]["currency"], value, **named)
