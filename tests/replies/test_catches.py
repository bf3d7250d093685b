"""Promises with a catch: each holds a day of payment or sounds like one, and a person must read it all the same."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from reminderbot.replies.understand import Context, understand_sms

RECEIVED = datetime.fromisoformat("2026-12-01T08:45:00+01:00")
CAUGHT = {
    "de": (
        "Morgen um 9 ist der Monteur da, dann ist es erledigt",
        "Der Kurs hielt uns auf Trab, gelernt haben wir nichts, Zahlung Freitag",
        "Die Lieferung kam zu nichts. Freitag zahle ich.",
        "Nach eurem Einbau war Wasserrohrbruch. Geld kommt Freitag.",
        "Bei uns war Rohrbruch wegen eurer Arbeit, zahle Freitag",
        "Das Handy hat ne Macke, zahle Freitag",
        "Der Boden wurde im falschen Zimmer verlegt. Geld kommt Freitag.",
        "Freitag kriegst du deine Maschine zurück, die taugt nichts",
        "Das Paket geht Freitag raus an euch zurück",
        "Am Freitag kriegst du dein Geld, aber vorher hätte ich gern den Lieferschein",
        "Unsere Aushilfe hat die Lieferung angenommen, es fehlten zwei Kisten. Zahle Freitag.",
        "Die Überweisung ging am Montag raus",
        "Mein Mann war am Freitag bei euch und hat bar bezahlt",
        "Zum zweiten Mal schreibe ich Ihnen: der Schrank wackelt. Zahlung Freitag.",
        "Bis Freitag kriegst du dein Geld, aber nur die Hälfte",
    ),
    "fr": (
        "Demain 9h c'est réglé, mais il manque une chaise",
        "Le stage c'était un cirque, virement vendredi",
        "Vos gars sont passés, c'était le bazar. Je paie vendredi.",
        "On a eu un dégât des eaux après votre intervention, je paie vendredi",
        "La semaine dernière rien n'a avancé sur le chantier. Je paie vendredi.",
        "La voiture a rendu l'âme deux jours après votre réparation, je paie vendredi",
        "Votre technicien n'est pas passé. Je vous règle vendredi.",
        "Je paie vendredi après le passage de votre technicien",
        "Ma femme est passée lundi déposer le chèque",
        "Le facteur n'est pas passé, donc pas de colis, le virement part vendredi",
        "Vous étiez fermés quand je suis venu chercher la machine. Je vire vendredi.",
        "Je vous fais le virement vendredi, mais rattachez ça à la bonne commande",
        "On a attrapé la crève dans votre gîte sans chauffage, virement vendredi",
        "C'était réglé mardi au guichet",
    ),
    "es": (
        "El pedido se hizo el lunes, pago el viernes, falta una caja",
        "Se me inundó la oficina por vuestra tubería, el viernes pago",
        "Vinieron tus chicos y aquello era un circo, el viernes te pago",
        "La obra era un caos. El viernes pago.",
        "El viernes pago, pero el técnico no ha vuelto",
        "No me llega la mitad del pedido, pago el viernes",
        "El ordenador me falla desde la reparación, el viernes os pago",
        "Mi madre pasó a pagar el lunes",
        "La visita quedó programada para el viernes y no vino nadie",
        "El viernes después de que arregléis la puerta os pago",
        "Como mucho pago 200 el viernes",
        "El lunes lo tienes en la cuenta, aunque la factura no es mía",
    ),
    "pt": (
        "Todo mundo adorou menos o bolo que veio azedo, sexta pago",
        "Alagou a sala depois da instalação, pago sexta",
        "A festa foi uma zona, o garçom sumiu. Sexta pago.",
        "A obra virou uma bagunça. Pago sexta.",
        "Meu celular pifou de novo depois do conserto de vocês, sexta pago",
        "A máquina não chega nunca, sexta pago",
        "O pix foi segunda",
        "Sexta eu te faço o pix, tá? Mas me manda a nota antes",
        "O bolo tava uma delícia mas veio sem cobertura. Pago sexta.",
        "Sexta depois do serviço pronto eu pago",
        "Quanto tá?",
        "Ficou pago segunda mesmo, na loja",
    ),
    "it": (
        "Da voi il corso è stato un disastro totale, venerdì pago",
        "Si è allagato l'ufficio dopo il vostro lavoro, venerdì pago",
        "I vostri sono venuti ed era un macello. Venerdì pago.",
        "Il trasloco era un casino, venerdì pago",
        "Giornata da incubo con i vostri operai, venerdì pago",
        "Non contesto niente ma il lavoro va rifatto, venerdì pago",
        "Mia moglie è passata lunedì a saldare",
        "Venerdì ce li hai, però la caldaia perde ancora",
        "Il vostro telefono non prende mai nessuno, bonifico venerdì",
        "Venerdì parte il bonifico se mi mandate la fattura giusta",
        "Venerdì hai i soldi, intanto la metà",
        "Il bonifico era lunedì",
    ),
    "nl": (
        "Het concert was een zooitje, vrijdag maak ik het over",
        "We hadden waterschade in de zaak na jullie reparatie, vrijdag betaal ik",
        "Alles was een bende na de verhuizers, ik betaal vrijdag",
        "De tegelzetter is geweest en het was een puinhoop. Vrijdag betaal ik.",
        "De website loopt wat trager dan beloofd, betaal vrijdag",
        "Voor kerst hebben jullie het dak klaar, dan betaal ik",
        "De deur hapert nog, vrijdag betaal ik",
        "Mijn vrouw is maandag langs geweest en heeft gepind",
        "Vrijdag kom ik de pallets terugbrengen die kapot waren, dan betaal ik",
        "Vrijdag heb je het, mits de monteur donderdag komt",
        "Vrijdag heb je het geld, althans de helft",
        "De betaling werd vrijdag gedaan",
    ),
}


@pytest.mark.parametrize(
    ("locale", "said"), [(locale, said) for locale, all_said in CAUGHT.items() for said in all_said]
)
def test_a_promise_with_a_catch_and_a_payment_of_the_past_call_a_person(locale: str, said: str) -> None:
    found = understand_sms(said, RECEIVED, Context(("INV-204",), Decimal(480), "EUR", locale))
    assert found.needs_human, found
