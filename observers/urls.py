from django.urls import path

from observers.views import entry

app_name = "observers"
urlpatterns = [
    path("mine/", entry.visits, name="visits"),
    path("mine/<int:pk>/decline/", entry.visit_decline, name="visit_decline"),
    path("enter/", entry.outside, name="outside"),
    path("enter/<str:token>/", entry.enter, name="enter"),
]
