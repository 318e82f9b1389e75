from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<int:pk>/", views.job, name="job"),
    path("<int:pk>/file/", views.job_file, name="file"),
    path("<int:pk>/cancel/", views.job_cancel, name="cancel"),
]
