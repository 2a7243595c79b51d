"""The document that evidence becomes: a PDF that any reader opens."""

import re

import pytest

from integrations.adyen_payments.evidence import as_pdf


@pytest.mark.parametrize("text", ["", "One line.", "word " * 3_000, "ends (open \\ Zürich €\n\nthird line", "見積"])
def test_every_object_begins_where_the_table_says(text: str) -> None:
    pdf = as_pdf(text)
    assert pdf.startswith(b"%PDF-1.4\n")
    table_at = int(pdf.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    starts = [int(line[:10]) for line in pdf[table_at:].splitlines()[3:] if line.endswith(b" n ")]
    assert [pdf[start:].startswith(b"%d 0 obj\n" % number) for number, start in enumerate(starts, 1)] == [True] * len(
        starts
    )
    assert f"/Size {len(starts) + 1} ".encode() in pdf


def test_long_text_goes_on_on_further_pages() -> None:
    pdf = as_pdf("\n".join(f"line {number}" for number in range(120)))
    assert b"/Count 3 " in pdf
    assert [int(one) for one in re.findall(rb"\(line (\d+)\) Tj", pdf)] == list(range(120))


def test_each_content_is_as_long_as_it_says() -> None:
    for length, content in re.findall(
        rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", as_pdf("a (b) \\c\n" * 70), re.DOTALL
    ):
        assert len(content) == int(length)


def test_what_the_page_would_take_for_its_own_signs_is_escaped() -> None:
    assert b"(a \\(b\\) \\\\c Z\xfcrich \x80 ?) Tj" in as_pdf("a (b) \\c Zürich € 見")
