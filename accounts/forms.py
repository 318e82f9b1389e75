"""Forms of this app, and `TenantModelForm`, from which every form with choices of a department's rows inherits."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.db import models

from accounts.models import Membership
from accounts.tenancy import TenantQuerySet

M = TypeVar("M", bound=models.Model)


class TenantModelForm(forms.ModelForm[M]):
    """Choices come only from the member's own department; a field with an unscoped queryset fails at once."""

    def __init__(self, *args: Any, membership: Membership | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                assert isinstance(field.queryset, TenantQuerySet)  # noqa: S101 -- fails closed
                field.queryset = field.queryset.visible_to(membership)
