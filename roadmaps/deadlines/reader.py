"""Walking over the tokens of a phrase: the ground the grammar's rules stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from roadmaps.deadlines.events import Doubt
from roadmaps.deadlines.lexicon import is_verb
from roadmaps.deadlines.merging import Piece
from roadmaps.deadlines.parts import Period
from roadmaps.deadlines.tokens import Token

END = Token("end", "", 0, 0, "")
_BUDGET = 400  # pieces tried for one phrase: real phrases need a dozen or two
_LONGEST_NAME = 30  # tokens in the name of an event

Rule: TypeAlias = Callable[[Any], Piece | None]
Rules: TypeAlias = Mapping[str, tuple[Rule, ...]]


class Reader:
    """One phrase being read. `text` is what the tokens were cut from."""

    # Which rules a token starts: anywhere, inside a schedule's name, inside an event's name. The grammar fills them.
    RULES: ClassVar[Rules] = {}
    INSIDE_NAME: ClassVar[Rules] = {}
    INSIDE_EVENT: ClassVar[Rules] = {}

    def __init__(self, tokens: Sequence[Token], text: str, period: Period) -> None:
        """Stand before the first token."""
        self.tokens = tokens
        self.text = text
        self.period = period
        self.i = 0
        self.budget = _BUDGET
        self._padded = [*tokens, *[END] * 8]

    def peek(self, ahead: int = 0) -> Token:
        """The token `ahead` (fewer than 8) of the current one; an «end» token beyond the last and before the first."""
        return self._padded[self.i + ahead]

    def at(self, *values: str, ahead: int = 0) -> bool:
        """Whether a word (lemma) or sign stands there."""
        token = self.peek(ahead)
        return token.value in values and token.kind in ("w", "p")

    def take(self, *values: str) -> bool:
        """Step over one of the words or signs, if it stands there."""
        if self.at(*values):
            self.i += 1
            return True
        return False

    def take_all(self, *values: str) -> bool:
        """Step over the words in this order, all or none."""
        if all(self.at(value, ahead=ahead) for ahead, value in enumerate(values)):
            self.i += len(values)
            return True
        return False

    def take_stem(self, *stems: str) -> bool:
        """Step over a word beginning with one of the stems, whatever the grammar takes it for."""
        if self.stem_at(*stems):
            self.i += 1
            return True
        return False

    def stem_at(self, *stems: str, ahead: int = 0) -> bool:
        """Whether a word beginning with one of the stems stands there."""
        token = self.peek(ahead)
        return token.kind in ("x", "w") and token.form.startswith(stems)

    def step(self) -> bool:
        self.i += 1
        return True

    def small(self, ahead: int) -> int:
        value = self.peek(ahead).value
        return value if isinstance(value, int) else 0

    def ends_here(self, ahead: int) -> bool:
        return self.peek(ahead) is END

    def stands_after(self, sign: str) -> bool:
        return self.i > 0 and self.tokens[self.i - 1].value == sign

    def begins_line(self) -> bool:
        """Whether the token is the first of a line after the first."""
        return self.i > 0 and "\n" in self.text[self.tokens[self.i - 1].end : self.peek().start]

    def recurs(self) -> bool:
        """«март, 2 раза в год»: the number begins another piece."""
        return self.peek().kind == "n" and self.at("раз", ahead=1)

    def than(self) -> None:
        """«не позднее(, чем)»."""
        if not self.take("чем"):
            self.take_all(",", "чем")

    def time_of_day(self) -> bool:
        """Step over «18:00», «12.00 часов мск»."""
        if self.peek().kind != "time":
            return False
        self.i += 1
        self.take("час")
        self.take("мск")
        return True

    def begun_stretch(self) -> bool:
        """Step over «в течение», «на протяжении»."""
        begun = (
            self.take_all("в", "течение")
            or self.take_all("в", "продолжение")
            or self.take_all("на", "протяжение")
        )
        return begun or self.take("втечение", "течение")

    def piece(self, rules: Rules | None = None) -> Piece | None:
        """Read one piece by the rules its first token starts; None (and no step) when none fits."""
        self.budget -= 1
        if self.budget < 0:
            raise Doubt("Фраза слишком запутана. Напишите срок короче.")
        token = self.peek()
        key = str(token.value) if token.kind == "w" else token.kind
        for rule in (self.RULES if rules is None else rules).get(key, ()):
            start = self.i
            found = rule(self)
            if found is not None:
                return found
            self.i = start
        return None

    def noun_phrase_end(self) -> int:
        index = self.i
        while index < min(len(self.tokens), self.i + _LONGEST_NAME):
            token = self.tokens[index]
            if token.kind == "p" and token.value in (";", "(", ")", ":"):
                break
            if token.kind == "x" and is_verb(str(token.value)):
                break
            if index > self.i and self.begins_piece(
                index, self.RULES if token.value == "," else self.INSIDE_EVENT
            ):
                break
            index += 1
        return index

    def begins_piece(self, index: int, rules: Rules) -> bool:
        """Whether another piece begins at the token (or after it, when it is a comma)."""
        token = self.tokens[index]
        if token.kind == "x":
            return False
        here = self.i
        self.i = index + 1 if token.value in (",", "и") else index
        try:
            if self._belongs_to_noun(index):
                return False
            return self.piece(rules) is not None
        except Doubt:
            return True
        finally:
            self.i = here

    def _belongs_to_noun(self, index: int) -> bool:
        """«план на март», «итоги 1 полугодия», «в 2022 году»: a time that only describes the noun."""
        token = self.tokens[index]
        before = self.tokens[index - 1] if index else END
        if before.value in ("на", "за", "-", "/"):
            return True
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else END
        if token.value == "в" and isinstance(following.value, int) and following.value >= 1990:
            return True
        if token.kind == "month":
            return token.form.endswith(("я", "а"))
        if token.kind in ("n", "ord", "roman") and following.kind == "w":
            genitive = following.value in ("полугодие", "квартал", "четверть") and following.form[-1] in "яаи"
            return genitive or following.value in ("год", "учебный")
        return False
