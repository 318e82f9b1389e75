"""What people type about observers and their visits."""

from __future__ import annotations

from django import forms


class ReasonForm(forms.Form):
    comment = forms.CharField(label="Почему", max_length=500)
