"""Which calendar one wants."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Membership, Role
from portal.lib.forms import set_choices
from roadmaps.models import Roadmap
from schools.models import School

OWN = "own"


class FeedForm(forms.Form):
    """One's own duties, a school, or a roadmap: of those one may see."""

    what = forms.ChoiceField(label="Какие сроки")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = {f"school:{one.pk}": one for one in School.objects.visible_to(membership).open()}
        frozen = [Roadmap.State.APPROVED, Roadmap.State.ARCHIVED]
        roadmaps = Roadmap.objects.visible_to(membership).filter(state__in=frozen).distinct()
        self.roadmaps = {f"roadmap:{one.pk}": one for one in roadmaps}
        own = [] if membership.role == Role.VIEWER else [(OWN, "Мои поручения")]
        choices: list[Any] = [
            *own,
            ("Школа", [(key, one.name) for key, one in self.schools.items()]),
            ("Дорожная карта", [(key, one.name) for key, one in self.roadmaps.items()]),
        ]
        set_choices(self, "what", choices)

    def thing(self) -> dict[str, Any]:
        """The arguments of `feeds.create`."""
        what = self.cleaned_data["what"]
        return {"school": self.schools.get(what), "roadmap": self.roadmaps.get(what)}
