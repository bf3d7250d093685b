"""What customers say of days, said on Wednesday 4 March 2026: "-" is no day, "?" one that cannot be told."""

from __future__ import annotations

from datetime import date

import pytest

from reminderbot.replies import tables
from reminderbot.replies.extract import days_in
from reminderbot.replies.words import tokens

WEDNESDAY = date(2026, 3, 4)
LOCALES = {
    "en": "en-GB",
    "us": "en-US",
    "es": "es-ES",
    "fr": "fr-FR",
    "de": "de-DE",
    "pt": "pt-BR",
    "it": "it-IT",
    "nl": "nl-NL",
}

SAID = {
    "en": """
        we'll pay this coming Monday                             03-09
        the day after                                            03-05
        board meets on the 12th and checks go the day after      03-12, 03-13
        the second Wednesday                                     03-11
        home Friday week and paying then                         03-13
        by Thanksgiving                                          11-26
        by Labor Day                                             09-07
        fair cop                                                 -
        we close for Christmas on the 19th                       03-19
        the first Friday of the month                            03-06
        the first Monday of the month                            04-06
        the second Friday in April                               04-10
        before the month is out                                  03-31
        Monday week                                              03-16
        Friday week                                              03-13
        a week on Friday                                         03-13
        Friday after next                                        03-20
        not this Friday but the one after                        03-13
        not Monday but Tuesday                                   03-10
        Thursday or Friday                                       03-06
        by Friday latest                                         03-06
        before Friday                                            03-05
        before the 20th                                          03-19
        before the end of the month                              03-31
        by the weekend                                           03-06
        over the weekend                                         03-08
        after the weekend                                        03-09
        next weekend                                             03-15
        b4 the wkend                                             03-06
        first thing Monday                                       03-09
        first thing tomorrow morning                             03-05
        tmrw                                                     03-05
        tmw                                                      03-05
        2moro                                                    03-05
        tomo                                                     03-05
        tonight                                                  03-04
        this afternoon                                           03-04
        by close of business                                     03-04
        by close of business on Thursday                         03-05
        EOD Friday                                               03-06
        cob tmrw                                                 03-05
        by eow                                                   03-06
        eom                                                      03-31
        nxt wk                                                   03-13
        nxt fri                                                  03-13
        ill pay sat                                              03-07
        early next week                                          03-11
        beginning of next week                                   03-11
        mid next week                                            03-11
        late next week                                           03-13
        later this week                                          03-06
        the week after next                                      03-20
        in the week of the 16th                                  03-20
        w/c 16 March                                             03-20
        next month                                               04-30
        early next month                                         04-10
        by the middle of next month                              04-15
        at the end of next month                                 04-30
        in April                                                 04-30
        by the end of April                                      04-30
        end of Q2                                                -
        end of the quarter                                       03-31
        by year end                                              12-31
        mid-March                                                03-15
        late March                                               03-31
        the 1st of next month                                    04-01
        on the first of the month                                04-01
        the last day of the month                                03-31
        the last Friday of the month                             03-27
        the last working day of the month                        03-31
        first Monday of April                                    04-06
        on the fifteenth                                         03-15
        on the twenty-third of March                             03-23
        the 20th of this month                                   03-20
        15th                                                     03-15
        Fri the 13th                                             03-13
        Friday 13th March                                        03-13
        Friday, March 13                                         03-13
        13 Mar                                                   03-13
        20th Sept                                                09-20
        2nd febuary                                              02-02
        in two weeks                                             03-18
        in two weeks' time                                       03-18
        two weeks from now                                       03-18
        two weeks from Friday                                    03-20
        two weeks today                                          03-18
        within a fortnight                                       03-18
        tomorrow week                                            03-12
        today week                                               03-11
        the Friday before last                                   -
        in a couple of weeks                                     03-18
        in a week or two                                         03-18
        within 10 days                                           03-14
        within the next ten days                                 03-14
        in 3-5 days                                              03-09
        in three to five working days                            03-11
        in ten working days                                      03-18
        within 48 hours                                          03-06
        within the hour                                          -
        in a month                                               04-04
        in one month's time                                      04-04
        in the next few days                                     ?
        in a few weeks                                           ?
        soon                                                     ?
        on payday                                                ?
        next payday is the 28th                                  03-28
        I get paid on payday, the 28th                           03-28
        the 28th, that's payday                                  03-28
        the 28th or payday                                       ?
        our payment run is on Thursdays                          03-05
        before Christmas                                         12-24
        by Easter                                                04-05
        before Easter                                            04-04
        on Good Friday                                           04-03
        by New Year                                              12-31
        your invoice of 3 March                                  -
        your letter of the 3rd                                   -
        the invoice dated 10 February                            -
        your email from Monday                                   -
        since Monday                                             -
        two weeks ago                                            -
        last Friday                                              -
        last week                                                -
        I will pay your invoice of 3 March on Friday             03-06
        on 5/4                                                   04-05
        on 05.04.2026                                            04-05
        on 2026-04-05                                            04-05
        3/4 of it                                                -
        I'll pay 12.50 today                                     03-04
        you may 5 times                                          -
        the 2nd reminder                                         -
        our second order                                         -
        have a nice day                                          -
        good morning                                             -
        I sat down                                               -
        the sun is shining here                                  -
        between the 10th and the 15th                            03-15
        10-12 March                                              03-12
        the 2nd to the 12th of March                             03-12
        the 2nd and 12th of March                                03-12
        3 March Friday                                           03-06
        half Friday and half on the 20th                         03-20
    """,
    "us": """
        by 3/20                                                  03-20
        on 4/5                                                   04-05
        by 3/20/26                                               03-20
        on 3-20                                                  03-20
        march 20th                                               03-20
        13/5                                                     05-13
    """,
    "de": """
        bis Freitag                                              03-06
        bis spätestens Freitag                                   03-06
        am kommenden Montag                                      03-09
        nächsten Freitag                                         03-13
        nächste Woche Freitag                                    03-13
        Freitag in einer Woche                                   03-13
        übernächsten Freitag                                     03-20
        diesen Freitag                                           03-06
        nicht diesen Freitag, sondern den danach                 03-13
        nicht am Montag, sondern am Dienstag                     03-10
        Donnerstag oder Freitag                                  03-06
        Ende der Woche                                           03-06
        diese Woche noch                                         03-06
        vor dem Wochenende                                       03-06
        am Wochenende                                            03-08
        nach dem Wochenende                                      03-09
        Anfang nächster Woche                                    03-11
        Mitte nächster Woche                                     03-11
        Ende nächster Woche                                      03-13
        in der nächsten Woche                                    03-13
        im Laufe der nächsten Woche                              03-13
        kommende Woche                                           03-13
        übernächste Woche                                        03-20
        in KW 12                                                 03-20
        heute noch                                               03-04
        heute Abend                                              03-04
        morgen früh                                              03-05
        gleich morgen früh                                       03-05
        übermorgen                                               03-06
        Montagmorgen                                             03-09
        Freitag Morgen                                           03-06
        bis Monatsende                                           03-31
        zum Monatsende                                           03-31
        Ende des Monats                                          03-31
        Ende nächsten Monats                                     04-30
        Ende März                                                03-31
        Anfang April                                             04-10
        Mitte des Monats                                         03-15
        Mitte April                                              04-15
        im April                                                 04-30
        nächsten Monat                                           04-30
        zum Ersten                                               04-01
        zum 1. des nächsten Monats                               04-01
        am 15.                                                   03-15
        bis zum 15.                                              03-15
        am 15. überweise ich                                     03-15
        am 15. des Monats                                        03-15
        am fünfzehnten                                           03-15
        am 20. März                                              03-20
        am 20.3.                                                 03-20
        am 20.03.                                                03-20
        bis 20.03.2026                                           03-20
        Freitag, den 13. März                                    03-13
        Freitag, dem 13.                                         03-13
        5. Mai                                                   05-05
        in zwei Wochen                                           03-18
        in 14 Tagen                                              03-18
        binnen 10 Tagen                                          03-14
        innerhalb der nächsten 10 Tage                           03-14
        in 2-3 Tagen                                             03-07
        in zwei bis drei Tagen                                   03-07
        in zehn Werktagen                                        03-18
        innerhalb von 5 Bankarbeitstagen                         03-11
        in einem Monat                                           04-04
        in ein paar Tagen                                        ?
        in den nächsten Tagen                                    ?
        demnächst                                                ?
        Ende des Quartals                                        03-31
        bis Jahresende                                           12-31
        vor Weihnachten                                          12-24
        vor Ostern                                               04-04
        nach Ostern                                              ?
        zu Ostern                                                04-05
        vor dem 20.                                              03-19
        letzte Woche                                             -
        vor zwei Wochen                                          -
        seit Montag                                              -
        gestern                                                  -
        Ihre Rechnung vom 3. März                                -
        Ihr Schreiben vom 03.03.2026                             -
        Ihre Rechnung vom 3.3. zahle ich am Freitag              03-06
        die 2. Mahnung                                           -
        Guten Morgen                                             -
        zahle mo                                                 03-09
        ab dem 13.04.2026                                        04-13
        vom 2. bis zum 13. März                                  03-13
        vom 2. bis 13.3.                                         03-13
        zwischen dem 2. und dem 13. März                         03-13
    """,
    "fr": """
        vendredi                                                 03-06
        vendredi prochain                                        03-13
        vendredi de la semaine prochaine                         03-13
        vendredi en huit                                         03-13
        ce vendredi                                              03-06
        d'ici vendredi                                           03-06
        pas vendredi mais lundi                                  03-09
        jeudi ou vendredi                                        03-06
        lundi matin                                              03-09
        lundi à la première heure                                03-09
        demain                                                   03-05
        demain matin                                             03-05
        après-demain                                             03-06
        ce soir                                                  03-04
        aujourd'hui                                              03-04
        dans la journée                                          03-04
        cette semaine                                            03-06
        d'ici la fin de la semaine                               03-06
        avant la fin de semaine                                  03-06
        avant le week-end                                        03-06
        ce week-end                                              03-08
        la semaine prochaine                                     03-13
        dans le courant de la semaine prochaine                  03-13
        début de semaine prochaine                               03-11
        en début de semaine prochaine                            03-11
        en fin de semaine prochaine                              03-13
        mi-mars                                                  03-15
        à la mi-mars                                             03-15
        fin mars                                                 03-31
        fin du mois                                              03-31
        d'ici la fin du mois                                     03-31
        fin du mois prochain                                     04-30
        le mois prochain                                         04-30
        début avril                                              04-10
        en avril                                                 04-30
        au milieu du mois                                        03-15
        le 15                                                    03-15
        pour le 15                                               03-15
        au plus tard le 15                                       03-15
        avant le 15                                              03-14
        le 1er avril                                             04-01
        le 20 mars                                               03-20
        le vendredi 20 mars 2026                                 03-20
        vendredi 13                                              03-13
        le 20/03                                                 03-20
        le 20/03/2026                                            03-20
        le 5 du mois prochain                                    04-05
        le 15 du mois                                            03-15
        dans deux semaines                                       03-18
        sous quinze jours                                        03-19
        sous 10 jours                                            03-14
        sous huit jours                                          03-12
        d'ici 10 jours                                           03-14
        dans les 10 prochains jours                              03-14
        dans les dix jours                                       03-14
        dans 2 ou 3 jours                                        03-07
        sous 48h                                                 03-06
        dans un mois                                             04-04
        sous 10 jours ouvrés                                     03-18
        dans quelques jours                                      ?
        bientôt                                                  ?
        avant Noël                                               12-24
        après Pâques                                             ?
        d'ici la fin de l'année                                  12-31
        fin de trimestre                                         03-31
        votre facture du 3 mars                                  -
        votre courrier du 3 mars                                 -
        votre mail de lundi                                      -
        il y a deux semaines                                     -
        la semaine dernière                                      -
        vendredi dernier                                         -
        hier                                                     -
        depuis lundi                                             -
        à partir du 13 avril                                     04-13
        mon virement                                             -
        du 2 au 16 mars                                          03-16
        le 2 et le 16 mars                                       03-16
        bonne journée                                            -
    """,
    "es": """
        el viernes                                               03-06
        este viernes                                             03-06
        el próximo viernes                                       03-13
        el viernes que viene                                     03-13
        el viernes de la semana que viene                        03-13
        antes del viernes                                        03-05
        no el lunes sino el martes                               03-10
        el jueves o el viernes                                   03-06
        a más tardar el viernes                                  03-06
        mañana                                                   03-05
        mañana mismo                                             03-05
        mañana por la mañana                                     03-05
        pasado mañana                                            03-06
        hoy mismo                                                03-04
        esta tarde                                               03-04
        esta semana                                              03-06
        a finales de semana                                      03-06
        antes del fin de semana                                  03-06
        este fin de semana                                       03-08
        la semana que viene                                      03-13
        la próxima semana                                        03-13
        a principios de la próxima semana                        03-11
        a principios de la semana que viene                      03-11
        a mediados de la semana que viene                        03-11
        fin de mes                                               03-31
        a final de mes                                           03-31
        a finales de marzo                                       03-31
        a mediados de mes                                        03-15
        a mediados de abril                                      04-15
        a principios de abril                                    04-10
        el mes que viene                                         04-30
        a fin del mes que viene                                  04-30
        el día 15                                                03-15
        el 15                                                    03-15
        el 15 de marzo                                           03-15
        el 15 del mes que viene                                  04-15
        el viernes 13                                            03-13
        el viernes 13 de marzo de 2026                           03-13
        el próximo 20 de marzo                                   03-20
        el próximo día 20                                        03-20
        el 20/03                                                 03-20
        el 20-3-2026                                             03-20
        el 1º de abril                                           04-01
        el primero de abril                                      04-01
        el 17 del 4                                              04-17
        en dos semanas                                           03-18
        dentro de dos semanas                                    03-18
        en 15 días                                               03-19
        en un plazo de 10 días                                   03-14
        en los próximos 10 días                                  03-14
        en 2 o 3 días                                            03-07
        en diez días hábiles                                     03-18
        en 48 horas                                              03-06
        en un mes                                                04-04
        en unos días                                             ?
        pronto                                                   ?
        antes de Navidad                                         12-24
        después de Semana Santa                                  ?
        antes de fin de año                                      12-31
        su factura del 3 de marzo                                -
        su correo del lunes                                      -
        hace dos semanas                                         -
        la semana pasada                                         -
        el viernes pasado                                        -
        ayer                                                     -
        desde el lunes                                           -
        el segundo aviso                                         -
        buenos días                                              -
        a partir del 13 de abril                                 04-13
    """,
    "pt": """
        sexta                                                    03-06
        sexta-feira                                              03-06
        na sexta                                                 03-06
        até sexta                                                03-06
        6ª feira                                                 03-06
        próxima sexta                                            03-13
        sexta que vem                                            03-13
        sexta da semana que vem                                  03-13
        nesta sexta                                              03-06
        não na segunda mas na terça                              03-10
        quinta ou sexta                                          03-06
        amanhã                                                   03-05
        amanhã cedo                                              03-05
        amanhã de manhã                                          03-05
        depois de amanhã                                         03-06
        hj                                                       03-04
        ainda hoje                                               03-04
        hoje à noite                                             03-04
        esta semana                                              03-06
        até o fim da semana                                      03-06
        até o final da semana                                    03-06
        no fim de semana                                         03-08
        antes do fim de semana                                   03-06
        semana que vem                                           03-13
        na próxima semana                                        03-13
        no início da próxima semana                              03-11
        no começo da semana que vem                              03-11
        fim do mês                                               03-31
        até o final do mês                                       03-31
        no final de março                                        03-31
        em meados de abril                                       04-15
        no início de abril                                       04-10
        mês que vem                                              04-30
        no fim do mês que vem                                    04-30
        dia 15                                                   03-15
        no dia 15                                                03-15
        até o dia 15                                             03-15
        dia 15 do mês que vem                                    04-15
        dia 15/03                                                03-15
        15 de março                                              03-15
        1º de abril                                              04-01
        dia primeiro                                             04-01
        sexta, dia 13                                            03-13
        em duas semanas                                          03-18
        daqui a duas semanas                                     03-18
        em até 10 dias                                           03-14
        nos próximos 10 dias                                     03-14
        em 2 ou 3 dias                                           03-07
        em 5 dias úteis                                          03-11
        em 48 horas                                              03-06
        em alguns dias                                           ?
        em breve                                                 ?
        antes do Natal                                           12-24
        depois do Carnaval                                       ?
        até o fim do ano                                         12-31
        sua fatura de 3 de março                                 -
        seu e-mail de segunda                                    -
        há duas semanas                                          -
        semana passada                                           -
        na sexta passada                                         -
        ontem                                                    -
        segunda via                                              -
        bom dia                                                  -
        a partir de 13 de abril                                  04-13
    """,
    "it": """
        venerdì                                                  03-06
        entro venerdì                                            03-06
        venerdì prossimo                                         03-13
        venerdì della prossima settimana                         03-13
        questo venerdì                                           03-06
        prima di venerdì                                         03-05
        non lunedì ma martedì                                    03-10
        giovedì o venerdì                                        03-06
        domani                                                   03-05
        domani mattina                                           03-05
        domattina                                                03-05
        dopodomani                                               03-06
        oggi stesso                                              03-04
        entro oggi                                               03-04
        stasera                                                  03-04
        in giornata                                              03-04
        questa settimana                                         03-06
        entro fine settimana                                     03-06
        entro la fine della settimana                            03-06
        nel fine settimana                                       03-08
        la prossima settimana                                    03-13
        settimana prossima                                       03-13
        all'inizio della prossima settimana                      03-11
        a inizio settimana prossima                              03-11
        a metà della prossima settimana                          03-11
        fine mese                                                03-31
        entro la fine del mese                                   03-31
        a fine marzo                                             03-31
        a metà aprile                                            04-15
        a metà mese                                              03-15
        a inizio aprile                                          04-10
        il mese prossimo                                         04-30
        fine del mese prossimo                                   04-30
        il 15                                                    03-15
        entro il 15                                              03-15
        entro giorno 15                                          03-15
        il 15 marzo                                              03-15
        il prossimo 15 marzo                                     03-15
        venerdì 13 marzo                                         03-13
        venerdì 13                                               03-13
        il 1° aprile                                             04-01
        il primo aprile                                          04-01
        il 20/03                                                 03-20
        il 20.03.2026                                            03-20
        il 15 del mese prossimo                                  04-15
        tra due settimane                                        03-18
        fra una settimana                                        03-11
        entro 10 giorni                                          03-14
        entro i prossimi 10 giorni                               03-14
        nei prossimi dieci giorni                                03-14
        tra 2 o 3 giorni                                         03-07
        entro dieci giorni lavorativi                            03-18
        entro 48 ore                                             03-06
        tra un mese                                              04-04
        tra qualche giorno                                       ?
        a breve                                                  ?
        prima di Natale                                          12-24
        dopo Pasqua                                              ?
        entro fine anno                                          12-31
        la vostra fattura del 3 marzo                            -
        la sua mail di lunedì                                    -
        due settimane fa                                         -
        la settimana scorsa                                      -
        venerdì scorso                                           -
        ieri                                                     -
        da lunedì                                                -
        buongiorno                                               -
        a partire dal 13 aprile                                  04-13
    """,
    "nl": """
        vrijdag                                                  03-06
        voor vrijdag                                             03-05
        uiterlijk vrijdag                                        03-06
        volgende vrijdag                                         03-13
        komende vrijdag                                          03-06
        aanstaande vrijdag                                       03-06
        deze vrijdag                                             03-06
        vrijdag over een week                                    03-13
        volgende week vrijdag                                    03-13
        niet deze vrijdag maar die erna                          03-13
        niet maandag maar dinsdag                                03-10
        donderdag of vrijdag                                     03-06
        vandaag nog                                              03-04
        vanavond                                                 03-04
        morgen                                                   03-05
        morgenochtend                                            03-05
        overmorgen                                               03-06
        maandagochtend                                           03-09
        deze week                                                03-06
        eind van de week                                         03-06
        eind deze week                                           03-06
        voor het weekend                                         03-06
        dit weekend                                              03-08
        na het weekend                                           03-09
        volgende week                                            03-13
        begin volgende week                                      03-11
        midden volgende week                                     03-11
        in de loop van volgende week                             03-13
        eind volgende week                                       03-13
        over twee weken                                          03-18
        binnen 14 dagen                                          03-18
        binnen 10 dagen                                          03-14
        binnen nu en 10 dagen                                    -
        over 2 à 3 dagen                                         03-07
        binnen tien werkdagen                                    03-18
        binnen 48 uur                                            03-06
        over een maand                                           04-04
        eind van de maand                                        03-31
        einde maand                                              03-31
        eind maart                                               03-31
        half april                                               04-15
        begin april                                              04-10
        volgende maand                                           04-30
        eind volgende maand                                      04-30
        de 15e                                                   03-15
        op de 15e                                                03-15
        voor de 15e                                              03-14
        uiterlijk de 20e                                         03-20
        op 15 maart                                              03-15
        vrijdag 13 maart                                         03-13
        vrijdag de 13e                                           03-13
        20/03                                                    03-20
        op 20-3                                                  03-20
        20-03-2026                                               03-20
        de eerste van de maand                                   04-01
        in week 12                                               03-20
        over een paar dagen                                      ?
        binnenkort                                               ?
        voor kerst                                               12-24
        na Pasen                                                 ?
        eind van het jaar                                        12-31
        uw factuur van 3 maart                                   -
        uw mail van maandag                                      -
        twee weken geleden                                       -
        vorige week                                              -
        afgelopen vrijdag                                        -
        gisteren                                                 -
        sinds maandag                                            -
        goedemorgen                                              -
        vanaf 13 april                                           04-13
        voor ons                                                 -
    """,
}
CASES = [
    (place, said, expected)
    for place, lines in SAID.items()
    for line in lines.strip().splitlines()
    for said, expected in [line.strip().rsplit(None, 1)]
]


def read(said: str, place: str) -> str:
    """The last day told, as a promise's would be."""
    language = "en" if place == "us" else place
    loaded = [tables.load(one) for one in dict.fromkeys([language, "en"])]
    spellings = loaded[0].sms_spellings | loaded[0].spellings
    found = [day for day in days_in(tokens(said, spellings), loaded, WEDNESDAY, LOCALES[place]) if not day.past]
    days = [day.day for day in found if day.day]
    if not found:
        return "-"
    return max(days).strftime("%m-%d") if len(days) == len(found) else "?"


@pytest.mark.parametrize(("place", "said", "expected"), CASES)
def test_what_customers_say_of_days(place: str, said: str, expected: str) -> None:
    assert read(said, place) == expected
