from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = "Приказы"

    def ready(self) -> None:
        from orders import blocks, tasks  # noqa: F401 -- they register themselves in every process
