"""`python -m standins NAME --port PORT`: serves a stand-in for development, with its webhooks sent as they come."""

import argparse
import asyncio
import importlib
import pkgutil
from typing import Protocol

import uvicorn
from starlette.types import ASGIApp

import standins
from standins.courier import Courier


class Command(Protocol):
    """What each stand-in's module `command` offers."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declares what can be said on the command line besides the port."""
        ...

    def make(self, options: argparse.Namespace, address: str) -> tuple[ASGIApp, Courier]:
        """The app, known to its callers under this address, and the courier of its webhooks."""
        ...


def main() -> None:
    """Runs until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m standins", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True)
    modules: dict[str, Command] = {}
    for name in (found.name for found in pkgutil.iter_modules(standins.__path__) if found.ispkg):
        module: Command = importlib.import_module(f"standins.{name}.command")
        one = commands.add_parser(name)
        one.add_argument("--port", type=int, required=True, help="the port to listen on, of this machine only")
        module.add_options(one)
        modules[name] = module
    options = parser.parse_args()
    app, courier = modules[options.name].make(options, f"http://127.0.0.1:{options.port}")
    asyncio.run(_serve(app, courier, options.port))


async def _serve(app: ASGIApp, courier: Courier, port: int) -> None:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off"))
    delivering = asyncio.create_task(_deliver(courier))
    await server.serve()
    delivering.cancel()


async def _deliver(courier: Courier) -> None:
    while True:
        await courier.deliver_due()
        await asyncio.sleep(1)


if __name__ == "__main__":
    main()
