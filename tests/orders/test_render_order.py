"""``manage.py render_order``."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from orders.domain import signing
from tests.factories.orders import make_draft, make_signed

pytestmark = pytest.mark.django_db


def test_draft_is_written_with_its_mark(tmp_path, capsys):
    order = make_draft()
    call_command("render_order", order.pk, output=tmp_path / "order.pdf")
    assert "ПРОЕКТ" in PdfReader(tmp_path / "order.pdf").pages[0].extract_text()
    assert "байт" in capsys.readouterr().out


def test_signed_order_gives_the_stored_bytes_and_the_same_before_they_are_stored(tmp_path, capsys):
    order = make_signed()
    call_command("render_order", order.pk, output=tmp_path / "before.pdf")
    signing.render(order)
    call_command("render_order", order.pk, output=tmp_path / "after.pdf")
    assert (
        (tmp_path / "before.pdf").read_bytes()
        == (tmp_path / "after.pdf").read_bytes()
        == signing.stored(order)
    )


def test_missing_order_is_said_in_words(tmp_path):
    with pytest.raises(CommandError, match="нет"):
        call_command("render_order", 999, output=tmp_path / "order.pdf")
