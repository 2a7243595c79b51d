"""A process beside the one of the tests: for each line it reads it checks a feature, with the sets it has kept."""

import asyncio
import sys
from datetime import UTC, datetime
from uuid import UUID

from persistence.clock import read_ahead
from persistence.database import Database
from persistence.entitlements import Entitlements


async def main(url: str, organization_id: UUID, code: str) -> None:
    database = Database(url, pool_size=1)
    ahead = await read_ahead(database)
    known = Entitlements(database)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        checked = await known.check(organization_id, None, code, datetime.now(UTC) + ahead)
        print("on" if checked.is_active else "off", flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), sys.argv[3]))
