"""The forms of the counter, each defined once for mail, chat and terminal.

Source: the help page ("complete the displayed form. Information identified by an * is required"; "Enter information identifying
yourself (name, company, )"). Labels are words that the counter reads, as command words are: they are declared here in both
languages, and read in either whatever the letter's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from bot.core.folding import fold
from bot.core.values import Language


class FieldKind(StrEnum):
    """What a field holds; `checks` knows how each is checked and written."""

    TEXT = "text"
    LONG = "long"  # several lines
    EMAIL = "email"
    TELEPHONE = "telephone"
    LANGUAGE = "language"
    CUSTOMERS = "customers"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form. `labels` are printed, `names` are further words for it that are read, in both languages together."""

    key: str
    kind: FieldKind
    labels: Mapping[Language, str]
    names: tuple[str, ...] = ()
    required: bool = False
    longest: int = 100  # characters


@dataclass(frozen=True)
class Form:
    """A form: its name, and its fields in the order in which they are asked."""

    name: str
    fields: tuple[Field, ...] = field(repr=False)

    @cached_property
    def by_label(self) -> Mapping[str, Field]:
        """The field that a folded label or name means. Two fields that share one are a mistake of the definition: ValueError."""
        found: dict[str, Field] = {}
        for one in self.fields:
            for word in {fold(label) for label in (*one.labels.values(), *one.names)}:
                if found.setdefault(word, one) is not one:
                    raise ValueError(f"two fields of the form {self.name} are called {word}")
        return found

    def field(self, key: str) -> Field:
        """A field by its key. KeyError when there is none."""
        for one in self.fields:
            if one.key == key:
                return one
        raise KeyError(key)


def _labels(english: str, french: str) -> dict[Language, str]:
    return {Language.EN: english, Language.FR: french}


def _name() -> Field:
    names = ("Full name", "Your name", "Nom complet", "Votre nom", "Nom et prénom", "Prénom et nom", "First and last name")
    return Field("name", FieldKind.TEXT, _labels("Name", "Nom"), names, required=True)


def _company() -> Field:
    names = ("Company name", "Enterprise", "Business", "Firm", "Compagnie", "Société", "Nom de l’entreprise", "Raison sociale")
    return Field("company", FieldKind.TEXT, _labels("Company", "Entreprise"), names, required=True)


def _telephone(*, required: bool) -> Field:
    names = ("Phone", "Phone number", "Telephone number", "Tel", "Tél", "Numéro de téléphone", "Mobile", "Cellulaire", "Cell")
    return Field("telephone", FieldKind.TELEPHONE, _labels("Telephone", "Téléphone"), names, required=required, longest=40)


def _remarks() -> Field:
    names = ("Remark", "Comments", "Comment", "Notes", "Remarque", "Commentaires", "Commentaire", "Message")
    return Field("remarks", FieldKind.LONG, _labels("Remarks", "Remarques"), names, longest=1000)


ACCESS = Form(
    "access",
    (
        _name(),
        _company(),
        Field(
            "email",
            FieldKind.EMAIL,
            _labels("E-mail", "Courriel"),
            ("Mail", "E-mail address", "Email address", "Email", "Adresse courriel", "Adresse électronique", "Adresse de courriel"),
            required=True,
            longest=254,
        ),
        _telephone(required=True),
        Field(
            "customer_number",
            FieldKind.CUSTOMERS,
            _labels("Customer number", "Numéro de client"),
            (
                "Customer no",
                "Customer numbers",
                "Account number",
                "Client number",
                "No de client",
                "Numéros de client",
                "N° client",
            ),
        ),
        Field(
            "language",
            FieldKind.LANGUAGE,
            _labels("Preferred language", "Langue préférée"),
            ("Language", "Langue", "Langue de préférence", "Language preference"),
            longest=40,
        ),
        _remarks(),
    ),
)

FORGOT = Form(
    "forgot",
    (
        _name(),
        _company(),
        Field(
            "code",
            FieldKind.CODE,
            _labels("Access code", "Code d’accès"),
            ("Code", "Personal access code", "Code d’accès personnel", "Identification code"),
            longest=40,
        ),
        _telephone(required=False),
        _remarks(),
    ),
)

PROFILE = Form(
    "profile",
    (_name(), _telephone(required=False), ACCESS.field("email"), ACCESS.field("language")),
)

FORMS: Mapping[str, Form] = {form.name: form for form in (ACCESS, FORGOT, PROFILE)}
