"""A change of an approved plan is a new revision, approved by an order of its own."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Membership
from portal.lib.refusals import Refused
from roadmaps.domain import wholes
from roadmaps.models import Roadmap, RoadmapEvent

_ROADMAP = (
    "department",
    "school",
    "name",
    "title_lines",
    "goals",
    "columns",
    "first_day",
    "last_day",
    "source_name",
)


@transaction.atomic
def new_revision(roadmap: Roadmap, by: Membership) -> Roadmap:
    """Copy an approved plan into the next draft; one that is being edited already is returned instead.

    Two who begin at once get the same draft.
    """
    if roadmap.state != Roadmap.State.APPROVED:
        raise Refused("Новую редакцию начинают от утверждённой карты.")
    # Hold the approved row: on PostgreSQL the second waits here, and then finds the first one's draft.
    Roadmap.objects.filter(pk=roadmap.pk).update(state=roadmap.state)
    begun = Roadmap.objects.filter(previous=roadmap, state__in=["draft", "assembled"]).first()
    return begun or _copy(roadmap, by)


def _copy(roadmap: Roadmap, by: Membership) -> Roadmap:
    copy = Roadmap.objects.create(
        **{name: getattr(roadmap, name) for name in _ROADMAP},
        revision=roadmap.revision + 1,
        previous=roadmap,
        created_by=by,
    )
    wholes.write(wholes.copied(roadmap), copy, by=by)
    RoadmapEvent.objects.create(
        roadmap=copy, what=f"Начата редакция {copy.revision}", by=by, details={"from": roadmap.pk}
    )
    return copy
