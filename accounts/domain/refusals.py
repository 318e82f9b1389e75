"""The one way a domain call of this app says no to a person."""


class Refused(Exception):
    """What was asked for cannot be done; the message is Russian, for the screen, and says what to do instead."""
