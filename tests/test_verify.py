"""The main job's page: complete, self-contained, and silent about nothing that failed."""

import re

import pytest

from divergence import verify
from divergence.gan.experiments import compare_fits
from divergence.gan.train import Settings
from proofs import ledger


@pytest.fixture(scope="module")
def comparison():
    return compare_fits(("kl", "reverse_kl"), settings=Settings(members=2, steps=12, warm_up=2, width=4, batch=32))


@pytest.fixture(scope="module")
def entries():
    return ledger.run("article")


def test_page_holds_everything_and_needs_no_network(entries, comparison):
    page = verify.verify_page(entries, comparison)
    assert not re.search(r"""(src|href)\s*=\s*["'](https?:)?//""", page)
    assert '<meta name="viewport"' in page
    assert page.count('src="data:image/svg+xml;base64,') == 2 * 5
    assert re.search(r'alt="[^"]{20,}"', page)
    for entry in entries:
        assert f"<code>{entry.claim.name}</code>" in page
    for entry in entries:
        if entry.claim.truth:
            assert 'class="truth"' in page
    assert "not confirmed" in page, "twelve steps do not train a GAN, and the page says so"
    assert "$" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S), "no formula was left unset"


def test_a_failed_claim_is_shown_with_its_reason(entries, comparison):
    import dataclasses

    broken = dataclasses.replace(entries[0], verdict=ledger.Verdict.FAILED, reason="the balls of 1 < 0 say no")
    page = verify.verify_page([broken, *entries[1:]], comparison)
    assert "the balls of 1 &lt; 0 say no" in page
    assert 'class="verdict failed"' in page


def test_one_row_page(comparison):
    page = verify.gan_page(comparison.rows[1])
    assert "Reverse KL seeks one mode" in page
    assert page.count("<img") == 5


def test_summary_names_every_row(comparison):
    lines = verify.summary(comparison)
    assert [line[0] for line in lines] == ["kl", "reverse_kl"]
    assert all("least divergence" in line[3] for line in lines)


def test_small_numbers_read_well():
    assert verify._range([0.00012, 3e-6]) == "3·10⁻⁶ to 1·10⁻⁴"
