"""Libraries that a process does without are missing while it loads, and only then."""

import importlib
import sys

import pytest

from server.lean import without


def test_a_library_cannot_be_loaded_meanwhile_and_can_be_afterwards() -> None:
    sys.modules.pop("colorsys", None)
    with without("colorsys"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_a_library_that_is_loaded_already_stays() -> None:
    with without("json"):
        assert importlib.import_module("json") is sys.modules["json"]
