"""The board on paper: A4 across, a school a row, the days of the month as columns."""

from __future__ import annotations

import datetime

from django.template.loader import render_to_string

from accounts.models import Department
from portal.lib import pdf
from schools.domain.board import Board


def board_pdf(board: Board, department: Department, today: datetime.date) -> bytes:
    """The PDF of the board exactly as it is shown."""
    printer = pdf.Printer(render_to_string("schools/pdf/schedule.css", {"family": pdf.FAMILY}))
    names = {"board": board, "department": department, "today": today}
    return printer.join([printer.lay_out(render_to_string("schools/pdf/schedule.html", names))])
