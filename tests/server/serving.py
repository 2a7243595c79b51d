"""`python -m server` as a process of its own, on a port and a data directory of its own."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx2

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


@contextlib.contextmanager
def data_directory() -> Iterator[Path]:
    """Not pytest's: as root that lies where PostgreSQL's account cannot enter."""
    directory = Path(tempfile.mkdtemp(prefix="milepost-serving-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Without any setting of whoever runs the tests; the port is whichever is free."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
    return inherited | {"MILEPOST_DATA_DIR": str(data_dir), "PORT": "0", "MILEPOST_LOG_FORMAT": "json"} | more


async def start(data_dir: Path, *command: str, err: int | IO[bytes] = PIPE, **more: str) -> Process:
    arguments = (sys.executable, "-m", "server", *(command or ("serve",)))
    return await asyncio.create_subprocess_exec(
        *arguments, cwd=ROOT, env=environment(data_dir, **more), stdout=PIPE, stderr=err
    )


async def run(data_dir: Path, *command: str, **more: str) -> tuple[int, str]:
    """The exit code and the output of a command that ends by itself."""
    process = await start(data_dir, *command, **more)
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode() + err.decode()


@dataclass(slots=True)
class Server:
    """A running server; `out` is what it has printed so far, `err` the file that its log goes to."""

    process: Process
    url: str
    out: str
    err: Path

    async def post(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        async with httpx2.AsyncClient(base_url=self.url, timeout=10) as http:
            answer = await http.post("/graphql", json={"query": query, "variables": variables or {}}, headers=headers)
        body: dict[str, Any] = answer.json()
        return body

    async def ask(self, token: str, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = await self.post(query, variables, authorization=f"Bearer {token}")
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    async def end(self, request: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to end, and waits for its exit code."""
        self.process.send_signal(request)
        return await self.ended()

    async def ended(self) -> int:
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            self.out += (await self.process.stdout.read()).decode()
            return await self.process.wait()


@contextlib.asynccontextmanager
async def serving(data_dir: Path, *, root: Path = ROOT, **more: str) -> AsyncIterator[Server]:
    """A server that has said that it serves; killed at the end of the block, if it still runs."""
    err = data_dir.with_name(f"{data_dir.name}.log")
    with err.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            "serve",
            cwd=root,
            env=environment(data_dir, **more),
            stdout=PIPE,
            stderr=log,
        )
    try:
        out = await _until_serving(process)
        address = re.search(r"GraphQL +(\S+)/graphql", out)
        assert address is not None, err.read_text()
        yield Server(process, address[1], out, err)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        err.unlink(missing_ok=True)


async def _until_serving(process: Process) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in process.stdout:
            lines.append(line.decode())
            if line.startswith(b"Started in"):
                break
    return "".join(lines)
