"""The schools' tables: `schools` the passports, `lists` the imports, `flags`, `vpr` the schedule, `results`."""

from schools.models.flags import FlagEvent, FlagQuerySet, ObjectivityFlag
from schools.models.lists import SchoolImport
from schools.models.results import VprResult
from schools.models.schools import Post, PostQuerySet, School, SchoolQuerySet, academic_year_of
from schools.models.vpr import Exam, ExamQuerySet, SessionQuerySet, VprCampaign, VprSession

__all__ = [
    "Exam",
    "ExamQuerySet",
    "FlagEvent",
    "FlagQuerySet",
    "ObjectivityFlag",
    "Post",
    "PostQuerySet",
    "School",
    "SchoolImport",
    "SchoolQuerySet",
    "SessionQuerySet",
    "VprCampaign",
    "VprResult",
    "VprSession",
    "academic_year_of",
]
