from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from harness.core.code_points import passage_alike, print_alike

VISIBLE = st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=10)
DISGUISES = st.sampled_from(["\u200b", "\u00ad", "\ufe0f", "\r"])


@given(st.text(max_size=20), VISIBLE, DISGUISES, st.text(max_size=20))
@example("a \u00a0", "b", "\u200b", "\n \u2028c")
@example("\ufb03 ", "x", "\u00ad", " \ufb01")
def test_a_passage_in_disguise_is_found_where_it_is(before, wanted, disguise, after):
    """The passage that is found looks like the wanted text, wherever it is and what is around."""
    text = f"{before}{wanted[:1]}{disguise}{wanted[1:]}{after}"

    span = passage_alike(wanted, text)

    assert span is not None
    passage = text[slice(*span)]
    assert passage == wanted or print_alike(wanted, passage)
