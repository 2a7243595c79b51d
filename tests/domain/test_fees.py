"""Fees: rates, limits, and parts that add up to the whole."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fees import FeeTerms, fee_share
from domain.ids import new_id


def terms(bps: int, minimum_minor: int = 0, flat_minor: int = 0) -> FeeTerms:
    return FeeTerms(policy_id=new_id(), bps=bps, minimum_minor=minimum_minor, flat_minor=flat_minor)


@pytest.mark.parametrize(("base", "fee", "net"), [(333_333, 16_667, 316_666), (39_600, 1_980, 37_620), (1, 0, 1)])
def test_five_percent_of_the_gross_and_the_net_are_always_the_gross(base: int, fee: int, net: int) -> None:
    assert terms(500).fee_of(base) == fee
    assert base - fee == net


def test_half_a_cent_of_fee_is_rounded_up() -> None:
    assert [terms(500).fee_of(base) for base in (9, 10, 29, 30)] == [0, 1, 1, 2]


def test_the_minimum_fee_holds_but_never_takes_more_than_there_is() -> None:
    with_minimum = terms(500, minimum_minor=200)
    assert [with_minimum.fee_of(base) for base in (100, 200, 3_000, 100_000)] == [100, 200, 200, 5_000]


def test_a_tier_adds_its_flat_part_to_its_rate() -> None:
    tier = terms(290, flat_minor=30)
    assert [(tier.fee_of(base), base - tier.fee_of(base)) for base in (100_000, 30, 31, 1)] == [
        (2_930, 97_070),
        (30, 0),
        (31, 0),
        (1, 0),
    ]


def test_no_rate_means_no_fee() -> None:
    assert terms(0).fee_of(123_456) == 0


def test_a_partial_release_carries_its_share_and_the_rest_carries_the_rest() -> None:
    first = fee_share(5_000, 100_000, 0, 25_050)
    rest = fee_share(5_000, 100_000, 25_050, 100_000)
    assert (first, 25_050 - first) == (1_253, 23_797)
    assert (rest, 74_950 - rest) == (3_747, 71_203)
    assert (first + rest, 100_000 - first - rest) == (5_000, 95_000)


@given(st.integers(1, 10**13), st.data())
def test_shares_of_any_sequence_of_parts_add_up_and_never_exceed_their_part(total: int, data: st.DataObject) -> None:
    fee = data.draw(st.integers(0, total))
    stops = sorted(data.draw(st.lists(st.integers(0, total), max_size=8)))
    paid = [0, *stops, total]
    shares = [fee_share(fee, total, before, after) for before, after in pairwise(paid)]
    assert sum(shares) == fee
    parts = [after - before for before, after in pairwise(paid)]
    assert all(0 <= share <= part for share, part in zip(shares, parts, strict=True))
