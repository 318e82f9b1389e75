from django.apps import AppConfig


class ObserversConfig(AppConfig):
    name = "observers"
    verbose_name = "Наблюдатели"

    def ready(self) -> None:
        from observers import blocks  # noqa: F401 -- it registers itself
        from observers.domain import alarms, proposals, violations  # noqa: F401 -- kinds of messages and of work
