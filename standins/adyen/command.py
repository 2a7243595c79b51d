"""What the stand-in for Adyen takes on the command line."""

import argparse

from starlette.types import ASGIApp

from standins.adyen.app import app
from standins.adyen.notices import HMAC_KEY
from standins.adyen.world import World
from standins.courier import Courier


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--webhook", help="the URL that is told of events; without it, nobody is")
    parser.add_argument("--hmac-key", default=HMAC_KEY, help="the key, in hex, that webhooks are signed with")


def make(options: argparse.Namespace, address: str) -> tuple[ASGIApp, Courier]:
    world = World(webhook=options.webhook, hmac_key=options.hmac_key)
    world.address = address
    return app(world), world.notices.courier
