from django.apps import AppConfig


class ObserversConfig(AppConfig):
    name = "observers"
    verbose_name = "Наблюдатели"

    def ready(self) -> None:
        from observers import blocks, chapters, receivers  # noqa: F401 -- card, year's report, news
        from observers.domain import alarms, certificates, proposals, telling, violations  # noqa: F401 -- kinds
