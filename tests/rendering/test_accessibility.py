"""Every letter in a real browser: axe-core finds nothing in light or dark mode, and 320 pixels are wide enough (WCAG 1.4.10)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
from importlib import resources
from pathlib import Path

import pytest

from bot.core.rendering import Renderer
from tests.rendering.conftest import HERE
from tests.rendering.samples import own_letters, product_letters

WIDTHS = [320, 375, 700]  # 320 is 640 at 200 % zoom
# Dark mode changes colours and nothing else.
RULES: dict[bool, list[str]] = {False: [], True: ["color-contrast"]}
pytestmark = pytest.mark.chromium


def leave_out(reason: str) -> None:
    """Skip with a reason; a failure where nothing may be left out."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's script, as a package of the lock brings it."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        leave_out("chromium is not installed (Debian: apt-get install chromium)")
    return str(path)


def browse(chromium: str, axe: str, pages: dict[str, str], folder: Path, *, dark: bool) -> list[str]:
    """What the audit found in the pages; the browser runs once for all of them."""
    data = json.dumps({"letters": pages, "axe": axe}).replace("</", "<\\/")
    script = (HERE / "audit.js").read_text(encoding="utf-8")
    page = folder / "audit.html"
    page.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>audit</title></head><body><pre id="out">unfinished</pre>'
        f"<script>{script}\nconst data = {data};\n"
        f"audit(data.letters, {WIDTHS}, data.axe, {RULES[dark]})"
        ".then((found) => JSON.stringify(found), (error) => String(error.stack))"
        '.then((text) => { document.getElementById("out").textContent = text; });</script></body></html>',
        encoding="utf-8",
    )
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += [
        "--window-size=800,600",
        "--virtual-time-budget=600000",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
    ]
    run = subprocess.run([*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=300, check=False)
    out = re.search(r'<pre id="out">(.*?)</pre>', run.stdout, re.DOTALL)
    assert out is not None, run.stderr[-2000:]
    found = json.loads(unescape(out[1]))
    assert isinstance(found, list)
    return found


def test_axe_finds_nothing_in_any_letter(renderer: Renderer, chromium: str, axe: str, tmp_path: Path) -> None:
    """A letter in both languages holds all that each alone does: of the desk's own letters only those are shown, one a template."""
    pages = {name: letter.html for name, letter in own_letters(renderer).items()}
    pages |= {name: letter.html for name, letter in product_letters().items() if name.endswith("#0:fr+en")}
    assert browse(chromium, axe, pages, tmp_path, dark=False) == []


def test_every_kind_of_block_keeps_its_contrast_in_dark_mode(renderer: Renderer, chromium: str, axe: str, tmp_path: Path) -> None:
    """Dark mode changes blocks by their class, whatever letter they stand in: this suite's own letters have each kind."""
    pages = {name: letter.html for name, letter in own_letters(renderer).items()}
    shown = "".join(pages.values())
    classes = set(re.findall(r"[.]([a-z]+)[,{]", shown.partition("(prefers-color-scheme:dark){")[2].partition("</style>")[0]))
    assert all(re.search(rf'class="[^"]*\b{name}\b', shown) for name in classes), classes
    assert browse(chromium, axe, pages, tmp_path, dark=True) == []


# What to spoil in a good letter, with what, and what the audit must say then.
SPOILED = {
    "light": [
        ("color:#52616f", "color:#a8b0b8", "color-contrast"),
        ('<html lang="en"', "<html", "html-has-lang"),
        ("<h1 ", "<h4 ", "page-has-heading-one"),
        ("word-break:break-word", "white-space:nowrap", "too wide"),
        ("<title>", "<!--<title>", "document-title"),
        ('role="main"', "", "region"),
        ("<li ", "<p ", "list"),
    ],
    "dark": [
        (".heading,.label{color:#b0bfcc !important}", "", "color-contrast"),
        ("background-color:#18212a !important", "background-color:#ffffff !important", "color-contrast"),
    ],
}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_audit_sees_what_is_wrong(renderer: Renderer, chromium: str, axe: str, tmp_path: Path, mode: str) -> None:
    """A check that cannot fail proves nothing."""
    html = own_letters(renderer)["own:plain/words#0:en"].html
    assert all(old in html for old, _, _ in SPOILED[mode])
    pages = {f"page {number}": html.replace(old, new) for number, (old, new, _) in enumerate(SPOILED[mode])}
    found = browse(chromium, axe, pages, tmp_path, dark=mode == "dark")
    for name, (_, new, said) in zip(pages, SPOILED[mode], strict=True):
        assert any(line.startswith(name) and said in line for line in found), (new, found)
