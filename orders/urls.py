"""Orders: journal, editor, PDF, public check."""

from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("check/<str:token>/", views.check, name="check"),
]
