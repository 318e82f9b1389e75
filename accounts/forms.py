"""Forms of this app, and `TenantModelForm`, from which every form with choices of a department's rows inherits."""

from __future__ import annotations

import datetime
import re
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import forms as auth
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.domain import passwords
from accounts.models import Department, Membership, Role, User
from accounts.tenancy import TenantQuerySet
from accounts.zones import TIME_ZONES
from portal.lib.days import sane_day
from portal.lib.forms import Careful, Filter, day_field, set_choices

# A deputy answers for a school: the school's own page adds them.
OFFICE_ROLES = [(role.value, role.label) for role in (Role.METHODIST, Role.HEAD, Role.VIEWER, Role.ADMIN)]


class TenantModelForm(forms.ModelForm):
    """Choices come only from the member's own department; a field with an unscoped queryset fails at once."""

    def __init__(self, *args: Any, membership: Membership | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                assert isinstance(field.queryset, TenantQuerySet)  # noqa: S101 -- fails closed
                field.queryset = field.queryset.visible_to(membership)


class LoginForm(auth.AuthenticationForm):
    error_messages = {
        "invalid_login": "Почта или пароль не подходят. Проверьте раскладку и Caps Lock или задайте новый пароль.",
        "inactive": "Вход для этой почты закрыт. Обратитесь к администратору отдела.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = forms.EmailField(
            label="Электронная почта",
            widget=forms.EmailInput({"autocomplete": "username", "autofocus": True}),
        )
        self.fields["password"].label = "Пароль"


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label="Электронная почта", widget=forms.EmailInput({"autocomplete": "username", "autofocus": True})
    )


class NewPasswordForm(auth.SetPasswordForm):
    """After the letter's link."""

    def save(self, commit: bool = True) -> User:
        passwords.set_after_letter(self.user, password=self.cleaned_data["new_password1"])
        return self.user


class ChangePasswordForm(auth.PasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        passwords.change(self.user, password=self.cleaned_data["new_password1"])
        return self.user


class AcceptForm(forms.Form):
    """What a new person says at the door: their name as it is, and a password."""

    last_name = forms.CharField(
        label="Фамилия", max_length=100, widget=forms.TextInput({"autocomplete": "family-name"})
    )
    first_name = forms.CharField(
        label="Имя", max_length=100, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    patronymic = forms.CharField(
        label="Отчество",
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "additional-name"}),
    )
    password = forms.CharField(
        label="Придумайте пароль",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="Не короче 8 знаков; не одни цифры и не слово, которое легко угадать.",
    )
    password_again = forms.CharField(
        label="Пароль ещё раз", strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for name in ("last_name", "first_name", "patronymic"):
            self.fields[name].initial = getattr(user, name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password, again = data.get("password"), data.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", "Пароли не совпадают: наберите оба ещё раз.")
        if password:
            self.check_strength(password)
        return data

    def check_strength(self, password: str) -> None:
        try:
            password_validation.validate_password(password, self.user)
        except ValidationError as error:
            self.add_error("password", error)


class PersonFields(Careful, forms.ModelForm):
    """Name and phone; the domain saves them, not the form."""

    class Meta:
        model = User
        fields = ["last_name", "first_name", "patronymic", "phone"]
        labels = {"last_name": "Фамилия", "first_name": "Имя", "patronymic": "Отчество", "phone": "Телефон"}


class OwnDataForm(PersonFields):
    """«Мои данные»."""


class EmailForm(forms.Form):
    """Another mailbox for oneself; the password says who asks."""

    email = forms.EmailField(
        label="Новая почта", max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )
    password = forms.CharField(
        label="Ваш пароль", strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class PersonForm(PersonFields):
    """A person's data as the department's admin corrects them; the e-mail only until the person has come in."""

    email = forms.EmailField(label="Электронная почта")
    field_order = ["last_name", "first_name", "patronymic", "email", "phone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.has_usable_password():
            del self.fields["email"]
        else:
            self.fields["email"].initial = self.instance.email
            self.fields[
                "email"
            ].help_text = "Если исправить адрес, прежнее приглашение перестанет действовать."


class NewPersonForm(forms.Form):
    """Somebody comes to work in the department."""

    last_name = forms.CharField(label="Фамилия", max_length=100)
    first_name = forms.CharField(label="Имя", max_length=100, required=False)
    patronymic = forms.CharField(label="Отчество", max_length=100, required=False)
    email = forms.EmailField(
        label="Электронная почта",
        max_length=254,
        help_text="На неё придёт приглашение; она же служит для входа.",
    )
    position = forms.CharField(
        label="Должность",
        max_length=200,
        required=False,
        help_text="Как в документах: «методист», «ведущий специалист».",
    )
    roles = forms.MultipleChoiceField(
        label="Что человек делает в портале",
        choices=OFFICE_ROLES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Отметьте хотя бы одну роль: без неё человеку нечего открыть."},
    )


class RoleForm(forms.Form):
    """One more role for a person who is here."""

    role = forms.ChoiceField(label="Роль", choices=OFFICE_ROLES)
    position = forms.CharField(label="Должность", max_length=200, required=False)


class PositionForm(forms.Form):
    position = forms.CharField(label="Должность", max_length=200, required=False)


class PeopleFilter(Filter):
    """The filter of the list, kept in the address; nonsense in it filters nothing."""

    STATES = [("", "Работают"), ("waiting", "Ещё не вошли"), ("left", "Больше не работают")]

    q = forms.CharField(label="Фамилия, почта, должность или школа", required=False)
    role = forms.ChoiceField(label="Роль", required=False, choices=[("", "Любая"), *Role.choices])
    state = forms.ChoiceField(label="Кого показать", required=False, choices=STATES)


class Grouped(forms.BaseForm):
    """A long form in named parts; the template draws ``groups``."""

    GROUPS: ClassVar[dict[str, tuple[str, ...]]]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS.items()]


class DaysField(forms.CharField):
    """«30.08.2026, 11.10.2026» ↔ a sorted list of ISO dates."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return ", ".join(f"{datetime.date.fromisoformat(day):%d.%m.%Y}" for day in value)

    def to_python(self, value: Any) -> Any:
        return sorted({self.day(part).isoformat() for part in re.split(r"[\s,;]+", str(value or "")) if part})

    def day(self, text: str) -> datetime.date:
        try:
            day = datetime.datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 -- a day, no moment
        except ValueError:
            raise ValidationError(
                f"«{text}» — не день. Пишите через запятую: 30.08.2026, 11.10.2026."
            ) from None
        sane_day(day)
        return day


class DepartmentForm(Grouped, Careful, forms.ModelForm):
    """All that the letterhead and the calendar need; the domain saves it, not the form."""

    GROUPS = {
        "Отдел": ("name", "name_genitive", "short_name", "municipality", "region"),
        "Бланк приказа": ("letterhead", "order_word", "resolution_word", "place", "date_style"),
        "Подпись": ("signatory_position", "signatory_name"),
        "Второй язык бланка": ("letterhead_second", "order_word_second", "second_language"),
        "Время и рабочие дни": ("time_zone", "six_day_week", "days_off", "days_on"),
    }

    time_zone = forms.ChoiceField(
        label="Часовой пояс", help_text="По нему считаются сроки и показывается время."
    )

    days_off = DaysField(
        label="Местные выходные",
        required=False,
        help_text="Дни, когда у вас не работают сверх общего календаря: 30.08.2026, 11.10.2026.",
    )
    days_on = DaysField(
        label="Рабочие выходные",
        required=False,
        help_text="Дни, когда у вас работают, хотя по общему календарю это выходной.",
    )

    class Meta:
        model = Department
        fields = [
            "name",
            "short_name",
            "name_genitive",
            "municipality",
            "region",
            "letterhead",
            "letterhead_second",
            "second_language",
            "order_word",
            "order_word_second",
            "resolution_word",
            "place",
            "date_style",
            "signatory_position",
            "signatory_name",
            "time_zone",
            "six_day_week",
            "days_off",
            "days_on",
        ]
        help_texts = {
            "name": "Полностью, как в уставе.",
            "short_name": "Для меню и писем.",
            "letterhead": "По строкам, как на бумаге.",
            "letterhead_second": "Если бланк двуязычный; иначе оставьте пустым.",
            "second_language": "Две буквы: kv (коми), tt (татарский), ba (башкирский).",
        }
        widgets = {
            "letterhead": forms.Textarea({"rows": 5}),
            "letterhead_second": forms.Textarea({"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.instance.time_zone
        zones = TIME_ZONES if own in TIME_ZONES else {own: own, **TIME_ZONES}
        set_choices(self, "time_zone", list(zones.items()))

    def _lines(self, name: str) -> str:
        """Lines without the blanks at their ends and without empty lines around them."""
        lines = [line.strip() for line in (self.cleaned_data.get(name) or "").splitlines()]
        return "\n".join(lines).strip()

    def clean_letterhead(self) -> str:
        return self._lines("letterhead")

    def clean_letterhead_second(self) -> str:
        return self._lines("letterhead_second")


class NewDepartmentForm(Grouped, forms.ModelForm):
    """A new tenant and its first admin; the rest is on the department's own page."""

    GROUPS = {
        "Отдел": ("name", "code", "time_zone"),
        "Бланк приказа": ("letterhead", "place", "signatory_position", "signatory_name"),
        "Первый администратор": (
            "admin_email",
            "admin_last_name",
            "admin_first_name",
            "admin_patronymic",
            "join",
        ),
    }

    time_zone = forms.ChoiceField(
        label="Часовой пояс", choices=list(TIME_ZONES.items()), initial="Europe/Moscow"
    )
    admin_email = forms.EmailField(
        label="Почта администратора",
        required=False,
        help_text="Ему придёт приглашение. Можно оставить пустым, если администратором будете вы.",
    )
    admin_last_name = forms.CharField(label="Фамилия администратора", max_length=100, required=False)
    admin_first_name = forms.CharField(label="Имя администратора", max_length=100, required=False)
    admin_patronymic = forms.CharField(label="Отчество администратора", max_length=100, required=False)
    join = forms.BooleanField(label="Я тоже буду администратором этого отдела", required=False)

    class Meta:
        model = Department
        fields = ["name", "code", "letterhead", "place", "signatory_position", "signatory_name", "time_zone"]
        widgets = {"letterhead": forms.Textarea({"rows": 4})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("admin_email") and not data.get("join") and "admin_email" not in self.errors:
            self.add_error(
                "admin_email", "У отдела должен быть администратор: укажите почту или отметьте себя."
            )
        if data.get("admin_email") and not data.get("admin_last_name"):
            self.add_error("admin_last_name", "Укажите фамилию: по ней человека узнают в списках.")
        return data

    def department_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    def admin_fields(self) -> dict[str, str]:
        names = ("email", "last_name", "first_name", "patronymic")
        return {name: self.cleaned_data[f"admin_{name}"] for name in names}


class AuditFilter(Filter):
    """Whose events, of which part of the portal, from which to which day of the department's own calendar."""

    person = forms.TypedChoiceField(label="Кто", required=False, coerce=int, empty_value=None)
    section = forms.ChoiceField(label="Раздел", required=False)
    since = day_field("С", required=False)
    until = day_field("По", required=False)

    def __init__(
        self, *args: Any, people: list[tuple[int, str]], sections: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "person", [("", "Все"), *people])
        set_choices(self, "section", [("", "Все"), *sections])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since: datetime.date | None = data.get("since")
        until: datetime.date | None = data.get("until")
        if since and until and since > until:
            self.add_error("until", "Конец раньше начала: поменяйте дни местами.")
        return data
