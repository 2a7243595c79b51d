"""What the stand-in for Stripe takes on the command line."""

import argparse

from starlette.types import ASGIApp

from standins.courier import Courier
from standins.stripe.app import app, contract
from standins.stripe.world import World


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--webhook", help="the URL that is told of events; without it, nobody is")
    parser.add_argument("--secret", default="whsec_stand_in", help="the secret that events are signed with")


def make(options: argparse.Namespace, address: str) -> tuple[ASGIApp, Courier]:
    world = World(contract(), webhook=options.webhook, secret=options.secret)
    world.address = address
    return app(world), world.courier
