"""The expressions that name a day by themselves: "next Friday", "end of March", "20.3.", "in two weeks"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from reminderbot.replies.dates import calendar as cal
from reminderbot.replies.dates import meanings as say
from reminderbot.replies.dates.meanings import Told

# The values of the signs in the groups of a rule, and the day of receipt.
Rule = Callable[[Sequence[Any], date], Told]

# Articles and prepositions without a meaning of their own may stand between.
_ = "[g%VDJ]{0,3}"
DAY = "[nor*Oc]"
UNIT = "[dkqYHB]"
NUMBER = "[ncx#r]"
MONTH = "[Mm]"
# What may follow a bare number that is a day: the end of the clause.
_END = "(?=$|[,|t:slfaz@&<'U-])"
_CLAUSE_END = "(?=$|[,|t:slf@&U])"

_REPEATED = "[DJ]?d?(?:([noO*])d?(B)?)"


RULES: list[tuple[str, str, Rule]] = [
    # (signs of which one must be there, the expression, what it means)
    ("T", "(T)", lambda v, t: say.relative(v[0], t)),
    # the day after: of today, or of the day named before it (see `about`)
    ("2", "2", lambda _v, t: t + timedelta(1)),
    ("u", "u", lambda _v, t: t),
    # this afternoon, ce soir
    ("s", "Ss", lambda _v, t: t),
    # in the course of the day
    ("d", "i[gDJ]d|S d", lambda _v, t: t),
    # Friday; this Friday; Friday of this week
    ("W", "(W)", lambda v, t: cal.coming(v[0], t)),
    ("W", f"S(?:{_}[XC])?{_}(W)|(?<!-)C{_}(W)|(W){_}C", lambda v, t: cal.coming(say.first(v), t)),
    ("W", f"(W),?{_}S{_}k|S{_}k,?{_}(W)", lambda v, t: say.this_weekday(say.first(v), t)),
    # next Friday; Friday next week; next week on Friday
    ("W", f"X{_}(W)|(W){_}X", lambda v, t: cal.of_week(say.first(v), t, 1)),
    (
        "k",
        f"(W),?{_}[XC]{_}k|(W),?{_}k{_}[XC]|[XC]{_}k,?{_}(W)|k{_}[XC],?{_}(W)",
        lambda v, t: cal.of_week(say.first(v), t, 1),
    ),
    ("A", f"A{_}(W)|(W){_}A|A{_}k,?{_}(W)|(W),?{_}A{_}k|(W),?{_}k{_}A", lambda v, t: cal.of_week(say.first(v), t, 2)),
    # Friday week; Friday fortnight; a week on Friday; Freitag in einer Woche
    ("k", "(W)k(?![XCAn#])", lambda v, t: cal.coming(v[0], t) + timedelta(7)),
    # tomorrow week, as the Irish and the British say
    ("T", "(?<![~f])(T)k(?![XCAn#])", lambda v, t: t + timedelta(v[0] + 7) if v[0] >= 0 else False),
    ("k", "(?<![ncx#SXCALebj%gV])k(W)", lambda v, t: cal.coming(v[0], t) + timedelta(7)),
    # this day week
    ("k", "Sdk", lambda _v, t: t + timedelta(7)),
    ("F", f"(W)F|(?:c{_})?F{_}(W)", lambda v, t: cal.coming(say.first(v), t) + timedelta(14)),
    ("k", f"([cn]){_}k{_}(W)", lambda v, t: cal.coming(v[1], t) + timedelta(7 * v[0])),
    ("k", f"(W){_}i{_}([cn]){_}k", lambda v, t: cal.coming(v[0], t) + timedelta(7 * v[1])),
    # not this Friday but the one after
    (
        "W",
        f"(?:!{_})?(?:S{_})?(W),?&?,?{_}1|!{_}(?:S{_})?(W),?&?,?{_}X(?=$|[,-])|(W),?!(?:{_}Sc?)?,?&?,?{_}[1X](?=$|[,-])",
        lambda v, t: cal.coming(say.first(v), t) + timedelta(7),
    ),
    # Freitag Morgen, which is no "tomorrow"
    ("T", "(W)[us]?T", lambda v, t: cal.coming(v[0], t)),
    # first Friday of next month; last Friday of March
    # the second Wednesday; the first Friday of the month
    ("W", f"[gDJV]([Oo]){_}(W)(?:i?{_}(?:S{_})?q)?(?![XCAN1])", lambda v, t: say.next_nth_weekday(int(v[0]), v[1], t)),
    ("W", f"([Oo*]){_}(W)i?{_}(M)", lambda v, t: say.nth_of(v[0], v[1], v[2], t)),
    ("W", f"([Oo*]){_}(W){_}(?:X{_}q|q{_}X)", lambda v, t: say.nth_weekday(v[0], v[1], *cal.month_after(t, 1))),
    ("W", f"L{_}(W){_}(M)", lambda v, t: say.last_weekday(v[0], cal.last_of_month(say.year_of(v[1], t), v[1] + 1))),
    ("W", f"L{_}(W){_}(?:S{_})?q", lambda v, t: say.last_weekday(v[0], cal.month_end(t))),
    ("B", f"L{_}B{_}i?(M)", lambda v, t: say.last_working_day(cal.last_of_month(say.year_of(v[0], t), v[0] + 1))),
    ("B", f"L{_}B{_}3{_}q", lambda _v, t: say.last_working_day(cal.month_end(t))),
    ("B", f"L{_}B{_}(?:S{_})?q", lambda _v, t: say.last_working_day(cal.month_end(t))),
    ("B", f"L{_}B{_}(?:X{_}q|q{_}X)", lambda _v, t: say.last_working_day(cal.month_end(t, 1))),
    # the fifth working day; the first business day of May; el quinto día hábil del próximo mes
    ("B", f"([Oo*]){_}B", lambda v, t: say.next_nth_working_day(v[0], t)),
    ("B", f"([Oo*]){_}B{_}i?(M)", lambda v, t: say.nth_working_day(v[0], say.year_of(v[1], t), v[1] + 1)),
    ("B", f"([Oo*]){_}B{_}(?:X{_}q|q{_}X)", lambda v, t: say.nth_working_day(v[0], *cal.month_after(t, 1))),
    # the 10th and the 25th of every month; always on the fifth working day; no day in "every 2 weeks"
    ("3", f"{_REPEATED}(?:,?[-|<'&]{{0,2}}{_}{_REPEATED})?{_}3{_}q", say.repeated),
    (
        "3",
        f"3{_}[<']?{_}{_REPEATED}(?:,?[-|<'&]{{0,2}}{_}{_REPEATED})?(?<![nc]d)(?!(?<=[nc])[qQY])(?!{_}[MmdkHF])",
        say.repeated,
    ),
    # 20 March; Friday, 20 March 2026; March 20th
    (
        "M",
        f"(?:(W),?{_})?({DAY})d?,?{_}(M)(?:,?i?{_}(y))?",
        lambda v, t: say.day_month(v[0], v[1], v[2], v[3], t),
    ),
    ("m", f"(?:(W),?{_})?([nor*O]),?{_}(m)(?:,?i?{_}(y))?", lambda v, t: say.day_month(v[0], v[1], v[2], v[3], t)),
    (
        "M",
        f"(?:(W),?{_})?(M)(?:,?{_}([r*O])|{_}([no])|,([no]){_CLAUSE_END})(?:,?i?{_}(y))?(?!{_}[kdqHB])",
        lambda v, t: say.day_month(v[0], say.first(v[2:5]), v[1], v[5], t),
    ),
    ("m", f"(?:(W),?{_})?(m),?{_}([nor*O])(?:,?i?{_}(y))?", lambda v, t: say.day_month(v[0], v[2], v[1], v[3], t)),
    ("c", f"([Mm]){_}(c)(?!{_}[kdqHB])", lambda v, t: say.day_month(None, say.large(v[1]), v[0], None, t)),
    (
        "M",
        f"([nor*]){_}(M)([n#])(?!t|{_}[kdqHB])",
        lambda v, t: say.day_month(None, v[0], v[1], say.short_year(v[2], t), t),
    ),
    # vom 2. bis zum 13. März; du 2 au 16 mars; the 10th and 15th of March
    (
        "Mm",
        f"(?:[no*O]{_}[|<']|[o*O]-|D[no]-){_}([no*O]){_}([Mm])(?:,?i?{_}(y))?",
        lambda v, t: say.day_month(None, v[0], v[1], v[2], t),
    ),
    ("Z", f"(?:[noO]{_}[|<']|[oO]-){_}(Z)", lambda v, _t: say.numeric(None, v[0])),
    # am siebten vierten; el 17 del 11
    ("D", f"(?:(W),?{_})?D([noO])([noO])", lambda v, t: say.day_month(v[0], v[1], v[2] - 1, None, t)),
    ("V", f"[DV]([nO])V([n])(?!{_}[-kdqHBRI])", lambda v, t: say.day_month(None, v[0], v[1] - 1, None, t)),
    (
        "W",
        f"(W),?{_}([noO])([oO])|(W),?{_}([noO])([n])(?!{_}[-kdqHBRI])",
        lambda v, t: say.day_month(say.first(v[::3]), say.first(v[1::3]), say.first(v[2::3]) - 1, None, t),
    ),
    # 20.3.; Friday 3/20; 2026-03-20
    ("Z", f"(?:(W),?{_})?(Z)", lambda v, _t: say.numeric(v[0], v[1])),
    # Friday the 13th; Monday 21; martes once
    (
        "Ww",
        f"([Ww])(?:,?[gDJ]|,)?{_}d?([or*])(?!{_}[kdqHBMI#])|([Ww])(?:,?[gDJ])?{_}d?([nc])(?!{_}[kdqHBMI#>])",
        lambda v, t: cal.weekday_and_day(say.first(v[::2]), int(say.first(v[1::2])), t),
    ),
    ("O", f"(W),?[gDJV]{_}d?(O)", lambda v, t: cal.weekday_and_day(v[0], int(v[1]), t)),
    # sat; bis fr
    ("w", f"[wW][|]{_}(w)|w[|]{_}(W)", lambda v, t: cal.coming(say.first(v), t)),
    ("w", "(?<=[<'Df])(w)|(w)s|(w)(?=,?$)|[SXC](w)", lambda v, t: cal.coming(say.first(v), t)),
    # the 20th; le 15; am 15.; dia quinze
    ("*", f"([*])(?!{_}[IRkE])", lambda v, t: cal.day_of_month(v[0], t)),
    ("D", f"Dd?([no])(?![ntx#MIkdqHBRWE]|{_}[kdqHB])", lambda v, t: cal.day_of_month(v[0], t)),
    ("V", f"V(?:d)?([no]){_END}", lambda v, t: cal.day_of_month(v[0], t)),
    ("d", f"(?<![cnx#])d([no])(?![ntx#MIkqHBRWE]|{_}[kdqHB])", lambda v, t: cal.day_of_month(v[0], t)),
    ("d", f"d([cO])(?={_}$|[,|ts])", lambda v, t: cal.day_of_month(v[0], t)),
    ("O", f"[DJ<'V]{_}(O)d?{_CLAUSE_END}", lambda v, t: cal.day_of_month(v[0], t)),
    ("D", f"D([c]){_CLAUSE_END}", lambda v, t: cal.day_of_month(v[0], t)),
    ("J", f"(?<=[<'f])J([no]){_CLAUSE_END}", lambda v, t: cal.day_of_month(v[0], t)),
    ("o", f"[<'J]{_}(o)(?!I)", lambda v, t: cal.day_of_month(v[0], t)),
    ("r", f"[DVJ](r){_CLAUSE_END}", lambda v, t: cal.day_of_month(v[0], t)),
    # the 15th of this month; am 15. des nächsten Monats; on the 1st of the month
    (
        "q",
        f"([noO*]){_}d?[g%VDJ]{{1,3}}(?:S{_})?q|([noO*]){_}d?{_}S{_}q",
        lambda v, t: cal.day_of_month(say.first(v), t),
    ),
    ("S", f"([noO*])VS{_CLAUSE_END}|SDd?([no])|S{_}d([no])|S{_}([*])", lambda v, t: cal.day_of_month(say.first(v), t)),
    ("X", f"[DVg]X{_}d?([no*O])(?!{_}[kdqHBMI])", lambda v, t: cal.day_of_month(v[0], t)),
    (
        "q",
        f"([noO*c]){_}d?{_}(?:[XC]{_}q|q{_}[XC])|(?:[XC]{_}q|q{_}[XC]),?{_}([noO*])",
        lambda v, t: date(*cal.month_after(t, 1), int(say.first(v))),
    ),
    # in two weeks; within the next 10 days; dans les 10 prochains jours; in 3 to 5 days
    (
        "i",
        f"i{_}(?:X{_})?(?:{NUMBER}[|<])?({NUMBER}){_}(?:X{_})?({UNIT})(?:>|[az]N)?(?!\\||[kdqHB]|[az][g%VDJ]{{0,3}}[TWZMhGA*o])",
        lambda v, t: say.span(v[0], v[1], t),
    ),
    # in 3 days, on Friday; Friday three days from now
    ("W", f"i{_}({NUMBER}){_}([kdq])[<'gD,]{{0,2}}(W)", lambda v, t: cal.nearest(v[2], say.span(v[0], v[1], t))),
    ("W", f"(W){_}({NUMBER}){_}([kdq]){_}>", lambda v, t: cal.nearest(v[0], say.span(v[1], v[2], t))),
    ("|", f"i{_}(c)({UNIT})\\|([cn])(?!{_}[kdqHB])", lambda v, t: say.span(v[2], v[1], t)),
    (
        "X",
        f"[g'DJ]{_}X({NUMBER})({UNIT})|[g'DJ]({NUMBER})X({UNIT})",
        lambda v, t: say.span(say.first(v[::2]), say.first(v[1::2]), t),
    ),
    (">", f"(?:{NUMBER}[|<])?({NUMBER}){_}({UNIT})[>N]", lambda v, t: say.span(v[0], v[1], t)),
    # two weeks today, a week tomorrow
    ("T", f"({NUMBER}){_}([kq])(T)", lambda v, t: say.span(v[0], v[1], t + timedelta(max(v[2], 0)))),
    # sous 48h
    ("t", f"i{_}([n#])t", lambda v, t: say.span(v[0], "H", t)),
    # the whole answer: "2 weeks", "10 days max"
    ("dkqQYHB", f"^[<']?(?:{NUMBER}[|<])?({NUMBER})({UNIT})[l,]?$", lambda v, t: say.span(v[0], v[1], t)),
    ("F", f"(?:i{_})?(?:c{_})?(F)>?", lambda _v, t: t + timedelta(14)),
    ("F", f"(?:i{_})?([nc])F>?", lambda v, t: t + timedelta(14 * v[0])),
    # two weeks ago; hace dos semanas; vor drei Tagen
    (
        "P",
        f"P{_}(?:{NUMBER}|9){_}[dkqQYHBFE]|(?:{NUMBER}|9){_}[dkqQYHBFE]{_}P",
        lambda _v, _t: False,
    ),
    ("f", f"f(?:{NUMBER}|9)[dkqY]", lambda _v, _t: False),
    # two months after next Friday
    ("A", f"({NUMBER})({UNIT})A{_}(W)", lambda v, t: say.span(v[0], v[1], cal.of_week(v[2], t, 1))),
    # two weeks before Christmas, three weeks after Easter
    ("G", f"({NUMBER}){_}({UNIT}){_}([fa]){_}(G)", say.beside),
    ("h", f"({NUMBER}){_}({UNIT}){_}([fa]){_}(h)", say.beside),
    ("a", f"a{_}[Gh]", lambda _v, _t: None),
    # the Friday before last
    ("L", f"[WdkqYEM]fL(?!{_}[WdkqQYEM])", lambda _v, _t: False),
    ("L", f"L{_}(?:[ncx9]{_})?[dkqQYE]|[dkqQYE]{_}L|L{_}W|W{_}L|L{_}M|M{_}L", lambda _v, _t: False),
    # end of the month, mid next week, Anfang nächster Woche, la semana que viene
    ("kqQYE", f"([ebj]){_}([SXCA])?{_}([kqQYE])", lambda v, t: say.period(v[0], v[1], v[2], t)),
    ("kqQYE", f"([ebj]){_}([kqQYE]){_}([SXCA])", lambda v, t: say.period(v[0], v[2], v[1], t)),
    ("kqQYE", f"([SXCA]){_}([kqQE])", lambda v, t: say.period(None, v[0], v[1], t)),
    ("kqQYE", f"(?<![ncx#])([kqQE]){_}([SXCA])", lambda v, t: say.period(None, v[1], v[0], t)),
    ("S", f"SC{_}k", lambda _v, t: say.period(None, "X", "k", t)),
    ("k", "i[gDJ]?k(?![n#%Vz])", lambda _v, t: cal.end_of_this_week(t)),
    # within the month
    ("q", "i[gDJ]q(?![n#%Vz])", lambda _v, t: cal.month_end(t)),
    # before the weekend; after the weekend
    ("E", f"[f<]{_}(?:S{_})?E", lambda _v, t: cal.end_of_this_week(t)),
    ("E", f"a{_}(?:S{_})?E", lambda _v, t: cal.of_week(cal.MONDAY, t, 1)),
    ("E", "(?<=[DVJgi'])E", lambda _v, t: say.period(None, None, "E", t)),
    # end of March, in April, next April
    ("M", f"([ebj])[g%DJV-]?{_}(M)(?:{_}(y))?", lambda v, t: say.named_month(v[0], v[1], v[2], t)),
    ("m", f"([ebj]){_}(m)(?:{_}(y))?", lambda v, t: say.named_month(v[0], v[1], v[2], t)),
    ("M", f"i{_}(?:[SX]{_})?(M)(?:{_}(y))?", lambda v, t: say.named_month(None, v[0], v[1], t)),
    ("m", f"i(m)(?:{_}(y))?", lambda v, t: say.named_month(None, v[0], v[1], t)),
    ("M", f"[SXC]{_}(M)|(M){_}[X]", lambda v, t: say.named_month(None, say.first(v), None, t)),
    # before Christmas, by the new year; Easter
    ("G", f"(?:[f<']{_}(?:X{_})?)?(?<![-i])(G)(?:{_}(y))?", lambda v, t: cal.holiday(v[0], v[1], t) - timedelta(1)),
    ("G", f"i{_}G", lambda _v, _t: None),
    ("h", f"(?:X{_})?(?<!-)(h)(?:{_}(y))?", lambda v, t: cal.holiday(v[0], v[1], t)),
    ("2", f"2{_}([Gh])", lambda v, t: cal.holiday(v[0], None, t) + timedelta(1)),
    ("d", f"d{_}a{_}([Gh])", lambda v, t: cal.holiday(v[0], None, t) + timedelta(1)),
    ("h", f"f{_}(h)(?:{_}(y))?", lambda v, t: cal.holiday(v[0], v[1], t) - timedelta(1)),
    # KW 12, semaine 12
    ("K", "K([n#])", lambda v, t: say.calendar_week(v[0], t)),
    ("k", f"(?<![ncx#])k([n#])(?![kdqHBMtn]|{_}[kdqM])", lambda v, t: say.calendar_week(v[0], t)),
    # soon, in a few days, payday
    ("v", "v", lambda _v, _t: None),
    ("U", "U", lambda _v, _t: None),
    ("9", f"(?:i{_})?(?:X{_})?9{_}[dkqHB]", lambda _v, _t: None),
    ("XC", f"(?:i{_})?[dHB]X|i{_}X[dH]|[g'DJ][XC]d", lambda _v, _t: None),
    ("p", "p", lambda _v, _t: False),
]
DOUBTFUL: list[tuple[str, str, Rule]] = [
    # first week of April
    ("k", f"([Oo*]){_}k{_}(M){_}[<',]?{_}(W)", lambda v, t: say.nth_of(v[0], v[2], v[1], t)),
    ("k", f"([O1o*nb]){_}k{_}(M)", lambda v, t: say.week_of_month(v[0], v[1], t)),
]


@cache
def compiled(expression: str) -> re.Pattern[str]:
    """The expression, compiled when first needed."""
    return re.compile(expression)
