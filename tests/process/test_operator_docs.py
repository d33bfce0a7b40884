"""docs/settings.md is what tools/settings_doc.py writes, and docs/operator.md names only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import click

from bot.cli import main
from bot.config import Settings, load
from bot.metrics import Metrics
from tools.settings_doc import MEANINGS, NOT_READ_YET, PAGE, SECTIONS, page

BOT = Path(__file__).resolve().parent.parent.parent / "bot"


def every_key() -> set[str]:
    return {
        f"{section}.{key}"
        for section, field in Settings.model_fields.items()
        for key in getattr(field.annotation, "model_fields", {})
    }


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"


def test_every_key_has_a_meaning_and_every_meaning_a_key() -> None:
    mend = "give it a meaning in tools/settings_doc.py, then run it"
    assert set(MEANINGS) == every_key(), mend
    assert set(SECTIONS) == set(Settings.model_fields), mend


def test_what_is_said_to_be_read_is_read() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py") if path.name != "config.py")
    for name in every_key() - NOT_READ_YET - {"tracing.source"}:  # it has one value
        key = name.partition(".")[2]
        assert re.search(rf"\.{key}\b", source), f"{name}: nothing reads it; say so in NOT_READ_YET"


def test_what_is_said_not_to_be_read_is_not_wired() -> None:
    wiring = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py"))
    for name in NOT_READ_YET:
        section, _, key = name.partition(".")
        assert not re.search(rf"\b{section}\.{key}\b", wiring), f"{name} is read now: take it out of NOT_READ_YET"


OPERATOR = PAGE.with_name("operator.md").read_text(encoding="utf-8")


def test_the_settings_that_operators_are_shown_are_settings(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", OPERATOR, re.DOTALL)
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "a.toml").write_text(example.replace("/etc/autopro/relay-password", str(tmp_path / "password")))
    settings = load(tmp_path / "a.toml", {})
    assert settings.relay.password == "secret"
    assert settings.database.url == "sqlite:////var/lib/autopro/autopro.db"


def test_the_metrics_that_operators_are_told_of_exist() -> None:
    metrics = Metrics()
    metrics.received.labels("smtp", "accepted").inc()
    metrics.answered.labels("answered").inc()
    metrics.delivered.labels("mail", "sent").inc()
    metrics.bounced.labels("permanent").inc()
    metrics.swept.labels("done").inc()
    metrics.forgotten.labels("sent").inc()
    metrics.database_octets.labels("log").set(0)
    metrics.mailbox_messages.labels("unread").set(0)
    exposed = metrics.exposition().decode()
    named = set(re.findall(r"`(autopro_[a-z_]+)", OPERATOR))
    assert len(named) >= 10
    for name in named:
        assert re.search(rf"^{name}(\{{|_count| )", exposed, re.MULTILINE), name


def test_the_commands_that_operators_are_told_of_exist() -> None:
    named = set(re.findall(r"^\.venv/bin/autopro ([a-z]+)(?: ([a-z]+))?", OPERATOR, re.MULTILINE))
    assert len(named) >= 6
    for command, part in named:
        found = main.get_command(click.Context(main), command)
        assert found is not None, command
        if isinstance(found, click.Group) and (part or not found.invoke_without_command):
            assert part in found.commands


def test_the_events_that_operators_are_told_of_are_logged() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py"))
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", OPERATOR.partition("## Logs")[2].partition("## Health")[0], re.MULTILINE)
    events = re.findall(r"`([a-z_]+)`", " ".join(rows))
    assert len(events) >= 8
    for event in events:
        assert f'"{event}"' in source, event
