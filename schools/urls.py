from django.urls import path

from schools.views import cards, flags, imports, people

app_name = "schools"
urlpatterns = [
    path("", cards.school_list, name="list"),
    path("export/", cards.school_export, name="export"),
    path("new/", cards.school_new, name="new"),
    path("import/", imports.import_new, name="import"),
    path("import/<int:pk>/", imports.import_preview, name="import_preview"),
    path("import/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("import/<int:pk>/apply/", imports.import_apply, name="import_apply"),
    path("import/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("import/<int:pk>/discard/", imports.import_discard, name="import_discard"),
    path("import/<int:pk>/faults/", imports.import_faults, name="import_faults"),
    path("<int:pk>/", cards.school, name="school"),
    path("<int:pk>/edit/", cards.school_edit, name="edit"),
    path("<int:pk>/close/", cards.school_close, name="close"),
    path("<int:pk>/reopen/", cards.school_reopen, name="reopen"),
    path("<int:pk>/deputies/new/", people.deputy_new, name="deputy_new"),
    path("<int:pk>/flags/new/", flags.flag_new, name="flag_new"),
    path("posts/<int:pk>/end/", people.post_end, name="post_end"),
    path("flags/<int:pk>/move/", flags.flag_move, name="flag_move"),
]
