"""The schools' tables: `schools` the passports, `changes` what became of them, `lists` the imports, `flags`, `vpr` the
campaign and its days, `schedule` what is around the days, `results`, `official` lists of schools with signs, `notes` on
results.
"""

from schools.models.changes import SchoolChange
from schools.models.flags import FlagEvent, FlagQuerySet, ObjectivityFlag
from schools.models.lists import SchoolImport
from schools.models.notes import NoteSchool, ResultNote
from schools.models.official import OfficialList, OfficialMark
from schools.models.results import ResultImport, SubjectName, VprResult
from schools.models.schedule import AbsentGrade, ScheduleImport, SessionEvent
from schools.models.schools import Post, PostQuerySet, School, SchoolQuerySet, academic_year_of
from schools.models.signs import ComputedSign, SignRun, SignSettings
from schools.models.vpr import CampaignQuerySet, Exam, ExamQuerySet, SessionQuerySet, VprCampaign, VprSession

__all__ = [
    "AbsentGrade",
    "CampaignQuerySet",
    "ComputedSign",
    "Exam",
    "ExamQuerySet",
    "FlagEvent",
    "FlagQuerySet",
    "NoteSchool",
    "ObjectivityFlag",
    "OfficialList",
    "OfficialMark",
    "Post",
    "PostQuerySet",
    "ResultImport",
    "ResultNote",
    "ScheduleImport",
    "School",
    "SchoolChange",
    "SchoolImport",
    "SchoolQuerySet",
    "SessionEvent",
    "SessionQuerySet",
    "SignRun",
    "SignSettings",
    "SubjectName",
    "VprCampaign",
    "VprResult",
    "VprSession",
    "academic_year_of",
]
