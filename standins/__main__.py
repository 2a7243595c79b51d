"""`python -m standins NAME --port PORT`: serves a stand-in for development, with its webhooks sent as they come."""

import argparse
import asyncio
import importlib
import pkgutil
from typing import Protocol

import uvicorn
from starlette.types import ASGIApp

import standins
from standins.courier import Courier, Plan
from standins.faults import Fault, Faults, Faulty

HELD_SECONDS = 60
"""How long a request that gets no answer is kept waiting."""


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
        _add_common_options(one)
        module.add_options(one)
        modules[name] = module
    options = parser.parse_args()
    app, courier = modules[options.name].make(options, f"http://127.0.0.1:{options.port}")
    courier.follow(Plan(seed=options.seed, copies=options.copies, lost=options.lost, is_mixed=options.mixed))
    faults = Faults(seed=options.seed, chances=dict(options.fault))
    asyncio.run(_serve(Faulty(app, faults, held_seconds=HELD_SECONDS), courier, options.port))


def _add_common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, required=True, help="the port to listen on, of this machine only")
    parser.add_argument("--seed", type=int, default=0, help="the same seed has the same things go wrong")
    names = ", ".join(fault.name for fault in Fault)
    parser.add_argument(
        "--fault", type=_fault, action="append", default=[], metavar="NAME=SHARE", help=f"of requests: {names}"
    )
    parser.add_argument("--copies", type=int, default=1, help="how often each webhook is sent")
    parser.add_argument("--lost", type=float, default=0.0, help="the share of webhooks that come late only")
    parser.add_argument("--mixed", action="store_true", help="webhooks that are due together come in any order")


def _fault(text: str) -> tuple[Fault, float]:
    name, _, share = text.partition("=")
    try:
        return Fault[name], float(share)
    except (KeyError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is not like ERROR_AFTER=0.1") from None


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
