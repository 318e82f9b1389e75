from django.urls import URLPattern, path

from roadmaps.views import assignments, items, mine, pasting, review, roadmaps, settling

app_name = "roadmaps"
urlpatterns: list[URLPattern] = [
    # plans: the list, the editor, the way in and into an order
    path("", roadmaps.roadmap_list, name="list"),
    path("new/", roadmaps.new, name="new"),
    path("import/", roadmaps.import_new, name="import_new"),
    path("imports/<int:pk>/", roadmaps.import_preview, name="import"),
    path("<int:pk>/", roadmaps.roadmap, name="roadmap"),
    path("<int:pk>/head/", roadmaps.head, name="head"),
    path("<int:pk>/history/", roadmaps.history, name="history"),
    path("<int:pk>/assemble/", roadmaps.assemble, name="assemble"),
    path("<int:pk>/reopen/", roadmaps.reopen, name="reopen"),
    path("<int:pk>/revise/", roadmaps.revise, name="revise"),
    path("<int:pk>/delete/", roadmaps.delete, name="delete"),
    path("<int:pk>/sections/new/", items.section_new, name="section_new"),
    path("<int:pk>/rows/paste/", pasting.rows_paste, name="rows_paste"),
    path("sections/<int:pk>/", items.section_edit, name="section"),
    path("sections/<int:pk>/remove/", items.section_remove, name="section_remove"),
    path("sections/<int:pk>/items/", items.section_item, name="section_item"),
    path("items/<int:pk>/", items.item, name="item"),
    path("items/<int:pk>/cells/<int:column>/", items.item_cell, name="item_cell"),
    path("items/<int:pk>/arrange/", items.item_arrange, name="item_arrange"),
    path("items/<int:pk>/deadline/", settling.item_deadline, name="item_deadline"),
    path("items/<int:pk>/reach/<int:piece>/", settling.item_reach, name="item_reach"),
    path("removed/<int:pk>/restore/", items.item_restore, name="item_restore"),
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
