"""Orders: journal, editor, PDF, registers, public check."""

from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("", views.order_list, name="list"),
    path("export/", views.export, name="export"),
    path("new/", views.new, name="new"),
    path("registers/", views.registers, name="registers"),
    path("registers/new/", views.register_new, name="register_new"),
    path("registers/<int:pk>/", views.register_edit, name="register_edit"),
    path("check/<slug:token>/", views.check, name="check"),
    path("clauses/<int:pk>/", views.clause, name="clause"),
    path("<int:pk>/", views.order, name="order"),
    path("<int:pk>/pdf/", views.pdf, name="pdf"),
    path("<int:pk>/texts/", views.texts, name="texts"),
    path("<int:pk>/clauses/add/", views.clause_add, name="clause_add"),
    path("<int:pk>/clauses/restore/", views.clause_restore, name="clause_restore"),
    path("<int:pk>/register/", views.register, name="register"),
    path("<int:pk>/sign/", views.sign, name="sign"),
    path("<int:pk>/return/", views.return_, name="return"),
    path("<int:pk>/void/", views.void, name="void"),
    path("<int:pk>/repeal/", views.repeal, name="repeal"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
