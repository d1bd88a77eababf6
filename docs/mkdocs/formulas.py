"""A hook of mkdocs: formulas become MathML when the site is built, so that a reader needs no network for them."""

import html
import re
from typing import Any

from divergence.report import mathematics


def on_page_content(content: str, **_: Any) -> str:
    """What pymdownx.arithmatex marks as a formula, set."""
    return re.sub(
        r'<span class="arithmatex">\\\((.*?)\\\)</span>',
        lambda found: str(mathematics(f"${html.unescape(found[1])}$")),
        content,
        flags=re.S,
    )
