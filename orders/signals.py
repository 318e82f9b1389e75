"""News for the apps that issued an order. Sent inside the transaction, with ``order`` and ``by`` (a Membership)."""

from django.dispatch import Signal

order_signed = Signal()
order_returned = Signal()  # registered or draft → the issuing app may edit its source again
order_voided = Signal()
order_repealed = Signal()
order_repealing = (
    Signal()
)  # with ``order`` only; a receiver answers with sentences: what repealing it would do
order_publishing = (
    Signal()
)  # with ``order`` only; a receiver may answer with `Check`s: what its paper tells everybody
order_checked = (
    Signal()
)  # with ``order`` only; a receiver may answer with `orders.domain.checklist.Check`s of its own
