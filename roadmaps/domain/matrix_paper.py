"""The matrix on paper: A3 across, so many columns a page as can be read, the rows named again on each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Membership
from portal.lib import pdf
from roadmaps.domain.matrix import COLUMNS, SHOWN, WORDS, Group, Head, Matrix, Row
from roadmaps.models import Roadmap

COLUMNS_A_PAGE = 18
# Shapes that our serif font has: state is never told by colour alone, and never by the word alone either.
SIGNS = {
    "late": "!", "back": "←", "sent": "↑", "soon": "▲", "ext": "+", "doing": "►", "none": "○", "loop": "∞",
    "event": "…", "ok": "●", "na": "–",
}  # fmt: skip


def render(roadmap: Roadmap, member: Membership, **chosen: Any) -> bytes:
    """A tagged PDF of the matrix as the filter ``chosen`` shows it to this member."""
    today = timezone.now().astimezone(roadmap.department.tz).date()
    matrix = Matrix(roadmap, member, today, **chosen)
    context = {
        "roadmap": roadmap,
        "matrix": matrix,
        "parts": list(_parts(matrix)),
        "today": today,
        "shown": SHOWN[matrix.show],
        "columns": COLUMNS[matrix.by],
        "legend": [(SIGNS[sign], WORDS[sign]) for sign in WORDS],
        "signs": SIGNS,
    }
    printer = pdf.Printer(render_to_string("roadmaps/pdf/matrix.css", {"family": pdf.FAMILY}))
    return printer.join([printer.lay_out(pdf.soften(render_to_string("roadmaps/pdf/matrix.html", context)))])


def _parts(matrix: Matrix) -> Iterator[tuple[list[Head], list[Group]]]:
    """The columns in runs that fit a page, each with all the rows."""
    heads = matrix.heads
    for first in range(0, len(heads), COLUMNS_A_PAGE):
        chosen = slice(first, first + COLUMNS_A_PAGE)
        groups = [
            Group(group.heading, [Row(row.source, row.cells[chosen]) for row in group.rows])
            for group in matrix.groups
        ]
        yield heads[chosen], groups
