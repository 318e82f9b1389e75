"""The one way in which the domain says no to a person."""


class Refused(Exception):
    """What was asked for is not done, and asking again would not help.

    The message is Russian, for the screen, and says what stands in the way and what to do. A view shows it, a command
    prints it, a job fails with it.
    """
