from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    name = "schools"
    verbose_name = "Школы"

    def ready(self) -> None:
        from schools import blocks, chapters, tasks  # noqa: F401 -- they register themselves
