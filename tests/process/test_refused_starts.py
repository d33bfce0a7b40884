"""What stops a start: exit 1, one clear text on stderr that says what to do, no traceback; wrong usage is exit 2."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.process.child import AUTOPRO, Place, environment, place, run


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return place(tmp_path)


def refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("autopro: ")
    for word in words:
        assert word in result.stderr


def test_a_busy_port(here: Place) -> None:
    with socket.create_server(("127.0.0.1", here.smtp)):
        refused(here.run("serve"), str(here.smtp), "[smtp] host and port")


def test_every_mistake_of_a_settings_file_at_once(here: Place) -> None:
    here.config.write_text(
        """
[desk]
adress = "a@b"
timezone = "Mars/Olympus"
[smtp]
port = 99999
require_tls = true
[relay]
tls = "maybe"
[limits]
answers_per_hour = -1
[nowhere]
x = 1
"""
    )
    result = here.run("serve")
    refused(result, "desk.adress", "desk.timezone", "smtp.port", "relay.tls", "limits.answers_per_hour", "nowhere")
    assert "did you mean 'address'" in result.stderr


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    refused(run("serve", "--config", str(tmp_path / "none.toml")), "does not exist", "docs/operator.md")


def test_a_settings_file_that_is_not_toml(here: Place) -> None:
    here.config.write_text("[desk\n")
    refused(here.run("serve"), "is not TOML")


def test_a_settings_file_that_is_a_folder(tmp_path: Path) -> None:
    refused(run("serve", "--config", str(tmp_path)), "cannot be read")


def test_a_key_file_of_the_wrong_size(here: Place) -> None:
    (here.folder / "data").mkdir()
    (here.folder / "data" / "seal.key").write_bytes(b"short")
    refused(here.run("serve"), "seal.key", "Put back the right file")
    refused(here.run("parked", "list"), "seal.key")


def test_a_key_file_that_is_a_folder(here: Place) -> None:
    (here.folder / "data" / "seal.key").mkdir(parents=True)
    refused(here.run("serve"), "seal.key")


def test_a_data_folder_that_cannot_be_made(here: Place) -> None:
    (here.folder / "data").write_text("a file is in the way")
    refused(here.run("serve"), str(here.folder / "data"))


def test_a_data_folder_that_may_not_be_written(here: Place) -> None:
    (here.folder / "data").mkdir(mode=0o555)
    # Root may write anywhere unless it gives that up.
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*prefix, AUTOPRO, "serve", "--config", str(here.config)]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=30, check=False)
    refused(result, "writable", str(here.folder / "data"))


def test_a_database_that_is_none(here: Place) -> None:
    here.database.parent.mkdir()
    here.database.write_bytes(b"not a database" * 1000)
    refused(here.run("serve"), "desk.db", "Restore it from a backup")


def test_a_database_with_a_damaged_inside(here: Place) -> None:
    assert here.run("parked", "list").returncode == 0
    content = bytearray(here.database.read_bytes())
    content[100:20_000] = b"\xff" * 19_900
    here.database.write_bytes(content)
    refused(here.run("serve"), "desk.db", "Restore it from a backup")


def test_a_postgresql_server_that_is_not_there(here: Place) -> None:
    here.config.write_text(here.config.read_text().replace(f"sqlite:///{here.folder}/data/desk.db", "postgresql://x@127.0.0.1:1/x"))
    refused(here.run("serve"), "[database] url")


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no")
    here = place(tmp_path)
    text = f'tls_certificate = "{tmp_path}/cert.pem"\ntls_key = "{tmp_path}/cert.pem"\n[http]'
    here.config.write_text(here.config.read_text().replace("[http]", text))
    refused(here.run("serve"), "tls_certificate")


def test_a_secret_file_that_is_not_there(tmp_path: Path) -> None:
    here = place(tmp_path, '[relay]\nhost = "127.0.0.1"\npassword_file = "/nowhere/secret"')
    refused(here.run("serve"), "relay.password_file", "/nowhere/secret")


def test_a_resolver_that_is_none(here: Place) -> None:
    here.config.write_text(here.config.read_text().replace("[mail_trust]", '[mail_trust]\nresolver = "nonsense"'))
    refused(here.run("serve"), "resolver")


def test_a_dkim_key_that_is_none(tmp_path: Path) -> None:
    here = place(tmp_path, '[relay]\ndkim_domain = "carrier.example"\ndkim_selector = "s"\ndkim_key = "no key"')
    refused(here.run("serve"), "dkim_key")


def test_the_environment_wins_and_its_mistakes_are_named(here: Place) -> None:
    command = [AUTOPRO, "serve", "--config", str(here.config)]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, env=environment() | {"AUTOPRO_SMTP__PORT": "many"}
    )
    refused(result, "smtp.port")


@pytest.mark.parametrize(
    "arguments", [("nothing",), ("serve", "--nothing"), ("parked",), ("parked", "show"), ("parked", "show", "x"), ("import",)]
)
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert "Usage:" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_help_and_version() -> None:
    assert run("--version").stdout.strip().endswith("0.1.0")
    assert "serve" in run("--help").stdout
