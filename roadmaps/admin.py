"""Service pages: plans and remembered rules to look at; what departments decide is changed on their own pages."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import Shown
from roadmaps.models import ResponsibleRule, Roadmap, RoadmapImport


@admin.register(Roadmap)
class RoadmapAdmin(Shown):
    list_display = ("name", "department", "school", "state", "revision", "first_day", "last_day")
    list_filter = ("state", "department")
    search_fields = ("name", "source_name")
    list_select_related = ("department", "school")


@admin.register(ResponsibleRule)
class ResponsibleRuleAdmin(Shown):
    list_display = ("phrase", "department", "created_by", "created_at")
    list_filter = ("department",)
    search_fields = ("phrase",)
    list_select_related = ("department", "created_by__user")


@admin.register(RoadmapImport)
class RoadmapImportAdmin(Shown):
    list_display = ("file_name", "department", "created_by", "created_at", "saved_as")
    list_filter = ("department",)
    list_select_related = ("department", "created_by__user", "saved_as")
