"""Days as people may type them."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError

EARLIEST, LATEST = datetime.date(1950, 1, 1), datetime.date(2100, 12, 31)


def sane_day(day: datetime.date) -> None:
    """A validator of form fields: a slip in the year is named, and no reckoning from the day can run out of dates."""
    if not EARLIEST <= day <= LATEST:
        raise ValidationError(f"{day:%d.%m}.{day.year}: проверьте год.")
