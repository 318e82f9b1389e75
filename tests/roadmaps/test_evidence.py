"""Proof: checked by content, kept under a random name, removable until a report rests on it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.lib.refusals import Refused
from roadmaps.domain import evidence, reports
from roadmaps.models import Evidence
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def docx():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return buffer.getvalue()


def upload(name, data=PDF, **kwargs):
    return SimpleUploadedFile(name, data, **kwargs)


@pytest.fixture
def duty():
    return AssignmentFactory()


@pytest.fixture
def deputy(duty):
    return PostFactory(school=duty.school).membership


def test_file_is_kept_with_its_hash_under_a_name_of_the_portals_own(duty, deputy, settings):
    row = evidence.add_file(duty, upload("../../Справка о ВПР.pdf"), by=deputy)
    assert row.name == "Справка о ВПР.pdf"
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    assert row.size == len(PDF)
    kept = Path(row.file.path)
    assert kept.read_bytes() == PDF
    assert kept.is_relative_to(settings.MEDIA_ROOT)
    assert "Справка" not in kept.name


def test_word_document_is_taken(duty, deputy):
    assert evidence.add_file(duty, upload("план.docx", docx()), by=deputy).content_type == "docx"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("справка.pdf", b"MZ\x90\x00" + b"\0" * 200, "справка.pdf"),
        ("страница.docx", b"<!doctype html><script>alert(1)</script>", "веб-страница"),
        ("архив.zip", b"PK\x05\x06" + b"\0" * 18, "архив"),
        ("пустой.pdf", b"", "пуст"),
    ],
)
def test_content_decides_not_the_name(duty, deputy, name, data, words):
    with pytest.raises(Refused, match=words):
        evidence.add_file(duty, upload(name, data, content_type="application/pdf"), by=deputy)
    assert not Evidence.objects.exists()


def test_too_large_file_is_refused_with_the_limit(duty, deputy, settings):
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    with pytest.raises(Refused, match=r"большой\.pdf.*до 1,0 МБ"):
        evidence.add_file(duty, upload("большой.pdf", PDF + b"\0" * 1024 * 1024), by=deputy)


def test_same_file_twice_is_one_proof(duty, deputy):
    assert evidence.add_file(duty, upload("а.pdf"), by=deputy) == evidence.add_file(
        duty, upload("б.pdf"), by=deputy
    )


def test_number_of_files_is_bounded(duty, deputy, monkeypatch):
    monkeypatch.setattr(evidence, "MAX_FILES", 1)
    evidence.add_file(duty, upload("1.pdf", PDF + b"1"), by=deputy)
    with pytest.raises(Refused, match="не больше 1"):
        evidence.add_file(duty, upload("2.pdf", PDF + b"2"), by=deputy)


def test_removed_file_stays_on_disk_and_comes_back(duty, deputy):
    row = evidence.add_file(duty, upload("а.pdf"), by=deputy)
    evidence.remove(row)
    assert not evidence.of_round(duty).exists()
    assert Path(row.file.path).exists()
    evidence.restore(row)
    assert evidence.of_round(duty).get() == row


def test_removal_can_be_undone_for_a_while_only(duty, deputy):
    row = evidence.add_file(duty, upload("а.pdf"), by=deputy)
    evidence.remove(row)
    Evidence.objects.update(removed_at=timezone.now() - evidence.UNDO_FOR - timedelta(minutes=1))
    with pytest.raises(Refused, match="ещё раз"):
        evidence.restore(row)


def test_proof_of_a_sent_or_accepted_report_can_be_neither_removed_nor_added_to(duty, deputy):
    row = evidence.add_file(duty, upload("а.pdf"), by=deputy)
    reports.report(duty, by=deputy)
    for _ in range(2):
        with pytest.raises(Refused, match="менять нельзя"):
            evidence.remove(Evidence.objects.get())
        with pytest.raises(Refused, match="менять нельзя"):
            evidence.add_file(duty, upload("б.pdf", PDF + b"2"), by=deputy)
        if duty.state == "reported":
            reports.accept(duty, by=MembershipFactory(department=duty.department))
    assert Evidence.objects.get() == row


def test_proof_of_a_returned_report_stays_with_its_round(duty, deputy):
    row = evidence.add_file(duty, upload("а.pdf"), by=deputy)
    reports.report(duty, by=deputy)
    reports.return_(duty, by=MembershipFactory(department=duty.department), comment="Не то")
    with pytest.raises(Refused, match="держится доклад"):
        evidence.remove(Evidence.objects.get(pk=row.pk))


def test_draft_is_kept_until_the_report_is_sent(duty, deputy):
    evidence.save_draft(duty, link="", note="Обучение прошли девять родителей")
    duty.refresh_from_db()
    assert duty.draft["note"] == "Обучение прошли девять родителей"
    reports.report(duty, by=deputy, note=duty.draft["note"])
    duty.refresh_from_db()
    assert duty.draft == {}


def test_draft_of_a_duty_no_longer_open_is_not_kept(duty, deputy):
    reports.report(duty, by=deputy, note="Сделано")
    evidence.save_draft(duty, link="", note="Из забытой вкладки")
    duty.refresh_from_db()
    assert duty.draft == {}
