"""Messages in a duty: told to whom they are meant for, and seen by nobody who does not see the duty."""

from __future__ import annotations

import pytest

from notifications.models import Reminder
from portal.lib.refusals import Refused
from roadmaps.domain import messages
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def methodist():
    return MembershipFactory(user__last_name="Корнева")


@pytest.fixture
def duty(methodist):
    return AssignmentFactory(item__section__roadmap__department=methodist.department, controller=methodist)


@pytest.fixture
def deputy(duty):
    return PostFactory(school=duty.school).membership


def told():
    return set(Reminder.objects.values_list("recipient", flat=True))


def test_a_question_of_the_school_goes_to_the_controller(duty, deputy, methodist):
    MembershipFactory(department=duty.department)
    event = messages.say(duty, by=deputy, text="Можно ли приложить скан?")
    assert (event.kind, event.comment) == ("comment", "Можно ли приложить скан?")
    assert told() == {methodist.user_id}


def test_a_message_of_the_department_goes_to_the_schools_deputies(duty, deputy, methodist):
    second = PostFactory(school=duty.school).membership
    PostFactory(school__department=duty.department)
    messages.say(duty, by=methodist, text="Ждём до пятницы")
    assert told() == {deputy.user_id, second.user_id}


def test_a_surname_after_the_sign_names_the_person(duty, deputy):
    head = MembershipFactory(department=duty.department, head=True, user__last_name="Ёлкина")
    event = messages.say(duty, by=deputy, text="@елкина, посмотрите, пожалуйста")
    assert list(event.mentions.all()) == [head]
    assert told() == {head.user_id}


@pytest.mark.parametrize("words", ["@Сидоров, гляньте", "Спросите (@Корневой)"])
def test_a_mention_that_reaches_nobody_is_refused_in_words(duty, deputy, methodist, words):
    MembershipFactory(
        department=duty.department, viewer=True, user__last_name="Сидоров"
    )  # sees it, decides nothing
    with pytest.raises(Refused, match=r"Непонятно, кому сообщить: «@\w+».* Корнева"):
        messages.say(duty, by=deputy, text=words)
    assert told() == set()


def test_an_address_is_no_mention(duty, deputy, methodist):
    messages.say(duty, by=deputy, text="Пишите на school@почта.example, канал @school_5")
    assert told() == {methodist.user_id}


def test_nobody_outside_the_duty_can_be_told(duty, deputy, methodist):
    neighbour = PostFactory(school__department=duty.department).membership
    for stranger in (neighbour, MembershipFactory()):
        with pytest.raises(Refused, match="кто видит это поручение"):
            messages.say(duty, by=methodist, text="Вам", to=[stranger])
    assert told() == set()


@pytest.mark.parametrize("text", ["", " \n", "а" * 5001])
def test_empty_and_endless_messages_are_refused(duty, methodist, text):
    with pytest.raises(Refused):
        messages.say(duty, by=methodist, text=text)


def test_those_who_look_on_do_not_write(duty):
    viewer = MembershipFactory(department=duty.department, viewer=True)
    neighbour = PostFactory(school__department=duty.department).membership
    for member in (viewer, neighbour, MembershipFactory()):
        with pytest.raises(Refused):
            messages.say(duty, by=member, text="Здравствуйте")
