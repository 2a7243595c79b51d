"""Amounts of invoices: the worked examples, and what holds for every document."""

from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.invoice_amounts import Discount, DocumentAmounts, Position, Rate, compute, subtotal_of
from domain.money import rounded, share_of, spread
from domain.taxes import TaxLevel, TaxMode

NONE = Discount()
VAT_18, VAT_19 = Rate(UUID(int=18), 1800), Rate(UUID(int=19), 1900)
CITY = Rate(UUID(int=5), 500)
EXCLUSIVE, INCLUSIVE = TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE
DOCUMENT, LINE = TaxLevel.DOCUMENT, TaxLevel.LINE


def line(unit_price: int, *rates: Rate, quantity: str = "1", discount: Discount = NONE) -> Position:
    return Position(quantity=Decimal(quantity), unit_price_minor=unit_price, rates=rates, discount=discount)


def taxes_of(amounts: DocumentAmounts) -> list[int]:
    return [one.tax for one in amounts.lines]


def test_a_discounted_document_is_taxed_on_what_is_left() -> None:
    amounts = compute([line(1_000_000, VAT_18)], mode=EXCLUSIVE, level=DOCUMENT, discount=Discount(bps=1000))
    assert (amounts.subtotal, amounts.discount) == (1_000_000, 100_000)
    assert (amounts.net, amounts.tax, amounts.total) == (900_000, 162_000, 1_062_000)


def test_a_document_tax_is_rounded_once_and_its_remainder_goes_to_the_first_line() -> None:
    amounts = compute([line(333, VAT_19)] * 3, mode=EXCLUSIVE, level=DOCUMENT)
    assert (taxes_of(amounts), amounts.tax, amounts.total) == ([64, 63, 63], 190, 1189)


def test_a_line_tax_is_rounded_on_each_line() -> None:
    amounts = compute([line(333, VAT_19)] * 3, mode=EXCLUSIVE, level=LINE)
    assert (taxes_of(amounts), amounts.tax, amounts.total) == ([63, 63, 63], 189, 1188)


def test_an_inclusive_price_contains_its_tax() -> None:
    for level in TaxLevel:
        amounts = compute([line(11_900, VAT_19)], mode=INCLUSIVE, level=level)
        assert (amounts.net, amounts.tax, amounts.total) == (10_000, 1_900, 11_900)


def test_quantities_and_discounts_are_rounded_half_away_from_zero() -> None:
    half = line(1, quantity="2.5")
    assert half.gross_minor == 3
    assert line(333, quantity="0.333333").gross_minor == 111
    reduced = line(1_010, discount=Discount(bps=50))
    assert compute([reduced], mode=EXCLUSIVE, level=LINE).lines[0].discount == 5
    fixed = line(1_010, discount=Discount(minor=1_010))
    assert compute([fixed, half], mode=EXCLUSIVE, level=LINE).subtotal == 3


def test_a_document_discount_is_spread_by_largest_remainder_and_ties_go_to_the_lower_position() -> None:
    amounts = compute([line(100)] * 3, mode=EXCLUSIVE, level=DOCUMENT, discount=Discount(minor=100))
    assert [one.share for one in amounts.lines] == [34, 33, 33]
    assert [one.base for one in amounts.lines] == [66, 67, 67]


def test_several_taxes_of_a_line_share_one_base() -> None:
    amounts = compute([line(10_000, VAT_18, CITY)], mode=EXCLUSIVE, level=DOCUMENT)
    assert amounts.lines[0].taxes == {VAT_18.tax_type_id: 1_800, CITY.tax_type_id: 500}
    contained = compute([line(12_300, CITY, VAT_18)], mode=INCLUSIVE, level=DOCUMENT)
    assert contained.lines[0].taxes == {VAT_18.tax_type_id: 1_800, CITY.tax_type_id: 500}
    assert (contained.net, contained.total) == (10_000, 12_300)


def test_the_order_of_the_taxes_on_a_line_makes_no_other_set() -> None:
    lines = [line(333, VAT_19, CITY), line(333, CITY, VAT_19)]
    amounts = compute(lines, mode=INCLUSIVE, level=DOCUMENT)
    assert amounts.tax == rounded(666 * 2_400, 12_400)


def test_no_line_is_taxed_above_its_base_by_two_equal_remainders() -> None:
    double = (Rate(UUID(int=1), 10_000), Rate(UUID(int=2), 10_000))
    amounts = compute([line(1, *double)] * 3, mode=INCLUSIVE, level=DOCUMENT)
    assert (amounts.tax, [one.net for one in amounts.lines]) == (2, [0, 0, 1])


RATES = [Rate(UUID(int=i), bps) for i, bps in enumerate((0, 1, 500, 1_000, 1_900, 10_000), start=1)]
rates = st.lists(st.sampled_from(RATES), unique=True, max_size=3).map(tuple)
quantities = st.decimals("0.000001", "100000", places=6)
discounts = st.one_of(st.just(NONE), st.integers(0, 10_000).map(lambda bps: Discount(bps=bps)))
positions = st.lists(
    st.builds(Position, quantity=quantities, unit_price_minor=st.integers(0, 10**7), discount=discounts, rates=rates),
    min_size=1,
    max_size=12,
)
modes, levels = st.sampled_from(TaxMode), st.sampled_from(TaxLevel)


@settings(deadline=None)
@given(positions, modes, levels, st.data())
def test_nets_and_taxes_always_add_up_to_the_total(
    lines: list[Position], mode: TaxMode, level: TaxLevel, data: st.DataObject
) -> None:
    fixed = st.integers(0, subtotal_of(lines)).map(lambda minor: Discount(minor=minor))
    discount = data.draw(st.one_of(discounts, fixed))
    amounts = compute(lines, mode=mode, level=level, discount=discount)
    assert amounts.subtotal == subtotal_of(lines)
    assert sum(one.share for one in amounts.lines) == amounts.discount
    assert sum(one.base for one in amounts.lines) == amounts.subtotal - amounts.discount
    assert sum(one.net + one.tax for one in amounts.lines) == amounts.net + amounts.tax == amounts.total
    assert all(min(one.discount, one.share, one.base, one.net, one.tax) >= 0 for one in amounts.lines)
    if mode is INCLUSIVE:
        assert amounts.total == amounts.subtotal - amounts.discount
    else:
        assert amounts.net == amounts.subtotal - amounts.discount


@settings(deadline=None)
@given(positions, modes)
def test_a_document_tax_is_the_rounded_tax_of_all_its_bases(lines: list[Position], mode: TaxMode) -> None:
    amounts = compute(lines, mode=mode, level=DOCUMENT)
    if mode is EXCLUSIVE:
        for rate in RATES:
            base = sum(done.base for one, done in zip(lines, amounts.lines, strict=True) if rate in one.rates)
            assert sum(done.taxes.get(rate.tax_type_id, 0) for done in amounts.lines) == share_of(base, rate.bps)
        return
    for rates_of_group in {frozenset(one.rates) for one in lines}:
        members = [i for i, one in enumerate(lines) if frozenset(one.rates) == rates_of_group]
        first = lines[members[0]].rates
        bps = [rate.bps for rate in first]
        tax = rounded(sum(amounts.lines[i].base for i in members) * sum(bps), 10_000 + sum(bps))
        assert [amounts.lines[i].tax for i in members] == spread(tax, [amounts.lines[i].base for i in members])
        by_type = [sum(amounts.lines[i].taxes[rate.tax_type_id] for i in members) for rate in first]
        assert by_type == spread(tax, bps)
