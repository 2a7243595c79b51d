"""`python -m standins paypal`: the stand-in for development."""

import argparse

from starlette.types import ASGIApp

from standins.courier import Courier
from standins.paypal.server import PayPalStandIn


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--webhook", help="where messages go: http://127.0.0.1:8000/webhooks/paypal")


def make(options: argparse.Namespace, address: str) -> tuple[ASGIApp, Courier]:
    """Prints the credentials to set an account of a sandbox up with."""
    standin = PayPalStandIn(webhook=options.webhook)
    standin.account.address = address
    for name, value in standin.credentials.items():
        print(f"{name}: {value}")
    return standin.app, standin.courier
