"""The cells of the matrix: thousands a page with some dozens of faces, each face laid out once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from roadmaps.domain.matrix import Cell

register = template.Library()


@register.simple_tag
def matrix_cells(cells: Iterable[Cell], duties: str) -> SafeString:
    """A row's cells; each leads from ``duties``, the address of all duties, to its own one."""
    return mark_safe("".join(_td(cell, duties) for cell in cells))  # noqa: S308 -- faces are escaped


def _td(cell: Cell, duties: str) -> str:
    face = _face(cell.sign, cell.word, cell.more)
    if cell.pk is not None:
        return f'<td class="c"><a class="st--{cell.sign}" href="{duties}{cell.pk:d}/">{face}</a></td>'
    if cell.sign == "na":
        return '<td class="na"><span class="sr">не касается</span></td>'
    return f'<td class="c"><span class="st--{cell.sign}">{face}</span></td>'


@lru_cache(maxsize=1000)
def _face(sign: str, word: str, more: str) -> SafeString:
    said = format_html("<span>{}</span>", word)
    beside = format_html("<span>{}</span>", more) if more else ""
    picture = format_html(
        '<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><use href="#s-{}"/></svg>', sign
    )
    return format_html("{}{}{}", picture, said, beside)
