from django.apps import AppConfig


class ObserversConfig(AppConfig):
    name = "observers"
    verbose_name = "Наблюдатели"

    def ready(self) -> None:
        from observers import blocks, receivers  # noqa: F401 -- the school's card, news of orders
        from observers.domain import alarms, certificates, proposals, telling, violations  # noqa: F401 -- kinds
