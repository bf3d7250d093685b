"""Reads e-mail addresses and phone numbers; one that cannot be used is told, and its row is taken in without it."""

from __future__ import annotations

from functools import lru_cache

from reminderbot.ledger.csv_cells import BadCell

# Addresses change rarely, and the folder is read again whenever it changes.
_REMEMBERED = 16384


@lru_cache(maxsize=_REMEMBERED)
def email(cell: str) -> str | None:
    """An address as it goes on the wire (the domain in ASCII where that is possible), or None where it is blank.

    Nothing is looked up in the network, and the reserved .example and .test domains count as addresses.
    """
    # 30 ms of import that a folder without addresses, and `--help`, need not pay.
    from email_validator import EmailNotValidError, validate_email

    if not cell:
        return None
    if "=?" in cell:
        raise BadCell("is no e-mail address", "write it plainly")
    try:
        # Without test_environment all of .test is refused.
        valid = validate_email(cell, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        cure = "write one address a customer" if cell.count("@") > 1 else "write it like name@company.com"
        raise BadCell("is no e-mail address", cure) from None
    return valid.ascii_email or valid.normalized


@lru_cache(maxsize=_REMEMBERED)
def phone(cell: str, country: str) -> str | None:
    """A number in E.164; one without + is read as of `country` (ISO 3166-1 alpha-2, may be blank)."""
    import phonenumbers

    if not cell:
        return None
    if not cell.startswith("+") and not country:
        raise BadCell("has no country", "begin it with + and the country's code, or fill in the column country")
    try:
        number = phonenumbers.parse(cell, country or None)
    except phonenumbers.NumberParseException:
        raise BadCell("is no phone number", "write it like +14155550123") from None
    if number.extension:
        raise BadCell("has an extension, which no text message reaches", "write a number of its own")
    # Who writes the country's code knows the number. A local one may be of another country and has to fit better;
    # the ranges set aside for examples (Ofcom's 07700 900xxx) are possible and never valid.
    fits = phonenumbers.is_possible_number if cell.startswith("+") else phonenumbers.is_valid_number
    if not fits(number):
        raise BadCell(f"cannot be a phone number{f' in {country}' if country else ''}", "write it like +14155550123")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
