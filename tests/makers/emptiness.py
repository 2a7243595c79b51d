"""The maker of nothing: a platform as it is before anybody has come."""

import asyncpg
from sqlalchemy import insert, update

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.products import FeatureMode
from persistence import reference_data
from persistence.clock import move_to
from persistence.database import Database
from persistence.own_catalogue import feature_id, product_id
from persistence.tables import metadata
from persistence.tables.catalogue import product_features
from persistence.unit import Unit, unit_of_work
from server.clock import Clock

_TABLES = [table.name for table in reversed(metadata.sorted_tables)]


async def empty(database: Database, clock: Clock, *, has_limits: bool = False) -> None:
    """Deletes all rows but for what every platform begins with, and keeps how far its clock is ahead; the free plan,
    which everybody has, is without limits, unless it `has_limits` as it is sold."""
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(";".join(f"DELETE FROM {name}" for name in _TABLES))
    finally:
        await connection.close()
    async with unit_of_work(database, by=SYSTEM, at=clock.now()) as db:
        await move_to(db, clock.now())
        await reference_data.ensure(db)
        if not has_limits:
            await _lift_limits(db)


async def _lift_limits(db: Unit) -> None:
    free = product_id("free")
    await db.session.execute(update(product_features).where(product_features.c.product_id == free).values(value=None))
    webhooks = {"feature_id": feature_id("webhooks"), "position": 8, "mode": FeatureMode.SET}
    await db.session.execute(insert(product_features), [{"id": new_id(), "product_id": free, **webhooks}])
