from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import audit, departments, entry, own, people

app_name = "accounts"
urlpatterns = [
    path("login/", entry.LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("invitation/<str:token>/", entry.invitation, name="invitation"),
    path("password/forgotten/", entry.forgotten, name="forgotten"),
    path("password/forgotten/sent/", entry.forgotten_sent, name="forgotten_sent"),
    path("password/new/<uidb64>/<token>/", entry.NewPasswordView.as_view(), name="password_reset_confirm"),
    path("me/", own.profile, name="profile"),
    path("me/password/", own.password, name="password"),
    path("me/email/", own.email, name="email"),
    path("me/email/<str:token>/", own.email_confirm, name="email_confirm"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/role/", people.person_role, name="person_role"),
    path("people/<int:pk>/invite/", people.person_invite, name="person_invite"),
    path("people/<int:pk>/link/", people.person_link, name="person_link"),
    path("people/roles/<int:pk>/", people.membership, name="membership"),
    path("people/roles/<int:pk>/end/", people.membership_end, name="membership_end"),
    path("people/roles/<int:pk>/restore/", people.membership_restore, name="membership_restore"),
    path("department/", departments.department, name="department"),
    path("department/preview/", departments.department_preview, name="department_preview"),
    path("departments/", departments.departments, name="departments"),
    path("departments/new/", departments.department_new, name="department_new"),
    path("audit/", audit.audit, name="audit"),
]
