"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership, Role, User
from portal import documents, guides, navigation
from portal.lib import mail
from schools.models import Post

VIEW_COOKIE = "view"


def page(request: HttpRequest) -> dict[str, Any]:
    """The membership in force, the others one may switch to, sections with their numbers, the person's view.

    Everything is lazy: a part rendered for htmx asks nothing.
    """
    membership: Membership | None = getattr(request, "membership", None)
    frame: dict[str, Any] = {
        "membership": membership,
        "memberships": getattr(request, "memberships", []),
        "look": chosen_look(request),
        "mail_leaves": mail.leaves(),
    }
    if membership is None:
        return {**frame, "has_documents": SimpleLazyObject(lambda: documents.departments().exists())}
    waiting = SimpleLazyObject(lambda: navigation.waiting(membership))
    links = SimpleLazyObject(lambda: navigation.links(membership, request.path, dict(waiting)))
    return {
        **frame,
        "waiting": waiting,
        "navigation": links,
        "news_unread": news_unread(membership.user),
        "workplace": SimpleLazyObject(lambda: workplace(membership)),
    }


def chosen_look(request: HttpRequest) -> str:
    """``contrast`` or nothing: kept with the person, for others in a cookie."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.view)
    return User.View.CONTRAST if request.COOKIES.get(VIEW_COOKIE) == User.View.CONTRAST else ""


def news_unread(user: User) -> bool:
    """Whether something was told in «Что нового» since the person opened it last."""
    return user.news_read_on is None or user.news_read_on < guides.newest()


def workplace(membership: Membership) -> dict[str, str]:
    """The names in the masthead: a deputy's school within its department, otherwise the department."""
    department, role = membership.department, membership.position or membership.get_role_display()
    if membership.role == Role.DEPUTY:
        post = Post.objects.select_related("school").filter(membership=membership).first()
        if post is not None:
            return {"name": post.school.name, "within": str(department), "role": role}
    return {"name": department.name, "within": department.municipality, "role": role}
