"""[telegram] of the settings: every mistake says what to do, and none repeats a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Settings, load
from bot.core.errors import SettingsError
from tests.support.bot_api import TOKEN

HOOK = 'mode = "webhook"\nwebhook_url = "https://desk.example/telegram"\nwebhook_secret = "hush"\n'


def settings(folder: Path, text: str) -> Settings:
    file = folder / "autopro.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, {})


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('[telegram]\ntoken = "4242-secret"\n', "telegram.token: this is not a bot's token; copy it from @BotFather"),
        (
            f'[telegram]\ntoken = "{TOKEN}"\napi_url = "api.telegram.org"\n',
            "telegram.api_url: 'api.telegram.org' is not an address",
        ),
        (f'[telegram]\ntoken = "{TOKEN}"\nmode = "webhook"\n', "mode webhook needs webhook_url"),
        (
            f'[telegram]\ntoken = "{TOKEN}"\n{HOOK.replace("https", "http")}',
            "mode webhook needs webhook_url: the public https address",
        ),
        (f'[telegram]\ntoken = "{TOKEN}"\n{HOOK.replace("/telegram", "/")}', "with a path"),
        (f'[telegram]\ntoken = "{TOKEN}"\n{HOOK.replace("hush", "hush hush")}', "mode webhook needs webhook_secret"),
        (
            f'[telegram]\ntoken = "{TOKEN}"\n{HOOK}[http]\nenabled = false\n',
            "telegram.mode: webhook needs the desk's HTTP listener",
        ),
    ],
)
def test_mistakes(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(tmp_path, lines)
    assert words in str(refused.value)
    for secret in (TOKEN, "4242-secret", "hush hush"):
        assert secret not in str(refused.value)


def test_a_webhook(tmp_path: Path) -> None:
    telegram = settings(tmp_path, f'[telegram]\ntoken = "{TOKEN}"\n{HOOK}').telegram
    assert (telegram.bot_id, telegram.webhook_path) == ("4242", "/telegram")


def test_without_a_token_nothing_else_is_asked_for(tmp_path: Path) -> None:
    assert settings(tmp_path, '[telegram]\nmode = "webhook"\n').telegram.webhook_path == ""
