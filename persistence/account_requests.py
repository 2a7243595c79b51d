"""Queries of what anybody may ask for with an address: counting it and writing it down."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from domain.account_requests import KEPT, AccountRequest
from domain.attempt_limits import MOST_PER_ADDRESS, MOST_PER_IP, WINDOW, too_many
from persistence.database import Database
from persistence.tables.credentials import account_requests
from persistence.turns import take_turn
from persistence.unit import Unit

_requests = account_requests.c


async def admit(db: Unit, request: AccountRequest, *, counts_places: bool) -> None:
    """Writes a request down; RATE_LIMITED when its address or its place has used up theirs. Takes turns by both."""
    await take_turn(db, "account request", request.purpose.name, request.email_hash.hex())
    of_address = await _earlier(db, request, _requests.email_hash == request.email_hash, MOST_PER_ADDRESS)
    of_ip: Sequence[datetime] = ()
    if counts_places:
        await take_turn(db, "account request from", request.purpose.name, request.ip)
        of_ip = await _earlier(db, request, _requests.ip == request.ip, MOST_PER_IP)
    refusal = too_many("requests", of_address, of_ip, real=request.at)
    if refusal is not None:
        raise refusal
    db.add(request)


async def forget_old(database: Database, real: datetime) -> int:
    old = select(_requests.id).where(_requests.at < real - KEPT).limit(1000)
    async with database.connection() as connection:
        return (await connection.execute(delete(account_requests).where(_requests.id.in_(old)))).rowcount


async def _earlier(db: Unit, request: AccountRequest, whose: ColumnElement[bool], most: int) -> Sequence[datetime]:
    same = (whose, _requests.purpose == request.purpose, _requests.at > request.at - WINDOW)
    return (await db.session.scalars(select(_requests.at).where(*same).order_by(_requests.at.desc()).limit(most))).all()
