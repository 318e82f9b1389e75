from django.urls import path

from portal import public, views

app_name = "portal"
urlpatterns = [
    path("", views.start, name="start"),
    path("search/", views.search, name="search"),
    path("view/", views.view, name="view"),
    path("switch/", views.switch, name="switch"),
    path("help/", views.help, name="help"),
    path("help/news/", views.news, name="news"),
    path("help/<slug:slug>/", views.guide, name="guide"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("documents/", public.department_list, name="documents"),
    path("documents/<slug:code>/", public.department, name="department_documents"),
    path("documents/<slug:code>/<int:pk>.pdf", public.document, name="document"),
    path("robots.txt", public.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
]
