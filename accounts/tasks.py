"""Background work of this app."""

from smtplib import SMTPException

from celery import shared_task

from accounts.domain import passwords


@shared_task(autoretry_for=(SMTPException, OSError), retry_backoff=30, max_retries=5)
def send_password_reset(email: str) -> None:
    """Half an hour of tries; the person may ask again at any time."""
    passwords.send_reset(email)
