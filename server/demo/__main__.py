"""`python -m server.demo`: plays the story and exits 0 when it ended with paid invoices and balanced books."""

import asyncio
import sys

from server.demo.host import running_server
from server.demo.story import play


async def main() -> int:
    async with running_server() as url:
        code = await play(url)
        print("\nPaid, and the books balance." if code == 0 else "\nThis is not how it should end.", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
