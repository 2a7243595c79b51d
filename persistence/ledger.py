"""Writing transfers: accounts found or made, entries inserted, balances moved, all in the caller's transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    TableValuedAlias,
    Text,
    Uuid,
    and_,
    column,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore
from sqlalchemy.types import TypeEngine

from domain.debts import debt_behind, moved_debts
from domain.events import Recorder
from domain.ids import new_id
from domain.ledger import KEY_PARTS, AccountKey, PostingKind, Transfer
from domain.postings.wallets import debt_recovered
from domain.wallets import is_wallet, moved_wallets, require_covered
from persistence.outbox import outbox_row
from persistence.tables.money import ledger_accounts, ledger_balances, ledger_entries, ledger_transfers
from persistence.tables.platform import outbox
from persistence.unit import Unit

Accounts = Mapping[AccountKey, UUID]


async def post(db: Unit, *transfers: Transfer) -> None:
    """Writes transfers with their entries and moves the balances of the guarded accounts in them, all at once.

    Refuses INSUFFICIENT_FUNDS where a wallet does not cover what is taken from it. What comes into a wallet repays the
    debt of its organization first, for every transfer and in this one place.

    A second transfer of the same kind, source and ordinal is a bug of the caller: the unique index lets it fail. So are
    transfers that together would take any other guarded account below zero.
    """
    await db.flush()
    postings = [posting for transfer in transfers for posting in transfer.postings]
    changes: Counter[AccountKey] = Counter()
    for posting in postings:
        if posting.account.rule.guarded:
            changes[posting.account] += posting.change_minor
    debts = {debt_behind(key): key for key, change in changes.items() if is_wallet(key) and change > 0}
    accounts = await _accounts(db, list(dict.fromkeys(posting.account for posting in postings)), list(debts))
    # Debts are locked with the rest: what they share with other transactions is the ascending order of all balances.
    held = await _lock_balances(db, accounts, [*changes, *(debt for debt in debts if debt in accounts)])
    require_covered(changes, held)
    newest: dict[UUID, int] = {}
    for transfer in transfers:
        newest |= await _write(db, transfer, accounts)
    if changes:
        versions = await _move_balances(db, {accounts[key]: change for key, change in changes.items()}, newest)
        for transfer in transfers:
            await _tell(db, [*moved_wallets(transfer, accounts), *moved_debts(transfer, accounts)], versions)
    for debt, wallet in debts.items():
        repaid = min(held.get(debt, 0) + changes[debt], changes[wallet])
        if repaid > 0:
            await _recover(db, _cause(transfers, wallet), wallet, debt, repaid)


def _cause(transfers: Sequence[Transfer], wallet: AccountKey) -> Transfer:
    """The last of the transfers that brings something into the wallet."""
    return next(
        transfer
        for transfer in reversed(transfers)
        if any(posting.account == wallet and posting.change_minor > 0 for posting in transfer.postings)
    )


async def _recover(db: Unit, cause: Transfer, wallet: AccountKey, debt: AccountKey, amount_minor: int) -> None:
    ordinal = await next_ordinal(db, PostingKind.P18, cause.source_id)
    await post(db, debt_recovered(cause, wallet, debt, amount_minor, ordinal))


async def balances_of(db: Unit, *keys: AccountKey) -> Mapping[AccountKey, int]:
    """What guarded accounts hold, locked until the transaction ends. Name all that the transfer to come will move."""
    accounts = await _existing(db, keys)
    balances = ledger_balances.c
    statement = select(balances.account_id, balances.balance_minor).where(balances.account_id.in_(accounts.values()))
    rows = await db.session.execute(statement.order_by(balances.account_id).with_for_update())
    held = {row.account_id: row.balance_minor for row in rows}
    return {key: held.get(accounts[key], 0) if key in accounts else 0 for key in keys}


async def next_ordinal(db: Unit, kind: PostingKind, source_id: UUID) -> int:
    """The ordinal of the next transfer of that kind for a locked source."""
    of_source = (ledger_transfers.c.kind == kind, ledger_transfers.c.source_id == source_id)
    newest = select(func.coalesce(func.max(ledger_transfers.c.ordinal), 0)).where(*of_source)
    return 1 + int((await db.session.execute(newest)).scalar_one())


async def _accounts(db: Unit, keys: Sequence[AccountKey], others: Sequence[AccountKey] = ()) -> Accounts:
    """The accounts behind the keys, made where they do not exist yet; and `others` as far as they exist."""
    found = await _existing(db, [*keys, *others])
    missing = sorted((key for key in keys if key not in found), key=repr)
    if not missing:
        return found
    await db.session.execute(
        insert_or_ignore(ledger_accounts).on_conflict_do_nothing(), [_account_row(key) for key in missing]
    )
    return await _existing(db, [*keys, *others])


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


async def _lock_balances(db: Unit, accounts: Accounts, keys: Sequence[AccountKey]) -> Mapping[AccountKey, int]:
    """Takes the balance rows in ascending order, so that no two transactions can wait for each other; what they hold.

    A row that is missing starts at 0; what the account may hold already, the database would not let it forget.
    """
    if not keys:
        return {}
    by_id = {accounts[key]: key for key in keys}
    balances = ledger_balances.c
    statement = select(balances.account_id, balances.balance_minor).where(balances.account_id.in_(by_id))
    statement = statement.order_by(balances.account_id).with_for_update()
    held = {row.account_id: row.balance_minor for row in await db.session.execute(statement)}
    missing = by_id.keys() - held.keys()
    if missing:
        rows = [{"account_id": id_, "balance_minor": 0, "last_entry_id": 0, "version": 0} for id_ in sorted(missing)]
        await db.session.execute(insert_or_ignore(ledger_balances).on_conflict_do_nothing(), rows)
        held = {row.account_id: row.balance_minor for row in await db.session.execute(statement)}
    return {by_id[id_]: balance for id_, balance in held.items()}


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
        actor_key_id=transfer.by.key_id,
        actor_organization_id=transfer.by.organization_id,
        reason=transfer.reason,
        reverses_id=_reversed(transfer),
    )
    lines = _unnested(
        "lines",
        account_id=(Uuid(), [accounts[posting.account] for posting in transfer.postings]),
        amount_minor=(BigInteger(), [posting.amount_minor for posting in transfer.postings]),
        currency=(Text(), [posting.account.currency for posting in transfer.postings]),
    ).c
    same = {
        "transfer_id": id_,
        "invoice_id": transfer.invoice_id,
        "payment_id": transfer.payment_id,
        "hold_id": transfer.hold_id,
        "payout_id": transfer.payout_id,
    }
    entries = select(*lines, *(literal(value, Uuid()) for value in same.values()))
    written = insert(ledger_entries).from_select([*lines.keys(), *same], entries)
    rows = await db.session.execute(
        written.add_cte(head.cte("head")).returning(ledger_entries.c.account_id, ledger_entries.c.id)
    )
    return {row.account_id: row.id for row in rows}


def _unnested(name: str, **columns: tuple[TypeEngine[Any], list[Any]]) -> TableValuedAlias:
    """Rows as arrays: one statement for any number of them, which is compiled and planned once."""
    arrays = (literal(values, ARRAY(kind)) for kind, values in columns.values())
    kinds = (column(column_name, kind) for column_name, (kind, _) in columns.items())
    return func.unnest(*arrays).table_valued(*kinds, name=name).render_derived()


def _reversed(transfer: Transfer) -> ColumnElement[UUID] | UUID | None:
    """The id of what it reverses, or how to find it."""
    if not isinstance(transfer.reverses, tuple):
        return transfer.reverses
    kind, ordinal = transfer.reverses
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
    moves = _unnested(
        "moves",
        account_id=(Uuid(), list(changes)),
        change_minor=(BigInteger(), list(changes.values())),
        entry_id=(BigInteger(), [entries[id_] for id_ in changes]),
    )
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


async def _tell(db: Unit, moved: Sequence[Recorder], versions: Mapping[UUID, int]) -> None:
    """Writes what wallets and debts tell, after the lock on their balances: in the order of the movements."""
    rows = [outbox_row(one, versions[one.id], event, db.request_id) for one in moved for event in one.take_events()]
    if rows:
        await db.session.execute(insert(outbox), rows)
