from django.apps import AppConfig


class RoadmapsConfig(AppConfig):
    name = "roadmaps"
    verbose_name = "Дорожные карты"

    def ready(self) -> None:
        from roadmaps import blocks, leaving, receivers  # noqa: F401 -- they register themselves
        from roadmaps.domain import letters, reminders, repeal  # noqa: F401 -- so do its kinds of messages
