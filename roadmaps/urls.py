from django.urls import URLPattern, path

from roadmaps.views import assignments, mine, review

app_name = "roadmaps"
urlpatterns: list[URLPattern] = [
    # duties: what schools and officials do, what the department accepts
    path("mine/", mine.mine, name="mine"),
    path("review/", review.review, name="review"),
    path("review/accept/", review.review_accept, name="review_accept"),
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/<int:pk>/", mine.assignment, name="assignment"),
    path("assignments/<int:pk>/report/", mine.assignment_report, name="assignment_report"),
    path("assignments/<int:pk>/draft/", mine.assignment_draft, name="assignment_draft"),
    path("assignments/<int:pk>/withdraw/", mine.assignment_withdraw, name="assignment_withdraw"),
    path("assignments/<int:pk>/evidence/", mine.evidence_add, name="evidence_add"),
    path("assignments/<int:pk>/accept/", review.assignment_accept, name="assignment_accept"),
    path("assignments/<int:pk>/return/", review.assignment_return, name="assignment_return"),
    path("evidence/<int:pk>/", mine.evidence_file, name="evidence_file"),
    path("evidence/<int:pk>/remove/", mine.evidence_remove, name="evidence_remove"),
    path("evidence/<int:pk>/restore/", mine.evidence_restore, name="evidence_restore"),
    path("events/new/", assignments.event_new, name="event_new"),
    path("<int:pk>/gaps/", assignments.gaps, name="gaps"),
    path("<int:pk>/fan-out/", assignments.fan_out, name="fan_out"),
]
