"""News for the apps that work by a department's settings; sent inside the transaction."""

from django.dispatch import Signal

# With ``department`` and ``by`` (a Membership): days off or on were named, the working week is another one. A receiver
# answers with sentences: what it did about it.
calendar_changed = Signal()
