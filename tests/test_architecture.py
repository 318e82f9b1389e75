"""The direction of the house, where import-linter cannot look: foreign keys named by strings."""

from django.apps import apps

LAYERS = ["accounts", "notifications jobs", "schools", "orders", "observers roadmaps", "recheck"]
HEIGHT = {app: height for height, layer in enumerate(LAYERS) for app in layer.split()}


def test_no_model_points_upward() -> None:
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in HEIGHT
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model._meta.app_label in HEIGHT
        if HEIGHT[field.related_model._meta.app_label] > HEIGHT[model._meta.app_label]
    ]
    assert upward == []
