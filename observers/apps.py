from django.apps import AppConfig


class ObserversConfig(AppConfig):
    name = "observers"
    verbose_name = "Наблюдатели"

    def ready(self) -> None:
        from observers.domain import alarms, violations  # noqa: F401 -- their kinds of messages
