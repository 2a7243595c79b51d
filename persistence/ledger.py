"""Writing transfers: accounts found or made, entries inserted, balances moved, all in the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Uuid, and_, column, insert, or_, select, update, values
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from domain.ids import new_id
from domain.ledger import KEY_PARTS, AccountKey, PostingKind, Transfer
from domain.wallets import Wallet, moved_wallets
from persistence.outbox import outbox_row
from persistence.tables.money import ledger_accounts, ledger_balances, ledger_entries, ledger_transfers
from persistence.tables.platform import outbox
from persistence.unit import Unit

Accounts = Mapping[AccountKey, UUID]


async def post(db: Unit, transfer: Transfer) -> None:
    """Writes a transfer with its entries and moves the balances of the guarded accounts in it.

    A second transfer of the same kind, source and ordinal is a bug of the caller: the unique index lets it fail. So is
    one that would take a guarded account below zero.
    """
    await db.flush()
    accounts = await _accounts(db, transfer)
    guarded = [posting for posting in transfer.postings if posting.account.rule.guarded]
    await _lock_balances(db, [accounts[posting.account] for posting in guarded])
    entries = await _write(db, transfer, accounts)
    if guarded:
        changes = {accounts[posting.account]: posting.change_minor for posting in guarded}
        versions = await _move_balances(db, changes, entries)
        await _tell(db, moved_wallets(transfer, accounts), versions)


async def _accounts(db: Unit, transfer: Transfer) -> Accounts:
    """The accounts of the transfer; those that do not exist yet are made."""
    keys = [posting.account for posting in transfer.postings]
    found = await _existing(db, keys)
    missing = sorted((key for key in keys if key not in found), key=repr)
    if not missing:
        return found
    await db.session.execute(
        insert_or_ignore(ledger_accounts).on_conflict_do_nothing(), [_account_row(key) for key in missing]
    )
    return await _existing(db, keys)


def _account_row(key: AccountKey) -> dict[str, Any]:
    parts = {part: getattr(key, part) for part in KEY_PARTS}
    rule = key.rule
    return {
        "id": new_id(),
        "code": key.code,
        "currency": key.currency,
        "side": rule.side,
        "guarded": rule.guarded,
        **parts,
    }


async def _existing(db: Unit, keys: Sequence[AccountKey]) -> dict[AccountKey, UUID]:
    table = ledger_accounts.c
    parts = [table[part] for part in KEY_PARTS]
    statement = select(table.id, table.code, table.currency, *parts).where(or_(*(_is(key) for key in keys)))
    return {
        AccountKey(code=row[1], currency=row[2], **dict(zip(KEY_PARTS, row[3:], strict=True))): row[0]
        for row in await db.session.execute(statement)
    }


def _is(key: AccountKey) -> ColumnElement[bool]:
    """Plain equalities and IS NULLs, which the unique index over the whole key serves."""
    parts = (ledger_accounts.c[part] == getattr(key, part) for part in KEY_PARTS)
    return and_(ledger_accounts.c.code == key.code, ledger_accounts.c.currency == key.currency, *parts)


async def _lock_balances(db: Unit, account_ids: Sequence[UUID]) -> None:
    """Takes the balance rows in ascending order, so that no two transactions can wait for each other.

    A row that is missing starts at 0; what the account may hold already, the database would not let it forget.
    """
    balances = ledger_balances.c
    statement = select(balances.account_id).where(balances.account_id.in_(account_ids))
    statement = statement.order_by(balances.account_id).with_for_update()
    missing = set(account_ids).difference(await db.session.scalars(statement))
    if missing:
        rows = [{"account_id": id_, "balance_minor": 0, "last_entry_id": 0, "version": 0} for id_ in sorted(missing)]
        await db.session.execute(insert_or_ignore(ledger_balances).on_conflict_do_nothing(), rows)
        await db.session.execute(statement)


async def _write(db: Unit, transfer: Transfer, accounts: Accounts) -> Mapping[UUID, int]:
    """Inserts the transfer and its entries in one statement; the id of the entry on each account."""
    id_ = new_id()
    head = insert(ledger_transfers).values(
        id=id_,
        kind=transfer.kind,
        source_type=transfer.source_type,
        source_id=transfer.source_id,
        ordinal=transfer.ordinal,
        entry_count=len(transfer.postings),
        posted_at=transfer.at,
        actor_user_id=transfer.by.user_id,
        actor_organization_id=transfer.by.organization_id,
        reason=transfer.reason,
        reverses_id=None if transfer.reverses is None else _same_source(transfer, *transfer.reverses),
    )
    entries = [
        {
            "transfer_id": id_,
            "account_id": accounts[posting.account],
            "amount_minor": posting.amount_minor,
            "currency": posting.account.currency,
            "invoice_id": transfer.invoice_id,
            "payment_id": transfer.payment_id,
            "hold_id": transfer.hold_id,
            "payout_id": transfer.payout_id,
        }
        for posting in transfer.postings
    ]
    written = insert(ledger_entries).values(entries).returning(ledger_entries.c.account_id, ledger_entries.c.id)
    rows = await db.session.execute(written.add_cte(head.cte("head")))
    return {row.account_id: row.id for row in rows}


def _same_source(transfer: Transfer, kind: PostingKind, ordinal: int) -> ColumnElement[UUID]:
    table = ledger_transfers.c
    return (
        select(table.id)
        .where(
            table.kind == kind,
            table.source_type == transfer.source_type,
            table.source_id == transfer.source_id,
            table.ordinal == ordinal,
        )
        .scalar_subquery()
    )


async def _move_balances(db: Unit, changes: Mapping[UUID, int], entries: Mapping[UUID, int]) -> Mapping[UUID, int]:
    """Moves every balance by its change and lets it name the entry that explains it; the database checks both.

    The version of each balance: how often it has moved.
    """
    moves = values(
        column("account_id", Uuid), column("change_minor", BigInteger), column("entry_id", BigInteger), name="moves"
    ).data([(id_, change, entries[id_]) for id_, change in sorted(changes.items())])
    balances = ledger_balances.c
    moved = await db.session.execute(
        update(ledger_balances)
        .where(balances.account_id == moves.c.account_id)
        .values(
            balance_minor=balances.balance_minor + moves.c.change_minor,
            last_entry_id=moves.c.entry_id,
            version=balances.version + 1,
        )
        .returning(balances.account_id, balances.version)
    )
    return {row.account_id: row.version for row in moved}


async def _tell(db: Unit, wallets: Sequence[Wallet], versions: Mapping[UUID, int]) -> None:
    """Writes the wallets' events. After the lock on their balances, so that their order is that of the movements."""
    rows = [
        outbox_row(wallet, versions[wallet.id], event, db.request_id)
        for wallet in wallets
        for event in wallet.take_events()
    ]
    if rows:
        await db.session.execute(insert(outbox), rows)
