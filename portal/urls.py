"""Every address of the portal, by app."""

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = admin.site.site_title = "Служебные страницы портала"
admin.site.index_title = "Таблицы"

urlpatterns = [
    path("", include("portal.start_urls")),
    path("", include("accounts.urls")),
    path("jobs/", include("jobs.urls")),
    path("notifications/", include("notifications.urls")),
    path("schools/", include("schools.urls")),
    path("orders/", include("orders.urls")),
    path("roadmaps/", include("roadmaps.urls")),
    path("observers/", include("observers.urls")),
    path("recheck/", include("recheck.urls")),
    path("service/", admin.site.urls),
]
