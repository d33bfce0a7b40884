"""What lies in deploy/ is understood by the programs that it is for, and names only what the desk has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from bot.cli import main
from bot.config import Settings
from bot.metrics import Metrics
from tests.docs.pages import DOCS, ROOT, text_of
from tests.process.child import place, started, wait_until
from tests.rendering.test_accessibility import leave_out

DEPLOY = ROOT / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
ALERTS = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
INSTALLED = "/opt/autopro-desk"
every_service = pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        leave_out(f"{name} is not installed")
    return str(found)


def run(*command: str | Path, cwd: Path | None = None) -> str:
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout + finished.stderr


def exposed() -> set[str]:
    """Every metric name that /metrics shows, those of labels that nothing has counted yet as well."""
    metrics = Metrics()
    names: set[str] = set()
    for family in metrics.registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        names |= {family.name + suffix for suffix in suffixes}
    return names


@every_service
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    here = tmp_path / unit.name
    here.write_text(unit.read_text(encoding="utf-8").replace(INSTALLED, str(ROOT)), encoding="utf-8")
    timer = unit.with_suffix(".timer")
    others = [shutil.copy(timer, tmp_path)] if timer.exists() else []
    assert run(analyze, "verify", "--man=no", here, *others) == ""


@every_service
def test_its_exposure_is_no_more_than_the_page_says(unit: Path) -> None:
    (stated,) = re.findall(r"exposure of \*\*([\d.]+) \(OK\)\*\*", text_of(DOCS / "systemd.md"))
    analyze = program("systemd-analyze")
    told = run(analyze, "security", "--offline=true", "--no-pager", f"--threshold={round(float(stated) * 10)}", unit)
    if unit.name == "autopro.service":
        assert f"for autopro.service: {stated} OK" in told


@every_service
def test_what_a_service_runs_exists(unit: Path) -> None:
    lines = re.findall(r"^Exec\w+=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    calls = [found for line in lines for found in re.findall(rf"{INSTALLED}/\.venv/bin/autopro ([a-z]+)( --config)?", line)]
    assert calls
    for name, option in calls:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        assert option, "a service names its settings"


def test_the_command_beside_the_service_is_the_services() -> None:
    wrapper = DEPLOY / "autopro"
    run("sh", "-n", wrapper)
    text, unit = wrapper.read_text(encoding="utf-8"), (DEPLOY / "autopro.service").read_text(encoding="utf-8")
    start = re.search(r"^ExecStart=(\S+) serve --config (\S+)$", unit, re.MULTILINE)
    user = re.search(r"^User=(\w+)$", unit, re.MULTILINE)
    assert start is not None
    assert user is not None
    assert f"exec runuser -u {user[1]} -- {start[1]} " in text
    assert f"--config {start[2]}" in text
    assert wrapper.stat().st_mode & 0o111


def test_alarms_ask_for_metrics_that_exist() -> None:
    asked = set(re.findall(r"\bautopro_[a-z_]+", ALERTS))
    assert len(asked) >= 8
    assert asked <= exposed()


def test_alarms_ask_for_labels_that_begin_at_zero() -> None:
    """A counter that first appears with 1 has no increase: its first trouble would ring nothing."""
    shown = Metrics().exposition().decode()
    for name, label, value in re.findall(r"increase\((autopro_\w+)\{(\w+)=\"(\w+)\"\}", ALERTS):
        assert re.search(rf'^{name}\{{.*{label}="{value}".*\}} 0\.0$', shown, re.MULTILINE), (name, value)


def test_every_alarm_says_what_to_do_and_stands_on_its_page() -> None:
    rules = ALERTS.split("- alert: ")[1:]
    page = text_of(DOCS / "monitoring.md")
    for rule in rules:
        name = rule.partition("\n")[0]
        severity = re.search(r"severity: (page|ticket)", rule)
        assert severity is not None
        assert re.search(rf"^\| `{name}` \|.*\| {severity[1]} \|$", page, re.MULTILINE), name
        assert "summary: " in rule
        assert "action: " in rule
    assert len(re.findall(r"^\| `Autopro", page, re.MULTILINE)) == len(rules)


def test_prometheus_understands_the_rules_and_they_ring_when_they_should() -> None:
    promtool = program("promtool")
    assert "SUCCESS" in run(promtool, "check", "rules", DEPLOY / "alerts.yml")
    assert "SUCCESS" in run(promtool, "check", "config", "--syntax-only", DEPLOY / "prometheus.yml")
    assert "SUCCESS" in run(promtool, "test", "rules", DEPLOY / "alerts.test.yml")


def test_prometheus_asks_where_the_desk_listens() -> None:
    http = Settings.model_validate({}).http
    assert f'"{http.host}:{http.port}"' in (DEPLOY / "prometheus.yml").read_text(encoding="utf-8")


def test_a_log_in_a_file_is_turned_over_beside_the_running_desk(tmp_path: Path) -> None:
    logrotate = program("logrotate")
    here = place(tmp_path)
    rules = (DEPLOY / "autopro.logrotate").read_text(encoding="utf-8").replace("/var/log/autopro", str(tmp_path))
    user, group = tmp_path.owner(), tmp_path.group()
    (tmp_path / "rules").write_text(rules.replace("su autopro autopro", f"su {user} {group}"), encoding="utf-8")
    log = tmp_path / "autopro.log"
    append = ("sh", "-c", f'exec "$@" 2>> {log}', "sh")
    with started(here, prefix=append) as child:
        wait_until(lambda: '"event": "ready"' in log.read_text(encoding="utf-8"))
        run(logrotate, "--force", "--state", tmp_path / "state", tmp_path / "rules")
        assert '"event": "ready"' in (tmp_path / "autopro.log.1").read_text(encoding="utf-8")
        assert child.end() == 0
    assert log.read_bytes().startswith(b"{"), "no hole where the old lines stood"
    assert '"event": "draining"' in log.read_text(encoding="utf-8")
