from django.apps import AppConfig


class RecheckConfig(AppConfig):
    name = "recheck"
    verbose_name = "Перепроверка"

    def ready(self) -> None:
        from recheck import blocks  # noqa: F401 -- it registers itself
