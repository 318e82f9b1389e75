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


class Careful(forms.BaseModelForm):
    """A form of what is kept already: it never writes silently over what another window or person saved meanwhile.

    Each field carries the value it was shown with. One that its person left alone takes the value of now; one changed
    by both is refused with both values, and sending it again is a decision. Goes before `ModelForm` among the bases.
    Data without the shown values, from a program, is written as it comes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = not self.is_bound or self.add_initial_prefix(name) in self.data

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in [name for name, field in self.fields.items() if field.show_hidden_initial]:
            now = self.get_initial_for_field(self.fields[name], name)
            if name in data and name not in self.changed_data:
                data[name] = getattr(self.instance, name)
            elif name in data and data[name] != getattr(self.instance, name) and self._moved(name, now):
                self._refuse(name, now)
        return data

    def _moved(self, name: str, now: Any) -> bool:
        """Whether the field was shown with another value than the one of now; line ends come back as CR LF."""
        shown = str(self.data[self.add_initial_prefix(name)]).replace("\r\n", "\n")
        return self.fields[name].has_changed(now, shown)

    def _refuse(self, name: str, now: Any) -> None:
        field = self.fields[name]
        kept = field.prepare_value(now)
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_initial_prefix(name)] = "" if kept is None else str(kept)  # type: ignore[index]
        said = (
            "да"
            if now is True
            else "нет"
            if now is False
            else dict(getattr(field, "choices", ())).get(now, kept)
        )
        self.add_error(
            name,
            f"Пока вы правили, здесь сохранили другое: «{said}». Верно ваше: сохраните ещё раз. "
            "Верно то: впишите его сюда.",
        )


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
