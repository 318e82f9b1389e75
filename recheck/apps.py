from django.apps import AppConfig


class RecheckConfig(AppConfig):
    name = "recheck"
    verbose_name = "Перепроверка"

    def ready(self) -> None:
        from recheck import blocks, chapters, receivers  # noqa: F401 -- they register themselves
