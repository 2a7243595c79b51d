"""The servers that are compared, each in a process of its own on a port of its own."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / "peers"
PATIENCE_SECONDS = 60


class DoesNotStart(RuntimeError):
    """A server that ended or stayed silent; the message has the end of what it printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How to start one, and in which words it is asked (a folder of operations/)."""

    name: str
    title: str
    command: tuple[str, ...]
    dialect: str = "peers"
    settings: Mapping[str, str]
    beside: tuple[str, ...] = ()
    """What runs beside it as it does in production, and is not measured."""

    @property
    def needs_node(self) -> bool:
        return self.command[0] == "node"


def _python(app: str) -> tuple[str, ...]:
    fast = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")
    return (sys.executable, "-m", "uvicorn", app, *fast)


def _of_python(name: str, title: str, app: str) -> Server:
    return Server(name=name, title=title, command=_python(app), settings={})


def _of_node(name: str, title: str, dialect: str = "peers") -> Server:
    return Server(
        name=name, title=title, command=("node", f"{name}.mjs"), dialect=dialect, settings={"NODE_ENV": "production"}
    )


MILEPOST = Server(
    name="milepost",
    title="Milepost",
    command=(sys.executable, "-m", "server", "serve", "--without-worker"),
    beside=(sys.executable, "-m", "server", "worker"),
    dialect="milepost",
    settings={"MILEPOST_PLANNER": "on", "MILEPOST_LOG_LEVEL": "warning"},
)

SERVERS = (
    _of_python("limit", "the limit", "bench.peers.limit:app"),
    MILEPOST,
    _of_node("postgraphile", "PostGraphile 5", "postgraphile"),
    _of_node("mercurius", "Mercurius + JIT"),
    _of_node("yoga", "GraphQL Yoga"),
    _of_node("apollo", "Apollo Server"),
    _of_python("plain", "plain Strawberry", "bench.peers.plain:app"),
)
TELLING = tuple(
    Server(
        name=name,
        title=title,
        command=("node", "live.mjs"),
        settings={"NODE_ENV": "production", "LIVE_SHARES": shares},
    )
    for name, title, shares in (
        ("graphql-ws", "graphql-ws", "0"),
        ("graphql-ws-sharing", "graphql-ws, each event read once", "1"),
    )
)
"""Those that tell subscribers, as Milepost does."""
BY_HAND = _of_python("hot", "one function", "bench.peers.limit:hot")
"""For each of the hot paths a function in the database, and nothing else."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    server: Server
    port: int
    pid: int


@contextlib.asynccontextmanager
async def running(servers: Sequence[Server], database_url: str, folder: Path) -> AsyncIterator[list[Running]]:
    """All of them at once; what they print goes to files in the folder. Stopped at the end of the block."""
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(_one(server, database_url, folder)) for server in servers]


@contextlib.asynccontextmanager
async def alone(server: Server, database_url: str, folder: Path) -> AsyncIterator[None]:
    """Only what runs beside a server, for as long as the block runs."""
    environment = _environment(server, _free_port(), database_url, folder)
    async with _process(server, server.beside, environment, folder / "beside.log"):
        yield


@contextlib.asynccontextmanager
async def _one(server: Server, database_url: str, folder: Path) -> AsyncIterator[Running]:
    port, log = _free_port(), folder / f"{server.name}.log"
    environment = _environment(server, port, database_url, folder)
    async with contextlib.AsyncExitStack() as stack:
        process = await stack.enter_async_context(_process(server, _command(server, port), environment, log))
        await _until_listening(process, port, server, log)
        if server.beside:
            await stack.enter_async_context(_process(server, server.beside, environment, folder / "beside.log"))
        yield Running(server, port, process.pid)


@contextlib.asynccontextmanager
async def _process(
    server: Server, command: Sequence[str], environment: Mapping[str, str], log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=PEERS if server.needs_node else ROOT,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        await _stop(process)


def _command(server: Server, port: int) -> Sequence[str]:
    if server.needs_node:
        return (str(node()), *server.command[1:])
    return (*server.command, "--port", str(port)) if "uvicorn" in server.command else server.command


def node() -> Path:
    """The Node that npm has installed beside the peers: the same and a new one everywhere."""
    return next(PEERS.glob("node_modules/node-*/bin/node"), Path("node"))


def _environment(server: Server, port: int, database_url: str, folder: Path) -> dict[str, str]:
    """Without any setting of whoever runs us. Node's driver wants the parts of the address."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MILEPOST_", "PG"))}
    parts = urlsplit(database_url)
    query = parse_qs(parts.query)
    address = {
        "PGHOST": query["host"][0],
        "PGPORT": query["port"][0],
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.lstrip("/"),
    }
    if not server.needs_node:
        address = {
            "DATABASE_URL": database_url,
            "MILEPOST_DATABASE_URL": database_url,
            "MILEPOST_DATA_DIR": str(folder),
        }
    return inherited | address | {"PORT": str(port)} | dict(server.settings)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _until_listening(process: asyncio.subprocess.Process, port: int, server: Server, log: Path) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while process.returncode is None:
                with contextlib.suppress(OSError):
                    (await asyncio.open_connection("127.0.0.1", port))[1].close()
                    return
                await asyncio.sleep(0.05)
    raise DoesNotStart(f"{server.title} does not start. It said:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
