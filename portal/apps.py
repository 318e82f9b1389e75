from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Портал"

    def ready(self) -> None:
        from portal import checks  # noqa: F401 -- registers itself

        # Once after every `migrate`, whatever it was of; an app without models of its own hears of none.
        post_migrate.connect(lay_search, sender=apps.get_app_config("accounts"))


def lay_search(using: str, **_: Any) -> None:
    """The indexes of search follow the code: made and filled after every `migrate`, where they are not whole."""
    from portal.lib import fulltext
    from portal.search.kinds import INDEXES

    fulltext.lay(connections[using], INDEXES)
