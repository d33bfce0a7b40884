"""Every letter there is facts for, rendered: this suite's own and those of tests/letters/samples.py."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from bot.core.rendering import RenderedMail, Renderer
from bot.core.replies import Reply
from bot.core.values import Language
from templates import FOLDER
from tests.rendering.conftest import DESK, SHIPMENT, SPARSE

LANGUAGES = ((Language.EN,), (Language.FR,), (Language.FR, Language.EN))
LONG = "Société-de-transport-au-nom-extraordinairement-long-et-sans-espace-nulle-part"
OWN: dict[str, list[dict[str, Any]]] = {
    "trace/found": [{"shipment": SHIPMENT}, {"shipment": SPARSE}],
    "plain/words": [{"words": LONG}, {"words": "**x** <a href> {{7*7}}"}],
}


def _product_samples() -> dict[str, list[dict[str, Any]]]:
    if importlib.util.find_spec("tests.letters") is None or importlib.util.find_spec("tests.letters.samples") is None:
        return {}
    samples: dict[str, list[dict[str, Any]]] = importlib.import_module("tests.letters.samples").SAMPLES
    return samples


def own_letters(renderer: Renderer) -> dict[str, RenderedMail]:
    """This suite's letters; `renderer` has its templates."""
    return _letters("own", renderer, OWN)


def product_letters() -> dict[str, RenderedMail]:
    """The desk's letters that tests/letters/samples.py gives facts for."""
    return _letters("product", Renderer(FOLDER, DESK), _product_samples())


def _letters(title: str, renderer: Renderer, samples: dict[str, list[dict[str, Any]]]) -> dict[str, RenderedMail]:
    """Each letter under a name that tells template, sample and languages."""
    return {
        f"{title}:{name}#{number}:{'+'.join(languages)}": renderer.mail(
            (Reply(name, facts),),
            languages,
            reply_address="service+s.abcdefghijklmnopqrstuvwxyz@autopro.example",
            first_contact=number % 2 == 0,
            subject=None,
        )
        for name, several in samples.items()
        for number, facts in enumerate(several)
        for languages in LANGUAGES
    }
