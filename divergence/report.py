"""Reports: one self-contained HTML page each, readable without a network and on a phone.

Pages are composed in memory and moved into place when they are whole, so an interrupted run leaves the last one as it
was.
"""

from __future__ import annotations

import base64
import html
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

from .whole_file import refuse_unwritable as refuse_unwritable
from .whole_file import write as write


def page(template: str, **content: Any) -> str:
    """Fill one of the templates of `divergence/pages`; everything is escaped unless it is Markup."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("divergence", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["math"] = mathematics
    environment.globals["figure"] = picture
    return environment.get_template(template).render(**content)


def picture(figure: Any, description: str) -> Any:
    """A matplotlib figure as an inline SVG image with its description for those who cannot see it."""
    from markupsafe import Markup, escape

    buffer = io.BytesIO()
    with _letters(figure):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    data = base64.b64encode(buffer.getvalue()).decode()
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}" width="{}" height="{}">').format(
        Markup(data), escape(description), width, height
    )


@contextmanager
def _letters(figure: Any) -> Iterator[None]:
    """Text as curves where matplotlib's own font has every letter of a figure, else as text for the reader's fonts."""
    from matplotlib import rc_context
    from matplotlib.font_manager import findfont, get_font
    from matplotlib.text import Text

    font = get_font(findfont("DejaVu Sans"))
    letters = {letter for text in figure.findobj(Text) for letter in text.get_text() if not letter.isspace()}
    if all(font.get_char_index(ord(letter)) for letter in letters):
        yield
        return
    with rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+", UserWarning)  # not drawn here: whoever reads it has the glyph
        yield


def png(figure: Any, dots_per_inch: int = 150) -> bytes:
    """A matplotlib figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return buffer.getvalue()


def mathematics(text: str) -> Any:
    """Plain text with LaTeX between dollar signs, as HTML with MathML."""
    from markupsafe import Markup

    pieces = re.split(r"\$([^$]+)\$", " ".join(text.split()))
    return Markup(
        "".join(_set(piece) if i % 2 else html.escape(piece).replace("``", "") for i, piece in enumerate(pieces))
    )


def _set(latex: str) -> str:
    """LaTeX as MathML, spaced as TeX would: browsers put no space between a factor, a log and its argument."""
    from latex2mathml.converter import convert

    latex = re.sub(r"\\arg\\(m\w\w)", r"\\mathrm{arg}\\,\\\1", latex)  # a command that the converter does not know
    root = ElementTree.fromstring(convert(latex).replace(' xmlns="http://www.w3.org/1998/Math/MathML"', ""))
    for element in root.iter():
        _join_letters(element)
        if element.tag == "mo" and element.text == "∞":
            element.tag = "mi"  # a number, not an operator with space on both sides
    for element in list(root.iter()):
        if element.tag in ("math", "mrow", "msqrt"):
            _mark_signs(element)
            _space_names(element)
    return ElementTree.tostring(root, encoding="unicode")


def _join_letters(element: ElementTree.Element) -> None:
    """Upright letters side by side as one name."""
    letters = [child.text or "" for child in element if child.attrib == {"mathvariant": "normal"}]
    if element.tag == "mrow" and 1 < len(letters) == len(element):
        element.clear()
        element.tag, element.text = "mi", "".join(letters)


def _mark_signs(row: ElementTree.Element) -> None:
    """A minus after another operator is a sign, not a difference with space on both sides."""
    for left, right in pairwise(row):
        if right.tag == left.tag == "mo" and right.text == "−" and left.text != ")":
            right.set("form", "prefix")


def _space_names(row: ElementTree.Element) -> None:
    """A thin space between a name such as log and what stands directly beside it."""
    children = list(row)
    for place in range(len(children) - 1, 0, -1):  # from the right, so that places stay what they are
        left, right = children[place - 1 : place + 1]
        beside = _is_operand(left) or (left.tag == "mo" and left.text == ")")
        if (_is_name(left) and _is_operand(right)) or (_is_name(right) and beside):
            row.insert(place, ElementTree.Element("mspace", width="0.167em"))


def _is_name(element: ElementTree.Element) -> bool:
    if element.tag in ("msup", "msub", "msubsup"):
        return _is_name(element[0])
    return element.tag == "mi" and len(element.text or "") > 1


def _is_operand(element: ElementTree.Element) -> bool:
    """Whether it stands for a quantity: not an operator, a space, words, or something in brackets."""
    if element.tag == "mrow" and len(element):
        return _is_operand(element[0])
    return element.tag not in ("mo", "mspace", "mtext")


def versions(packages: Sequence[str] = ("numpy", "scipy", "torch", "sympy", "python-flint")) -> str:
    """What ran: Python and the packages that numbers depend on."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = [f"Python {platform.python_version()}"]
    for name in ("divergence-toolkit", *packages):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
