"""Several processes of Milepost on one database behind a proxy, as deploy/ has them, each of which may be replaced."""

import asyncio
import shutil
import signal
import socket
import sysconfig
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from integrations.vault import new_key
from tests.server.serving import PATIENCE_SECONDS, ROOT, data_directory, start

TRAEFIK_FILE = ROOT / "deploy" / "traefik" / "milepost.yaml"
NOTICE_SECONDS = 3
"""Three times the time between the proxy's probes."""


@dataclass(slots=True)
class Fleet:
    """Replicas that serve, workers beside them, and the address of the proxy in front."""

    url: str
    data_dir: Path
    settings: dict[str, str]
    ports: tuple[int, ...]
    serving: dict[int, Process] = field(default_factory=dict)
    working: list[Process] = field(default_factory=list)

    async def replace_replica(self, port: int) -> int:
        """Ends one in order and starts another in its place, once it serves; the exit code of the first."""
        code = await end(self.serving[port])
        await self.start_replica(port)
        return code

    async def replace_worker(self, number: int) -> int:
        code = await end(self.working[number])
        self.working[number] = await self._worker()
        return code

    async def start_replica(self, port: int) -> None:
        self.serving[port] = await start(
            self.data_dir, "serve", "--without-worker", err=DEVNULL, **self.settings, PORT=str(port)
        )
        await until_ready(f"http://127.0.0.1:{port}")

    async def start_worker(self) -> None:
        self.working.append(await self._worker())

    async def _worker(self) -> Process:
        process = await start(self.data_dir, "worker", err=DEVNULL, **self.settings)
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert b"The worker is running" in await process.stdout.readline()
        return process

    async def stop(self) -> None:
        await asyncio.gather(*(end(one) for one in (*self.serving.values(), *self.working)))


@asynccontextmanager
async def fleet(database_url: str, **more: str) -> AsyncIterator[Fleet]:
    """Two that serve and two that work."""
    async with AsyncExitStack() as stack:
        data_dir = stack.enter_context(data_directory())
        front, broker, *ports = free_ports(4)
        settings = {
            "MILEPOST_DATABASE_URL": database_url,
            "MILEPOST_SECRET_KEYS": f"first:{new_key()}",
            "MILEPOST_NOTICE_SECONDS": str(NOTICE_SECONDS),
            "MILEPOST_ISSUER": f"http://127.0.0.1:{front}",
            "MILEPOST_BUS_URL": f"nats://127.0.0.1:{broker}",
            "FORWARDED_ALLOW_IPS": "127.0.0.1",
        }
        store = f"--store_dir={data_dir}/broker"
        await stack.enter_async_context(_running("nats-server", "--jetstream", store, "--port", str(broker)))
        them = Fleet(f"http://127.0.0.1:{front}", data_dir, settings | more, tuple(ports))
        stack.push_async_callback(them.stop)
        for port in ports:
            await them.start_replica(port)
        for _ in range(2):
            await them.start_worker()
        web = f"--entrypoints.web.address=127.0.0.1:{front}"
        replicas = {f"MILEPOST_API_{number}": f"http://127.0.0.1:{port}" for number, port in enumerate(ports, 1)}
        await stack.enter_async_context(
            _running("traefik", web, f"--providers.file.filename={TRAEFIK_FILE}", **replicas)
        )
        await until_ready(them.url)
        yield them


def tool(name: str) -> str:
    """A program that came into the virtual environment with a package."""
    path = shutil.which(name, path=sysconfig.get_path("scripts"))
    assert path is not None, f"{name} is missing: run make install-dev"
    return path


@asynccontextmanager
async def _running(name: str, *arguments: str, **environment: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        tool(name), *arguments, stdout=DEVNULL, stderr=DEVNULL, env=environment
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


async def until_ready(url: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), httpx2.AsyncClient(base_url=url) as http:
        while True:
            try:
                if (await http.get("/health/ready")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)


async def end(process: Process) -> int:
    """Asks it to end; what it prints meanwhile is read, so that it never waits for us."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.communicate()
    return process.returncode or 0
