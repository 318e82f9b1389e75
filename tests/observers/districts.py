"""Generated districts for the solver, and a checker that knows nothing of it."""

import datetime
import random
from itertools import combinations

from hypothesis import strategies as st

FIRST = datetime.date(2026, 4, 20)
SUBJECTS = ["МА", "РУ", "ОМ"]


def district(schools=60, sessions=600, observers=150, seed=1, days=20, willing=0.6, most=(3, 4, 5, 6, 8)):
    """The question for a district of this size; the same for the same ``seed``."""
    luck = random.Random(seed)
    calendar = [FIRST + datetime.timedelta(n) for n in range(days * 2)]
    calendar = [day for day in calendar if day.weekday() < 5][:days]
    places = [f"p{n}" for n in range(8)]

    def session(n):
        start = luck.choice([8, 9, 9, 9, 10, 11]) * 60 + luck.choice([0, 0, 30])
        end = start + luck.choice([45, 90])
        return {
            "id": f"v{n}",
            "school": f"s{luck.randrange(schools)}",
            "date": luck.choice(calendar).isoformat(),
            "start": f"{start // 60:02}:{start % 60:02}",
            "end": f"{end // 60:02}:{end % 60:02}",
            "class": "4А",
            "grade": 4,
            "subject": luck.choice(SUBJECTS),
            "needs": luck.choice([1, 1, 1, 2]),
            "place": luck.choice(places),
        }

    def observer(n):
        return {
            "id": f"o{n}",
            "works_at": [f"s{luck.randrange(schools)}"] * luck.choice([0, 1]),
            "children": [
                {"school": f"s{luck.randrange(schools)}", "class": "4А"}
                for _ in range(luck.choice([0, 0, 1, 2]))
            ],
            "subjects": luck.sample(SUBJECTS, luck.choice([0, 0, 1])),
            "trained": luck.random() < 0.95,
            "consent": luck.random() < 0.95,
            "available": [day.isoformat() for day in calendar if luck.random() < willing],
            "max": luck.choice(most),
            "place": luck.choice(places),
        }

    return {
        "sessions": [session(n) for n in range(sessions)],
        "observers": [observer(n) for n in range(observers)],
    }


# --- the checker: plain loops over the JSON ---------------------------------------------------------------------------


def minutes(text):
    return int(text[:2]) * 60 + int(text[3:5])


def meet(one, other):
    if one["date"] != other["date"]:
        return False
    if not all(session.get(key) for session in (one, other) for key in ("start", "end")):
        return True
    return minutes(one["start"]) < minutes(other["end"]) and minutes(other["start"]) < minutes(one["end"])


def may_go(observer, session):
    schools = set(observer["works_at"]) | {child["school"] for child in observer["children"]}
    return (
        observer["trained"]
        and observer["consent"]
        and session["school"] not in schools
        and (observer.get("available") is None or session["date"] in observer["available"])
    )


def faults(question, answer):
    """Everything that is wrong with a plan, in words; an empty list: it keeps the contract."""
    sessions = {one["id"]: one for one in question["sessions"]}
    observers = {one["id"]: one for one in question["observers"]}
    pairs = [tuple(pair) for pair in answer["assigned"]]
    found = []
    if len(pairs) != len(set(pairs)):
        found.append("a pair twice")
    of = {name: [sessions[s] for s, o in pairs if o == name] for name in observers}
    for session, observer in pairs:
        if not may_go(observers[observer], sessions[session]):
            found.append(f"{observer} may not go to {session}")
    for name, visits in of.items():
        if any(meet(one, other) for one, other in combinations(visits, 2)):
            found.append(f"{name} is at two places")
        most = observers[name].get("max")
        if most is not None and len(visits) > most:
            found.append(f"{name} goes {len(visits)} times")
        if answer["load"].get(name) != len(visits):
            found.append(f"load of {name}")
    fixed = {tuple(pair) for pair in question.get("fixed", [])}
    if not fixed <= set(pairs):
        found.append("a fixed pair fell")
    missing = {one["session"]: one["missing"] for one in answer["unfilled"]}
    for name, session in sessions.items():
        sent = sum(s == name for s, _ in pairs)
        forced = sum(s == name for s, _ in fixed)
        if sent > max(session["needs"], forced):
            found.append(f"too many at {name}")
        if missing.get(name, 0) != max(session["needs"] - sent, 0):
            found.append(f"missing at {name}")
        if name in missing:
            found += free_ones(name, sent, session, observers, of)
    found += [f"{one['session']} without a reason" for one in answer["unfilled"] if not one["reason"]]
    return found


def free_ones(name, sent, session, observers, of):
    """Those who could still go where somebody is missing."""
    return [
        f"{who} is free for {name}"
        for who, observer in observers.items()
        if session not in of[who]
        and may_go(observer, session)
        and not any(meet(session, other) for other in of[who])
        and (observer.get("max") is None or len(of[who]) < observer["max"])
    ]


def most_seats_by_trying(question):
    """The largest number of filled seats, by looking at every plan; for a handful of sessions."""
    sessions, observers = question["sessions"], question["observers"]

    def best(at, visits):
        if at == len(sessions):
            return 0
        session = sessions[at]
        free = [
            o
            for o in observers
            if may_go(o, session)
            and not any(meet(session, other) for other in visits[o["id"]])
            and (o.get("max") is None or len(visits[o["id"]]) < o["max"])
        ]
        result = 0
        for count in range(min(session["needs"], len(free)) + 1):
            for team in combinations(free, count):
                then = {**visits, **{o["id"]: [*visits[o["id"]], session] for o in team}}
                result = max(result, count + best(at + 1, then))
        return result

    return best(0, {o["id"]: [] for o in observers})


# --- for hypothesis --------------------------------------------------------------------------------------------------

DAYS = ["2026-04-20", "2026-04-21", "2026-04-22"]
SCHOOLS = ["A", "B", "C"]
HOURS = st.sampled_from(
    [("09:00", "10:00"), ("09:30", "11:00"), ("10:00", "10:45"), (None, None), ("12:00", None)]
)


@st.composite
def questions(draw, most_sessions=9, most_observers=6):
    """Small districts with everything that can stand in the way."""
    sessions = []
    for n in range(draw(st.integers(0, most_sessions))):
        start, end = draw(HOURS)
        sessions.append(
            {
                "id": f"v{n}", "school": draw(st.sampled_from(SCHOOLS)), "date": draw(st.sampled_from(DAYS)),
                "start": start, "end": end, "class": "4А", "grade": 4,
                "subject": draw(st.sampled_from(SUBJECTS)), "needs": draw(st.integers(0, 2)),
            }
        )  # fmt: skip
    observers = [
        {
            "id": f"o{n}",
            "works_at": draw(st.lists(st.sampled_from(SCHOOLS), max_size=1)),
            "children": [
                {"school": school, "class": "4А"}
                for school in draw(st.lists(st.sampled_from(SCHOOLS), max_size=1))
            ],
            "subjects": draw(st.lists(st.sampled_from(SUBJECTS), max_size=1)),
            "trained": draw(st.integers(0, 9)) > 0,
            "consent": draw(st.integers(0, 9)) > 0,
            "available": draw(st.none() | st.lists(st.sampled_from(DAYS), unique=True, min_size=1)),
            "max": draw(st.none() | st.integers(0, 4)),
        }
        for n in range(draw(st.integers(0, most_observers)))
    ]
    ids = [(s["id"], o["id"]) for s in sessions for o in observers]
    previous = draw(st.lists(st.sampled_from(ids), max_size=6, unique=True)) if ids else []
    return {"sessions": sessions, "observers": observers, "previous": [list(pair) for pair in previous]}
