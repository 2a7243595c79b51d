"""The server that the demonstration talks to: the running one, or one of its own for as long as it plays."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

_START_SECONDS = 120


@asynccontextmanager
async def running_server() -> AsyncIterator[str]:
    url = os.environ.get("MILEPOST_URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    if await _is_ready(url):
        print(f"Playing against the server at {url}", flush=True)
        yield url
        return
    print(f"No server answers at {url}: starting one for this demonstration", flush=True)
    quiet = {"MILEPOST_LOG_LEVEL": "warning"} | os.environ
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "server", "serve", stdout=DEVNULL, env=quiet)
    try:
        await _until_ready(url, process)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _until_ready(url: str, process: Process) -> None:
    for _ in range(_START_SECONDS * 10):
        if process.returncode is not None:
            raise SystemExit("The server did not start; its messages are above.")
        if await _is_ready(url):
            return
        await asyncio.sleep(0.1)
    raise SystemExit(f"The server was not ready after {_START_SECONDS} seconds.")


async def _is_ready(url: str) -> bool:
    try:
        async with httpx2.AsyncClient(timeout=2) as http:
            return (await http.get(f"{url}/health/ready")).status_code == 200
    except httpx2.HTTPError:
        return False
