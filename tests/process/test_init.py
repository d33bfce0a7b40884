"""`autopro init`: a few questions, and a settings file that the desk reads as it was answered."""

from __future__ import annotations

import os
import pty
import re
import select
import stat
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.commands.init_questions import MOST, place, questions, relay_place
from bot.config import Settings, load
from tests.process.child import AUTOPRO, environment

LMTP = {
    "company": "Boréal \"Nord\" \\ inc.",
    "address": "service@boreal.example",
    "phones": "514-555-0100, 1-800-555-0101",
    "administrators": "anne@boreal.example, luc@boreal.example",
    "data_folder": "{folder}/data",
    "mail_comes_by": "lmtp",
    "lmtp_socket": "{folder}/lmtp",
    "relay": "127.0.0.1:25",
}  # fmt: skip
SMTP = {
    **{key: LMTP[key] for key in ("company", "address", "phones", "administrators", "data_folder")},
    "mail_comes_by": "smtp",
    "smtp_listen": "192.0.2.1:2525",
    "relay": "mail.boreal.example",
    "relay_user": "service",
    "relay_password": "pass # \"word\" é\\n",
}  # fmt: skip
IMAP = {
    **{key: LMTP[key] for key in ("company", "address", "phones", "administrators", "data_folder")},
    "mail_comes_by": "imap",
    "mailbox_host": "imap.gmail.com",
    "mailbox_user": "service@boreal.example",
    "mailbox_password": "abcd efgh",
    "relay": "smtp.gmail.com:465",
}
MICROSOFT = {
    **{key: LMTP[key] for key in ("company", "address", "phones", "administrators", "data_folder")},
    "mail_comes_by": "imap",
    "mailbox_host": "outlook.office365.com",
    "tenant": "11111111-2222",
    "client_id": "33333333-4444",
    "client_secret": "hush~hush",
}
WAYS = {"lmtp": LMTP, "smtp": SMTP, "imap": IMAP, "microsoft": MICROSOFT}


def filled(answers: dict[str, str], folder: Path) -> dict[str, str]:
    return {name: answer.replace("{folder}", str(folder)) for name, answer in answers.items()}


def init(folder: Path, *options: str, text: str = "") -> Result:
    return CliRunner().invoke(main, ["init", "--config", str(folder / "desk.toml"), *options], input=text)


def by_file(folder: Path, answers: dict[str, str], *options: str) -> Result:
    (folder / "answers").write_text("".join(f"{name} = {answer}\n" for name, answer in answers.items()))
    return init(folder, "--answers", str(folder / "answers"), *options)


def written(folder: Path) -> Settings:
    return load(folder / "desk.toml", {})


@pytest.mark.parametrize("way", WAYS)
def test_the_written_file_is_what_was_answered(tmp_path: Path, way: str) -> None:
    answers = filled(WAYS[way], tmp_path)
    done = by_file(tmp_path, answers)
    assert done.exit_code == 0, done.stderr
    settings = written(tmp_path)
    desk = settings.desk
    assert (desk.company, desk.address) == (answers["company"], answers["address"])
    assert desk.phones == ["514-555-0100", "1-800-555-0101"]
    assert settings.admins.addresses == ["anne@boreal.example", "luc@boreal.example"]
    assert desk.data_dir == tmp_path / "data"
    assert settings.database.url == f"sqlite:///{tmp_path}/data/autopro.db"
    ways = (settings.smtp.enabled, settings.lmtp.enabled, bool(settings.imap.host))
    assert ways == {"lmtp": (False, True, False), "smtp": (True, False, False)}.get(way, (False, False, True))


def test_the_ways_in_and_out_of_each(tmp_path: Path) -> None:
    made = {}
    for way, answers in WAYS.items():
        folder = tmp_path / way
        folder.mkdir()
        assert by_file(folder, filled(answers, folder)).exit_code == 0
        made[way] = written(folder)
    assert str(made["lmtp"].lmtp.socket) == str(tmp_path / "lmtp" / "lmtp")
    assert (made["lmtp"].relay.host, made["lmtp"].relay.port, made["lmtp"].relay.tls) == ("127.0.0.1", 25, "none")
    assert (made["smtp"].smtp.host, made["smtp"].smtp.port) == ("192.0.2.1", 2525)
    relay = made["smtp"].relay
    assert (relay.host, relay.port, relay.tls) == ("mail.boreal.example", 587, "starttls")
    assert (relay.username, relay.password) == ("service", SMTP["relay_password"])
    imap, relay = made["imap"].imap, made["imap"].relay
    assert (imap.server_port, imap.encrypted, imap.password) == (993, True, "abcd efgh")
    assert (relay.port, relay.tls, relay.username, relay.password) == (465, "tls", imap.username, imap.password)
    assert made["imap"].mail_trust.mailbox_authserv_ids == ["mx.google.com"]
    imap, relay = made["microsoft"].imap, made["microsoft"].relay
    assert (imap.auth, imap.username, imap.client_secret) == ("oauth2", "service@boreal.example", "hush~hush")
    assert (relay.host, relay.auth, relay.tenant) == ("smtp.office365.com", "oauth2", "11111111-2222")
    assert relay.envelope_sender == "service@boreal.example"


@pytest.mark.parametrize("way", WAYS)
def test_at_most_ten_questions(tmp_path: Path, way: str) -> None:
    """Piped, a line each; what is asked is what the answers of that way name."""
    answers = filled(WAYS[way], tmp_path)
    done = init(tmp_path, text="\n".join(answers.values()) + "\n")
    assert done.exit_code == 0, done.output
    asked = re.findall(r"^(\d+)\. ", done.output, re.MULTILINE)
    assert [int(number) for number in asked] == list(range(1, len(answers) + 1))
    assert len(asked) <= MOST
    assert written(tmp_path).desk.address == "service@boreal.example"


def test_every_question_is_explained_and_has_a_default_or_needs_an_answer(tmp_path: Path) -> None:
    for question in questions(tmp_path / "desk.toml"):
        assert question.why.endswith(".")
        assert "\n" not in question.why
    listed = init(tmp_path, "--names").output.splitlines()
    assert [line.partition(" = ")[0] for line in listed] == [question.name for question in questions(tmp_path / "desk.toml")]
    assert not (tmp_path / "desk.toml").exists()


def test_enter_takes_the_defaults(tmp_path: Path) -> None:
    done = init(tmp_path, text="\nservice@boreal.example\n" + "\n" * 6)
    assert done.exit_code == 0, done.output
    settings = written(tmp_path)
    assert settings.desk.company == "Autopro Transport"
    assert settings.desk.data_dir == tmp_path / "var"
    assert settings.lmtp.enabled
    assert settings.relay.host == "127.0.0.1"


def test_a_wrong_value_is_asked_again(tmp_path: Path) -> None:
    lines = ["", "nobody", "service@boreal.example", "", "anne", "anne@boreal.example", "", "pigeon", "smtp", "here:99999", "", ""]
    done = init(tmp_path, text="\n".join(lines) + "\n")
    assert done.exit_code == 0, done.output
    assert done.output.count("That cannot be: ") == 4
    assert "write one of lmtp, smtp, imap" in done.output
    assert written(tmp_path).admins.addresses == ["anne@boreal.example"]


def test_answers_that_end_too_soon_write_nothing(tmp_path: Path) -> None:
    done = init(tmp_path, text="Boréal\nnot an address\n")
    assert done.exit_code == 1
    assert "the answers ended before address" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"address": "nobody"}, "address: 'nobody' is not a mail address"),
        ({"mail_comes_by": "pigeon"}, "write one of"),
        ({"colour": "red"}, "--names"),
        ({"administrators": "anne@b.example, luc"}, "'luc' is not a mail address"),
        ({"mailbox_password": ""}, "an answer is needed here"),
    ],
)
def test_a_wrong_answer_in_a_file_is_named(tmp_path: Path, wrong: dict[str, str], words: str) -> None:
    done = by_file(tmp_path, filled({**IMAP, **wrong}, tmp_path))
    assert done.exit_code == 1
    assert words in done.stderr
    assert not (tmp_path / "desk.toml").exists()


def test_secrets_stand_in_files_that_nobody_else_can_read(tmp_path: Path) -> None:
    os.umask(0o022)
    assert by_file(tmp_path, filled(SMTP, tmp_path)).exit_code == 0
    secret = tmp_path / "desk.relay-password"
    assert stat.S_IMODE(secret.stat().st_mode) == stat.S_IMODE((tmp_path / "desk.toml").stat().st_mode) == 0o600
    text = (tmp_path / "desk.toml").read_text(encoding="utf-8")
    assert SMTP["relay_password"] not in text
    assert f'password_file = "{secret}"' in text
    lines = text.splitlines()
    settings = [number for number, line in enumerate(lines) if re.match(r"\w+ = ", line)]
    assert all(lines[number - 1].startswith("# ") for number in settings), "each line has its comment"


def test_nothing_is_written_over_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "desk.relay-password").write_text("mine")
    refused = by_file(tmp_path, filled(SMTP, tmp_path))
    assert refused.exit_code == 1
    assert "desk.relay-password exists already; nothing was written" in refused.stderr
    assert not (tmp_path / "desk.toml").exists()
    assert (tmp_path / "desk.relay-password").read_text() == "mine"
    piped = init(tmp_path, text="\n".join(filled(SMTP, tmp_path).values()) + "\n")
    assert piped.exit_code == 1
    assert by_file(tmp_path, filled(SMTP, tmp_path), "--overwrite").exit_code == 0
    assert written(tmp_path).relay.password == SMTP["relay_password"]
    assert stat.S_IMODE((tmp_path / "desk.relay-password").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("mail.x", ("mail.x", 587)),
        ("mail.x:465", ("mail.x", 465)),
        ("localhost", ("localhost", 25)),
        ("127.0.0.1:2500", ("127.0.0.1", 2500)),
        ("[::1]", ("::1", 25)),
        ("[::1]:26", ("::1", 26)),
    ],
)
def test_hosts_with_and_without_a_port(answer: str, found: tuple[str, int]) -> None:
    assert relay_place(answer) == found


@pytest.mark.parametrize("answer", ["", ":25", "mail.x:", "mail.x:0", "mail.x:99999", "mail.x:smtp", "mail x", "mail.x:²"])
def test_what_is_no_host(answer: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        place(answer, 25)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(main, ["init", "--config", str(tmp_path / "file" / "desk.toml")], input="\na@b.example\n" + "\n" * 6)
    assert done.exit_code == 1
    assert "cannot write" in done.stderr
    assert "--config" in done.stderr


class Terminal:
    """The real command on a real terminal."""

    def __init__(self, *arguments: str) -> None:
        self.seen = ""
        master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [AUTOPRO, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment(), start_new_session=True
        )
        os.close(slave)
        self.master = master

    def read_to(self, words: str, seconds: float = 20) -> str:
        """What is shown up to these words, from where the last look ended."""
        deadline, shown = time.monotonic() + seconds, ""
        while words not in shown and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    shown += os.read(self.master, 4096).decode()
                except OSError:  # the other end is closed
                    break
        self.seen += shown
        assert words in shown, shown
        return shown

    def say(self, words: str) -> None:
        os.write(self.master, f"{words}\n".encode())

    def end(self) -> int:
        code = self.process.wait(20)
        os.close(self.master)
        return code


def test_on_a_terminal(tmp_path: Path) -> None:
    """A person at a real terminal: asked again, the password not shown, and asked before anything is written over."""
    answers = [
        ("The carrier's name", "Boréal inc."), ("service address", "nobody"), ("That cannot be", "service@boreal.example"),
        ("Telephone", ""), ("administrators", "anne@boreal.example"), ("folder for the data", str(tmp_path / "data")),
        ("How does mail", "smtp"), ("Where to listen", ""), ("server that sends", "mail.boreal.example"),
        ("name that logs in", "service"), ("Its password", "open sesame"),
    ]  # fmt: skip
    for round_ in range(2):
        terminal = Terminal("init", "--config", str(tmp_path / "desk.toml"))
        for prompt, answer in answers:
            terminal.read_to(prompt)
            terminal.say(answer)
        if round_ == 0:
            terminal.read_to("Next:")
            assert terminal.end() == 0
        else:
            terminal.read_to("Write over them? [y/N]")
            terminal.say("")
            terminal.read_to("nothing was written")
            assert terminal.end() == 1
        assert "open sesame" not in terminal.seen
    assert written(tmp_path).relay.password == "open sesame"
    checked = subprocess.run(
        [AUTOPRO, "check", "--config", str(tmp_path / "desk.toml")], env=environment(), capture_output=True, text=True, check=False
    )
    assert "ok   settings: the desk is service@boreal.example, Boréal inc." in checked.stdout
