"""Service pages at /service/ for whoever looks after the portal; departments work with their own pages."""

from __future__ import annotations

from django.contrib import admin

from accounts.models import Department, Membership, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("email", "last_name", "first_name", "is_active", "is_operator", "last_login")
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
    readonly_fields = ("email",)

    def has_add_permission(self, request: object) -> bool:
        return False  # people come by invitation

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False  # history names them


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "time_zone", "created_at")
    search_fields = ("name", "code")

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """To look only: the department's page ends and restores with its checks and its trace."""

    list_display = ("user", "department", "role", "position", "created_at", "ended_at")
    list_filter = ("role", "department")
    search_fields = ("user__last_name", "user__email")
    list_select_related = ("user", "department")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
