"""The one way in which reading gives up."""


class Unreadable(ValueError):
    """No roadmap can be read from this file; `message` says why and `remedy` what to do, both in Russian."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
