"""What is judged, by which rules, and what a judgement says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MEAN, RAISED, SPIKE = "mean_outlier", "raised_marks", "threshold_spike"
HARD, COHORT = "hard_over_easy", "cohort_break"
CODES = (MEAN, RAISED, SPIKE, HARD, COHORT)
CAUTION = "Рассчитано порталом, не является официальным признаком; повод для анализа."


@dataclass(frozen=True)
class Rule:
    """A sign in words: its name, what is compared with what, and by which formula."""

    title: str
    rule: str
    formula: str


RULES = {
    MEAN: Rule(
        "Средний балл выше ожидаемого",
        "Средний первичный балл школы выше, чем бывает у школ муниципалитета с учётом числа учеников.",
        "z = (m − M) / √(τ² + s²/n): m — среднее школы, M — сравниваемых, s — разброс учеников, τ — обычное различие "
        "школ (по их средним, устойчиво к выбросам), n — учеников. Признак, если вероятность такого превышения p "
        "не больше уровня.",
    ),
    RAISED: Rule(
        "Отметки ВПР выше журнальных",
        "Доля учеников, чья отметка за ВПР выше отметки в журнале, больше ожидаемой доли.",
        "Точный бета-биномиальный критерий: p — вероятность получить столько же или больше повышений из n при "
        "ожидаемой доле (муниципалитета без этой школы или заданной отделом) и обычном различии школ.",
    ),
    SPIKE: Rule(
        "Всплеск на границе отметки",
        "На границе отметки учеников больше, а сразу под ней меньше, чем по плавной кривой распределения.",
        "Кривая — пуассоновская логлинейная модель всего распределения; статистика — избыток на границе минус баллы "
        "ниже неё на 1 (вес 1) и на 2 (вес ½), очищенная от оценки кривой; p — хвост её распределения (метод перевала, "
        "верен и при малом n) с поправкой Холма на число границ.",
    ),
    HARD: Rule(
        "Трудные задания лучше лёгких",
        "По сравнению с муниципалитетом трудные задания выполнены лучше, а лёгкие хуже.",
        "Разности логитов выполнения школы и сравниваемых: среднее по трудным заданиям минус среднее по лёгким, "
        "делённое на ошибку (выборка и обычное различие школ по заданиям). Без сравниваемых — трудные против лёгких.",
    ),
    COHORT: Rule(
        "Прошлый результат не подтверждён",
        "Те же ученики год назад показали результат заметно выше относительно муниципалитета, чем сейчас.",
        "z = (u₀ − u₁) / √(2·c² + 1/n₀ + 1/n₁): u — отклонение среднего школы от среднего сравниваемых в долях "
        "разброса учеников год назад и сейчас, c — обычное изменение за год.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """A department's thresholds. ``levels``: sign → level of p (no entry: the sign is switched off).

    By default the five levels share 5 %: an honest school is troubled by any of them at most so often.
    """

    levels: Mapping[str, float] = field(
        default_factory=lambda: {MEAN: 0.01, RAISED: 0.01, SPIKE: 0.02, HARD: 0.005, COHORT: 0.005}
    )
    least_group: int = 10  # pupils: below, means and shares are not judged
    least_distribution: int = 20  # pupils: below, a distribution is not judged
    informative: int = 50  # pupils: below, a judgement of a distribution is called approximate
    expected_raised: float = 0.20  # share of raised marks when the department's is not known
    judge_advanced: bool = False  # whether a high mean of a lyceum or gymnasium is a sign
    control: str = "bh"  # over schools × tests: "bh", "holm" or "none"
    false_share: float = 0.10  # what the control keeps below: share of false signs (bh), chance of any (holm)
    # How much honest schools differ; from the simulator and general knowledge, see docs/signs.md.
    school_share: float = 0.20  # of the variance of scores, between schools
    journal_share: float = 0.05  # intraclass correlation of raised marks
    roughness: float = 0.10  # of an honest distribution around the smooth curve, relative
    task_spread: float = 0.35  # logits: a school's honest luck with one task
    cohort_spread: float = 0.25  # honest change of a school in a year, in standard deviations of pupils


DEFAULTS = Rules()


@dataclass(frozen=True)
class Group:
    """Those a school is compared with, itself left out where that can be: the department or the region.

    ``schools``: (mean, pupils) of each, where known.
    """

    histogram: Sequence[int] = ()
    journal: Mapping[str, int] = field(default_factory=dict)
    schools: Sequence[tuple[float, int]] = ()


@dataclass(frozen=True)
class Task:
    """A task: ``level`` is "basic", "raised" or "high", ``mean`` and ``peer_mean`` are shares of its maximum."""

    level: str
    mean: float
    peer_mean: float | None = None


@dataclass(frozen=True)
class Cohort:
    """The same pupils a year ago: their distribution and that of those they were compared with."""

    histogram: Sequence[int]
    peers: Sequence[int]


@dataclass(frozen=True)
class Result:
    """One school in one test. Any part may be absent: what needs it says so."""

    histogram: Sequence[int] = ()
    thresholds: Mapping[str, int] = field(default_factory=dict)
    journal: Mapping[str, int] = field(default_factory=dict)
    tasks: Sequence[Task] = ()
    participants: int = 0
    peers: Group = Group()
    previous: Cohort | None = None
    advanced: bool = False

    @property
    def pupils(self) -> int:
        """How many sat the test, by whatever is known."""
        return self.participants or sum(self.histogram) or sum(self.journal.values())


@dataclass(frozen=True)
class Sign:
    """A judgement. ``p`` is None when there was nothing to judge by; ``at`` is the score of a spike.

    ``adjusted`` is p after the control over the department, None where one school was judged alone.
    """

    code: str
    found: bool
    p: float | None
    n: int
    enough_data: bool
    text: str
    at: int | None = None
    adjusted: float | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
