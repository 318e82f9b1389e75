from django.urls import path

from notifications.views import addresses, inbox, ledger, links, rules

app_name = "notifications"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("<int:pk>/", inbox.message, name="message"),
    path("<int:pk>/mark/", inbox.message_mark, name="message_mark"),
    path("read-all/", inbox.read_all, name="read_all"),
    path("choices/", inbox.choices, name="choices"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/export/", ledger.export, name="export"),
    path("ledger/retry/", ledger.retry_failed, name="retry_failed"),
    path("ledger/<int:pk>/retry/", ledger.retry, name="retry"),
    path("ledger/addresses/", addresses.addresses, name="addresses"),
    path("ledger/addresses/<int:pk>/checked/", addresses.address_checked, name="address_checked"),
    path("ledger/rules/", rules.rules, name="rules"),
    path("ledger/rules/preview/", rules.rules_preview, name="rules_preview"),
    path("go/<str:token>/", links.go, name="go"),
    path("unsubscribe/<str:token>/", links.unsubscribe, name="unsubscribe"),
]
