"""Whether a value may stand in a field, and its one written form. Problems are stable words; what they say is in the templates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from bot.core.accounts.codes import fold_code
from bot.core.folding import fold
from bot.core.forms.definition import Field, FieldKind
from bot.core.language import language_named

MISSING = "missing"
TOO_LONG = "too_long"
CONTROL = "control_characters"
NOT_AN_ADDRESS = "not_an_address"
NOT_A_TELEPHONE = "not_a_telephone"
NOT_A_LANGUAGE = "not_a_language"
NOT_A_CUSTOMER_NUMBER = "not_a_customer_number"
NOT_A_CODE = "not_a_code"
NO_LETTERS = "no_letters"
OURS = "ours"  # an address of the desk itself, or of an administrator

Objection = Callable[["Field", str], str]
"""What else speaks against a value in its written form: a problem's word, "" for nothing."""


def no_objection(field: Field, value: str) -> str:
    """Nothing does."""
    return ""


_EXTENSION = re.compile(r"[\s,;]*(?:#|(?:ext(?:ension)?|poste|x)\.?)\s*:?\s*([0-9]{1,6})\s*$", re.IGNORECASE)
_TELEPHONE = re.compile(r"\+?[0-9 ().\-–—/\u00a0\u202f]+")
_AREA = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")  # North American Numbering Plan: area and exchange begin with 2 to 9
_CUSTOMER = re.compile(r"(?=[A-Z0-9]*[0-9])[A-Z0-9]{2,20}")
_MOST_CUSTOMERS = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """A value in its written form, or the problem with it ("" for none)."""

    value: str = ""
    problem: str = ""


def check(field: Field, text: str, objection: Objection = no_objection) -> Checked:
    """Checks one value; an empty one is a problem only where the field is required. `objection` is what the desk has besides."""
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") and c not in "\t\r\n" for c in text):
        return Checked(problem=CONTROL)
    value = " ".join(text.split())
    if not value:
        return Checked(problem=MISSING if field.required else "")
    if len(value) > field.longest:
        return Checked(problem=TOO_LONG)
    checked = _CHECKS[field.kind](value)
    objected = objection(field, checked.value) if checked.value else ""
    return Checked(problem=objected) if objected else checked


def _text(value: str) -> Checked:
    return Checked(value) if any(character.isalnum() for character in value) else Checked(problem=NO_LETTERS)


def _email(value: str) -> Checked:
    address = value.removeprefix("mailto:").strip("<>() ,;")
    try:
        # Nothing is asked of the network: the address is confirmed by a letter anyway.
        found = validate_email(address, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False)
    except EmailNotValidError:
        return Checked(problem=NOT_AN_ADDRESS)
    domain = found.ascii_domain.lower()
    if "." not in domain and domain != "localhost":
        return Checked(problem=NOT_AN_ADDRESS)
    return Checked(f"{found.local_part.lower()}@{domain}")


def _telephone(value: str) -> Checked:
    extension = _EXTENSION.search(value)
    main = value[: extension.start()] if extension else value
    digits = re.sub(r"[^0-9]", "", main)
    if not _TELEPHONE.fullmatch(main.strip()):
        return Checked(problem=NOT_A_TELEPHONE)
    if main.strip().startswith("+") and not digits.startswith("1"):
        number = f"+{digits}" if 8 <= len(digits) <= 15 else ""  # E.164
    else:
        local = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
        toll_free = f"1-{local[:3]}" if local[:3] in _TOLL_FREE else local[:3]
        number = f"{toll_free}-{local[3:6]}-{local[6:]}" if _AREA.fullmatch(local) else ""
    if not number:
        return Checked(problem=NOT_A_TELEPHONE)
    return Checked(f"{number} ext. {extension[1]}" if extension else number)


_TOLL_FREE = frozenset({"800", "822", "833", "844", "855", "866", "877", "888"})


def _language(value: str) -> Checked:
    named = {language_named(word) for word in fold(value).split()} - {None}
    language = named.pop() if len(named) == 1 else None
    return Checked(language.value) if language is not None else Checked(problem=NOT_A_LANGUAGE)


def _customers(value: str) -> Checked:
    numbers = [fold(part).replace(" ", "") for part in re.split(r"[\s,;/]+", value)]
    numbers = [number for number in dict.fromkeys(numbers) if number and number not in ("ET", "AND", "NO", "N")]
    if not numbers or len(numbers) > _MOST_CUSTOMERS or not all(_CUSTOMER.fullmatch(number) for number in numbers):
        return Checked(problem=NOT_A_CUSTOMER_NUMBER)
    return Checked(", ".join(numbers))


def _code(value: str) -> Checked:
    code = fold_code(value)
    return Checked(code) if code is not None else Checked(problem=NOT_A_CODE)


_CHECKS: Mapping[FieldKind, Callable[[str], Checked]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG: _text,
    FieldKind.EMAIL: _email,
    FieldKind.TELEPHONE: _telephone,
    FieldKind.LANGUAGE: _language,
    FieldKind.CUSTOMERS: _customers,
    FieldKind.CODE: _code,
}
