"""Rules for what follows another schedule."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from roadmaps.deadlines import schedules
from roadmaps.deadlines.events import Doubt, is_assessment, refuse_misspelt_vpr
from roadmaps.deadlines.lexicon import is_verb
from roadmaps.deadlines.merging import Piece
from roadmaps.deadlines.parts import VPR, BySchedule
from roadmaps.deadlines.reader import Reader
from roadmaps.deadlines.tokens import Token

_OUTCOMES = (("по", "итог"), ("по", "результат"))


class ScheduleRules(Reader):
    """«по графику ВПР», «согласно плану работы школы», «в дни проведения ВПР»."""

    def during_vpr(self) -> Piece | None:
        """«в период / дни / день / сроки / ходе проведения ВПР», «во время ВПР», «при проведении ВПР»."""
        if not (self.take("при") and self.at("проведение")):
            if not (self.take_all("в", "соответствие", "с") or self.take("согласно")):
                self.take("в", "на", "по")
            if not self.take("период", "день", "срок", "ход", "время", "дата", "процесс", "этап"):
                return None
        start = self.i
        stop = self.noun_phrase_end()
        words = [token for token in self.tokens[start:stop] if token.kind != "p"]
        bare = len(words) == 1 and words[0].value == "проведение"
        if not words or not (bare or is_assessment(words)):
            return None
        self.i = stop
        return BySchedule(VPR)

    def schedule(self) -> Piece | None:
        """«по графику …», «согласно плану …», «в соответствии с планом …», «в сроки, установленные графиком …»."""
        prefix = self._schedule_prefix()
        if prefix is None:
            return None
        adjectives = self._adjectives()
        head = self.peek()
        stem = schedules.head_of(head)
        if stem is None or (prefix == "named" and not schedules.is_nominative(head)):
            return None
        self.i += 1
        start = self.i
        stop = self._name_end()
        tail_tokens = self.tokens[start:stop]
        if schedules.is_weak(stem) and (prefix not in ("согласно", "соответствие") or not tail_tokens):
            return None
        self.i = stop
        return self._named_schedule(adjectives, head, tail_tokens)

    def another_schedule(self) -> Piece | None:
        """«по плану ВШК по графику ВПР»: a second plan inside the name of the first; «план … по программе …» is one."""
        start = self.i
        self.take("по")
        self._adjectives()
        named = self.at("план", "график", "план-график", "расписание", "циклограмма")
        self.i = start
        return self.schedule() if named else None

    def _named_schedule(self, adjectives: list[Token], head: Token, tail: Sequence[Token]) -> Piece:
        words = [token for token in tail if token.kind != "p"]
        refuse_misspelt_vpr(words)
        if any(one.value == "при" or (one.value, two.value) in _OUTCOMES for one, two in pairwise(words)):
            raise Doubt("Это название плана или ещё и событие? Разделите их запятой.")
        if words and tail[0].value == "-":
            raise Doubt(f"Не понято: «{head.raw}-{words[0].raw}». Напишите название плана полностью.")
        if schedules.is_vpr(adjectives, head, words):
            return BySchedule(VPR)
        return BySchedule(schedules.name(adjectives, head, self._printed_tail(head, tail)))

    def _printed_tail(self, head: Token, tail: Sequence[Token]) -> str:
        """The rest of the name as printed; «графику, утвержденному …» becomes «график, утвержденный …»."""
        if not tail:
            return ""
        end = self._printed_end(tail[-1])
        for comma, participle in pairwise(tail):
            if (
                comma.value == ","
                and participle.kind == "x"
                and schedules.is_adjective(str(participle.value))
                and schedules.agrees(participle, head)
            ):
                before, after = self.text[head.end : comma.start], self.text[participle.end : end]
                return _squeezed(f"{before}, {schedules.agreed(participle, head)}{after}")
        return _squeezed(self.text[head.end : end])

    def _printed_end(self, last: Token) -> int:
        """Where the name ends in the text: a closing quote and an abbreviation's dot belong to it."""
        end = last.end
        following = self.text[end : end + 1]
        abbreviated = following == "." and last.value == "год" and last.form in ("г", "гг")
        return end + (following in ("»", "”", '"') or abbreviated)

    def _schedule_prefix(self) -> str | None:
        if self.take("по"):
            return "по"
        if self.take("согласно"):
            self.take("с")
            return "согласно"
        if self.take_all("в", "соответствие", "с"):
            return "соответствие"
        if self.at("план", "график", "план-график", "расписание") or self.peek().kind == "x":
            return "named"
        return None

    def _adjectives(self) -> list[Token]:
        found: list[Token] = []
        while len(found) < 4 and schedules.head_of(self.peek()) is None:
            token = self.peek()
            if token.kind not in ("x", "w", "loop", "goes") or not schedules.is_adjective(token.form):
                break
            found.append(token)
            self.i += 1
        return found

    def _name_end(self) -> int:
        index = self.i
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.kind == "p" and token.value in (";", "(", ")", ":"):
                break
            if token.kind == "x" and is_verb(str(token.value)):
                break
            rules = self.RULES if token.value in (",", "и") else self.INSIDE_NAME
            if self.begins_piece(index, rules):
                break
            index += 1
        return index

    def agreed_terms(self) -> Piece | None:
        """«в сроки, установленные Рособрнадзором», «в установленные сроки» (a question)."""
        if not self.take_all("в", "срок"):
            return None
        start = self.i - 1
        self.take(",")
        if not self.take_stem("установлен", "утвержден", "определен", "указан", "предусмотр"):
            return None
        self.take("в", "согласно")
        adjectives = self._adjectives()
        head, tail_from = self.peek(), self.i + 1
        stop = self._name_end()
        if stop == self.i:
            raise Doubt("Кем установлены сроки? Назовите график или напишите даты.")
        self.i = stop
        tail = [token for token in self.tokens[tail_from:stop] if token.kind != "p"]
        if schedules.head_of(head) and schedules.is_vpr(adjectives, head, tail):
            return BySchedule(VPR)
        printed = self.text[self.tokens[start].end : self._printed_end(self.tokens[stop - 1])]
        return BySchedule(f"{self.tokens[start].form.replace('ках', 'ки')}{_squeezed(printed)}")


def _squeezed(text: str) -> str:
    return " ".join(text.split()).rstrip(" ,;:-").lstrip(" ;:-")
