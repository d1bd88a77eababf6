"""The main job's page: complete, self-contained, and silent about nothing that failed."""

import re

import pytest

from divergence import verify
from divergence.gan.experiments.fit import compare_fits
from divergence.gan.univariate import Settings
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
    assert (
        page.count('src="data:image/svg+xml;base64,') == 2 * 5 + 1
    )  # five figures for each row, and what rests on what
    assert re.search(r'alt="[^"]{20,}"', page)
    for entry in entries:
        assert f"<code>{entry.claim.name}</code>" in page
        assert f"<code>proofs/{entry.claim.theory}.py:" in page
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


def test_the_page_says_what_it_does_not_prove(entries, comparison):
    cited = ledger.run("root_of_js_is_a_metric")
    page = verify.verify_page([*entries, *cited], comparison)
    assert "one statement is taken from the literature" in page
    assert "taken from the literature" not in verify.verify_page(entries, comparison)
    assert {verdict for verdict in ledger.Verdict if f"<em>{verdict}</em>:" in page} == set(ledger.Verdict)
    assert "rows whose 2 independent GANs ended on the predicted optimum" in page


def test_counterexamples_are_told_in_words(comparison):
    known = ledger.known()
    stubs = {name: ledger.Finding(ledger.Verdict.PROVED, (), 0.0) for name, one in known.items() if not one.refutes}
    judged = [entry for entry in ledger.run(findings=stubs) if entry.claim.article]
    page = verify.verify_page(judged, comparison)
    cards = re.sub(r"<[^>]*>", " ", page[page.index('id="article"') : page.index('id="ledger"')])
    assert cards.count("Counterexample.") == sum(entry.verdict == "refuted" for entry in judged)
    assert "doubles, from 2 to 4, but the expectation is still −1.04, not −2.079" in cards
    assert not re.search(r"¬|\{(left|right)\}|p_g|[^\w]-\d|on the left", cards)


def test_one_member_has_no_interval(comparison):
    import dataclasses

    (one,) = compare_fits(("kl",), settings=Settings(members=1, steps=4, warm_up=2, width=4, batch=32)).rows
    page = verify.verify_page([], dataclasses.replace(comparison, rows=(one,)))
    for text in (page, verify.gan_page(one)):
        text = re.sub(r"<style>.*?</style>|base64,[^\"]*", "", text, flags=re.S)
        assert not re.search(r"\binf\b|1 (independent |trained )?GANs|95% interval", text)
        assert "one trained GAN" in text


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
    assert verify._range([1.1e-4, 1.2e-4]) == "1·10⁻⁴"
    assert verify._range([0.0, -2e-9]) == "−2·10⁻⁹ to 0"
    assert verify._short(2.1e-12, verify.ROUND_CEILING) == "3·10⁻¹²", "an error is a bound"
    assert verify._short(9.6e-12) == verify._short(9.1e-12, verify.ROUND_CEILING) == "1·10⁻¹¹"
    assert (
        verify._typeset("within -0.5, worst 1.1e-16, at 10^-30 or x-1")
        == "within −0.5, worst 1.1·10⁻¹⁶, at 10⁻³⁰ or x-1"
    )
