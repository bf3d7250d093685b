"""The few words that facts bring along, one set a language: a language folder under templates/ needs one here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What surrounds names, sums and dates in one language."""

    hello: str
    hello_name: str
    both: str
    # What follows the first invoice, or the last row of a list that is cut.
    one_more: str
    more: str
    one_day: str
    days: str
    # The list of invoices.
    invoice: str
    issued: str
    due: str
    amount: str
    part_of: str
    unmatched: str
    total: str
    order: str
    pay: str
    # How a text message names the keyword that the carriers act on in every country.
    reply_stop: str
    # How a person's answer begins and ends.
    thanks: str
    regards: str
    # Asks whoever is the wrong contact for the right one.
    who_else: str
    # Goes with an invoice's PDF.
    copy: str


WORDS = {
    "en": Words(
        hello="Hello,",
        hello_name="Hello {name},",
        both="{first} and {last}",
        one_more="and 1 more",
        more="and {count} more",
        one_day="1 day",
        days="{count} days",
        invoice="Invoice",
        issued="Issued",
        due="Due",
        amount="Open amount",
        part_of="part of {total}",
        unmatched="Received, not yet matched",
        total="Total",
        order="your order {number}",
        pay="Pay this invoice",
        reply_stop="Reply STOP",
        thanks="Thank you for your message.",
        regards="Kind regards",
        who_else="Could you tell us whom we may write to about your invoices instead?",
        copy="Please find a copy of invoice {number} attached.",
    ),
    "de": Words(
        hello="Guten Tag,",
        hello_name="Guten Tag {name},",
        both="{first} und {last}",
        one_more="und 1 weitere",
        more="und {count} weitere",
        # Without a preposition, which would ask for "Tagen": "12 Tage überfällig".
        one_day="1 Tag",
        days="{count} Tage",
        invoice="Rechnung",
        issued="Datum",
        due="Fällig",
        amount="Offener Betrag",
        part_of="Teil von {total}",
        unmatched="Eingegangen, nicht zugeordnet",
        total="Gesamtbetrag",
        order="Ihre Bestellung {number}",
        pay="Diese Rechnung bezahlen",
        reply_stop="antworten Sie STOP",
        thanks="vielen Dank für Ihre Nachricht.",
        regards="Mit freundlichen Grüßen",
        who_else="Könnten Sie uns sagen, an wen wir uns wegen der Rechnungen wenden dürfen?",
        copy="Anbei finden Sie eine Kopie der Rechnung {number}.",
    ),
    "es": Words(
        hello="Buenos días:",
        hello_name="Buenos días, {name}:",
        both="{first} y {last}",
        one_more="y 1 más",
        more="y {count} más",
        one_day="1 día",
        days="{count} días",
        invoice="Factura",
        issued="Fecha",
        due="Vencimiento",
        amount="Pendiente",
        part_of="parte de {total}",
        unmatched="Recibido, aún sin asociar",
        total="Total",
        order="su pedido {number}",
        pay="Pagar esta factura",
        reply_stop="responda STOP",
        thanks="Gracias por su mensaje.",
        regards="Un cordial saludo",
        who_else="¿Podría decirnos a quién debemos dirigirnos por las facturas?",
        copy="Le adjunto una copia de la factura {number}.",
    ),
    "fr": Words(
        hello="Bonjour,",
        hello_name="Bonjour {name},",
        both="{first} et {last}",
        one_more="et 1 autre",
        more="et {count} autres",
        one_day="1 jour",
        days="{count} jours",
        invoice="Facture",
        issued="Date",
        due="Échéance",
        amount="Reste à payer",
        part_of="sur un total de {total}",
        unmatched="Reçu, pas encore rattaché",
        total="Total",
        order="votre commande {number}",
        pay="Payer cette facture",
        reply_stop="répondez STOP",
        thanks="Merci pour votre message.",
        regards="Cordialement",
        who_else="Pourriez-vous nous indiquer à qui nous adresser au sujet des factures ?",
        copy="Veuillez trouver ci-joint une copie de la facture {number}.",
    ),
    "it": Words(
        hello="Buongiorno,",
        hello_name="Buongiorno {name},",
        both="{first} e {last}",
        one_more="e 1 altra",
        more="e altre {count}",
        one_day="1 giorno",
        days="{count} giorni",
        invoice="Fattura",
        issued="Data",
        due="Scadenza",
        amount="Da saldare",
        part_of="parte di {total}",
        unmatched="Ricevuto, non ancora abbinato",
        total="Totale",
        order="il suo ordine {number}",
        pay="Paga questa fattura",
        reply_stop="Risponda STOP",
        thanks="grazie per il Suo messaggio.",
        regards="Cordiali saluti",
        who_else="Potrebbe indicarci a chi rivolgerci per le fatture?",
        copy="In allegato trova una copia della fattura {number}.",
    ),
    "nl": Words(
        hello="Goedendag,",
        hello_name="Beste {name},",
        both="{first} en {last}",
        one_more="en nog 1",
        more="en nog {count}",
        one_day="1 dag",
        days="{count} dagen",
        invoice="Factuur",
        issued="Datum",
        due="Vervaldatum",
        amount="Nog te betalen",
        part_of="deel van {total}",
        unmatched="Ontvangen, nog niet gekoppeld",
        total="Totaal",
        order="uw bestelling {number}",
        pay="Deze factuur betalen",
        reply_stop="antwoord STOP",
        thanks="Hartelijk dank voor uw bericht.",
        regards="Met vriendelijke groet",
        who_else="Kunt u ons laten weten tot wie wij ons over de facturen kunnen wenden?",
        copy="In de bijlage vindt u een kopie van factuur {number}.",
    ),
    # For Brazil and Portugal alike: no word that only one of them writes or spells so.
    "pt": Words(
        hello="Olá,",
        hello_name="Olá, {name},",
        both="{first} e {last}",
        one_more="e mais 1",
        more="e mais {count}",
        one_day="1 dia",
        days="{count} dias",
        invoice="Fatura",
        issued="Data",
        due="Vencimento",
        amount="Em aberto",
        part_of="parte de {total}",
        unmatched="Recebido, sem fatura",
        total="Total",
        order="a sua ordem de compra {number}",
        pay="Pagar esta fatura",
        reply_stop="Responda STOP",
        thanks="Agradeço a sua mensagem.",
        regards="Atenciosamente",
        who_else="Poderia dizer-nos a quem nos devemos dirigir a respeito das faturas?",
        copy="Segue em anexo uma cópia da fatura {number}.",
    ),
}

LAST_RESORT = "en"


def count_of(number: int, one: str, many: str) -> str:
    """`one` where it is one, else `many` with its {count}."""
    return one if number == 1 else many.format(count=number)


def base(language: str) -> str:
    """The language of a BCP 47 tag without its region: "en" of "en-GB"."""
    return language.replace("_", "-").partition("-")[0].lower()


def chain(*wanted: str) -> tuple[str, ...]:
    """Where letters are looked for, best first: en-GB, en, then the next wish, and English at last."""
    steps = [step for language in wanted if language for step in (language, base(language))]
    return tuple(dict.fromkeys([*steps, LAST_RESORT]))


def spoken(languages: tuple[str, ...], written: Collection[str]) -> str:
    """The first of `languages` that facts can be told in and that letters are `written` in, be it without region.

    Where there is none, the first that facts can be told in: the letter that is missing is then asked for in it.
    """
    told = [language for language in languages if base(language) in WORDS]
    return next((language for language in told if language in written or base(language) in written), told[0])
