from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("ledger/", views.ledger, name="ledger"),
    path("ledger/<int:pk>/retry/", views.retry, name="retry"),
]
