from django.urls import URLPattern

app_name = "recheck"
urlpatterns: list[URLPattern] = []
