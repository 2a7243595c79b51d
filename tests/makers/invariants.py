"""What holds for agreed work and its invoices after every step, beyond the rules that a check of the books has."""

from pathlib import Path

from sqlalchemy import text

from persistence.books import check_books
from tests.world import World

SQL = Path(__file__).with_suffix(".sql").read_text()


async def broken(world: World) -> list[str]:
    """The rules that do not hold, each with an object that breaks it; books included. Empty when all is well."""
    checks = await check_books(world.database, world.clock.now())
    async with world.database.connection() as connection:
        found = (await connection.execute(text(SQL))).all()
    return [f"{check.code}: {check.samples}" for check in checks] + [f"{rule}: {id_}" for rule, id_ in found]
