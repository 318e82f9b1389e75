"""Fields that every app's forms are made of, and the filter above a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms

from portal.lib.days import sane_day


class Day(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=Day(), validators=[sane_day], **options)


def set_choices(form: forms.BaseForm, name: str, choices: Sequence[tuple[Any, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- tells mypy
    field.choices = choices


class Filter(forms.Form):
    """What of a list is shown; kept in the address, where nonsense narrows nothing. `{% filter_form %}` draws it.

    The fields of ``KEPT`` choose what is looked at rather than narrow it: «Сбросить» leaves them as they are.
    A field ``q`` holds words to find.
    """

    KEPT: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if "q" in self.fields:
            self.fields["q"].widget.input_type = "search"

    def draw(self, **values: Any) -> None:
        """Show these as chosen: what a page takes when the address does not say."""
        self.data = {**self.data.dict(), **values}  # type: ignore[attr-defined]

    @property
    def narrows(self) -> bool:
        """Something is filled in that leaves rows out."""
        return any(field.value() for field in self if field.name not in self.KEPT)

    @property
    def reset_address(self) -> str:
        """The same list whole."""
        kept = [field for field in self if field.name in self.KEPT and field.value()]
        return "?" + urlencode({field.html_name: field.value() for field in kept})
