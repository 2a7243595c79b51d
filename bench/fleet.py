"""Several processes of Milepost on one database behind a proxy, as deploy/ has them, each of which may be replaced."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import sysconfig
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bench.servers import PATIENCE_SECONDS, ROOT, DoesNotStart
from integrations.vault import new_key

TRAEFIK_FILE = ROOT / "deploy" / "traefik" / "milepost.yaml"
NOTICE_SECONDS = 3
"""Three times the time between the proxy's probes."""
_READY = b"The worker is running"


@dataclass(slots=True)
class Fleet:
    """Replicas that serve, workers beside them, the broker between them, and the address of the proxy in front."""

    url: str
    folder: Path
    settings: dict[str, str]
    ports: tuple[int, ...]
    broker_port: int
    serving: dict[int, Process] = field(default_factory=dict)
    working: dict[int, Process] = field(default_factory=dict)
    broker: Process | None = None
    is_suspect: bool = False
    """Then what its processes have logged is kept."""

    async def replace_replica(self, port: int) -> int:
        """Ends one in order and starts another in its place, once it serves; the exit code of the first."""
        code = await end(self.serving[port])
        await self.start_replica(port)
        return code

    async def replace_worker(self, number: int) -> int:
        code = await end(self.working[number])
        await self.start_worker(number)
        return code

    async def kill_replica(self, port: int) -> None:
        await kill(self.serving[port])

    async def kill_worker(self, number: int) -> None:
        await kill(self.working[number])

    async def start_replica(self, port: int) -> None:
        self.serving[port] = await self._start("serve", "--without-worker", log=f"replica-{port}", PORT=str(port))
        await until_ready(f"http://127.0.0.1:{port}")

    async def start_worker(self, number: int) -> None:
        self.working[number] = await self._worker()

    async def start_broker(self) -> None:
        """It says who it is to whoever connects; only then does it take what is told."""
        store = ("--jetstream", f"--store_dir={self._store}", "--port", str(self.broker_port))
        self.broker = await asyncio.create_subprocess_exec(tool("nats-server"), *store, stdout=DEVNULL, stderr=DEVNULL)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if await _greets(self.broker_port):
                    return
                await asyncio.sleep(0.05)

    async def kill_broker(self, *, forgets: bool) -> None:
        """Perhaps with everything that it knew, as when its disk is gone."""
        if self.broker is not None:
            await kill(self.broker)
        if forgets:
            shutil.rmtree(self._store)

    async def stop(self) -> None:
        await asyncio.gather(*(end(one) for one in (*self.serving.values(), *self.working.values())))
        if self.broker is not None:
            await end(self.broker)

    @property
    def _store(self) -> Path:
        return self.folder / "broker"

    async def _worker(self) -> Process:
        process = await self._start("worker", log="worker")
        if process.stdout is None:
            raise AssertionError("its output is a pipe")
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await process.stdout.readline()
        if _READY not in line:
            raise DoesNotStart(f"A worker does not start: see {self.folder / 'worker.log'}.")
        return process

    async def _start(self, *command: str, log: str, **more: str) -> Process:
        """Without any setting of whoever runs us. Its log goes to a file, where those of its predecessors are, too."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
        with (self.folder / f"{log}.log").open("ab") as err:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "server", *command),
                cwd=ROOT,
                env=inherited | {"PORT": "0"} | self.settings | more,
                stdout=PIPE,
                stderr=err,
            )


@asynccontextmanager
async def fleet(database_url: str, **more: str) -> AsyncIterator[Fleet]:
    """Two that serve and two that work."""
    folder = Path(tempfile.mkdtemp(prefix="milepost-fleet-"))
    async with AsyncExitStack() as stack:
        front, broker, *ports = free_ports(4)
        settings = {
            "MILEPOST_DATA_DIR": str(folder),
            "MILEPOST_DATABASE_URL": database_url,
            "MILEPOST_SECRET_KEYS": f"first:{new_key()}",
            "MILEPOST_NOTICE_SECONDS": str(NOTICE_SECONDS),
            "MILEPOST_ISSUER": f"http://127.0.0.1:{front}",
            "MILEPOST_BUS_URL": f"nats://127.0.0.1:{broker}",
            "MILEPOST_LOG_FORMAT": "json",
            "MILEPOST_LOG_LEVEL": "warning",
            "FORWARDED_ALLOW_IPS": "127.0.0.1",
        }
        them = Fleet(f"http://127.0.0.1:{front}", folder, settings | more, tuple(ports), broker)
        stack.push_async_callback(them.stop)
        await them.start_broker()
        await stack.enter_async_context(_proxy(front, ports))
        # The first makes the schema, and what everybody needs.
        await them.start_replica(ports[0])
        await asyncio.gather(*map(them.start_replica, ports[1:]), *map(them.start_worker, range(2)))
        await until_ready(them.url)
        yield them
    if not them.is_suspect:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _proxy(front: int, ports: list[int]) -> AsyncIterator[None]:
    arguments = (f"--entrypoints.web.address=127.0.0.1:{front}", f"--providers.file.filename={TRAEFIK_FILE}")
    replicas = {f"MILEPOST_API_{number}": f"http://127.0.0.1:{port}" for number, port in enumerate(ports, 1)}
    process = await asyncio.create_subprocess_exec(
        tool("traefik"), *arguments, stdout=DEVNULL, stderr=DEVNULL, env=replicas
    )
    try:
        yield
    finally:
        await end(process)


def tool(name: str) -> str:
    """A program that came into the virtual environment with a package."""
    path = shutil.which(name, path=sysconfig.get_path("scripts"))
    if path is None:
        raise DoesNotStart(f"{name} is missing: run make install-dev")
    return path


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


async def _greets(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        greeting = await reader.read(4)
        writer.close()
    except OSError:
        return False
    return greeting == b"INFO"


async def end(process: Process) -> int:
    """Asks it to end; what it prints meanwhile is read, so that it never waits for us."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.communicate()
    return process.returncode or 0


async def kill(process: Process) -> None:
    """Without a word."""
    if process.returncode is None:
        process.kill()
    await process.communicate()
