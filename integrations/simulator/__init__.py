"""The built-in provider: it needs no account, does what tokens and settings say, and keeps books of its own."""

from integrations.simulator.adapter import Simulator

__all__ = ["Simulator"]
