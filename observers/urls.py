from django.urls import URLPattern

app_name = "observers"
urlpatterns: list[URLPattern] = []
