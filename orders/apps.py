from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = "Приказы"

    def ready(self) -> None:
        from orders import tasks  # noqa: F401 -- registers the handler of `orders.render` in every process
