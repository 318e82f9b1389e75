"""Service pages at /service/ for whoever looks after the portal; departments work with their own pages.

What departments decide is shown here but not changed: their own pages check it and leave a trace in their log.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.domain import audit
from accounts.models import Department, Membership, User


class Shown(admin.ModelAdmin):
    """Rows to look at: none is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserForm(forms.ModelForm):
    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


@admin.register(User)
class UserAdmin(Shown):
    """The log-in: a changed e-mail, a person who may not come in any more, who else looks after the portal."""

    form = UserForm
    list_display = ("email", "last_name", "first_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "last_name")
    fields = (
        "email",
        "last_name",
        "first_name",
        "patronymic",
        "phone",
        "is_active",
        "is_staff",
        "is_superuser",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        summary = f"Вход изменён сотрудником портала ({', '.join(form.changed_data)}): {obj.email}"
        for membership in Membership.objects.active().filter(user=obj).select_related("department"):
            audit.record(
                "accounts.login_changed",
                summary,
                user=request.user if isinstance(request.user, User) else None,
                department=membership.department,
                subject=obj,
            )


@admin.register(Department)
class DepartmentAdmin(Shown):
    list_display = ("name", "code", "time_zone", "created_at")
    search_fields = ("name", "code")


@admin.register(Membership)
class MembershipAdmin(Shown):
    list_display = ("user", "department", "role", "position", "created_at", "ended_at")
    list_filter = ("role", "department")
    search_fields = ("user__last_name", "user__email")
    list_select_related = ("user", "department")
