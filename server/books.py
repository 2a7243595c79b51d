"""`check-books`: what the books recomputed from scratch come to, for people and for cron."""

from domain.books import describe
from persistence.books import run_checks
from persistence.database import Database
from server.clock import Clock
from server.migrations import require_schema


async def check_books_command(url: str) -> int:
    """Prints every rule that does not hold, with samples; 1 when there is one."""
    await require_schema(url)
    database = Database(url, pool_size=1)
    try:
        clock = Clock()
        await clock.reload(database)
        checks = await run_checks(database, clock.now())
    finally:
        await database.close()
    broken = [check for check in checks if not check.holds]
    print(f"{len(checks)} rules checked, {len(broken)} do not hold.")
    print(describe(broken))
    return 1 if broken else 0
