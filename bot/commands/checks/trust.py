"""Whether the settings let strangers count as authentic."""

from __future__ import annotations

from bot.commands.checks.finding import Finding, Ground
from bot.config import Settings
from bot.core.authenticity.peers import SOCKET, Peers
from bot.core.hosts import is_loopback

_SUBJECT = "trust"
_THIS_MACHINE = ("127.0.0.1", "::1")


async def check_trust(ground: Ground) -> list[Finding]:
    """All mail behind a mail server on this machine comes from this machine, whoever wrote it: its address proves nothing."""
    settings = ground.settings
    faults = [*_origins(settings), *_relays(settings)]
    return faults or [Finding(_SUBJECT, well=True, found="no loopback address vouches for strangers")]


def _origins(settings: Settings) -> list[Finding]:
    peers = Peers([], settings.mail_trust.origins)
    strangers_come_in = settings.lmtp.enabled or (settings.smtp.enabled and not is_loopback(settings.smtp.host))
    if not strangers_come_in or not any(map(peers.is_origin, _THIS_MACHINE)):
        return []
    mend = "take 127.0.0.1 out of [mail_trust] origins: a mail server on this machine hands in strangers' mail from there"
    return [Finding(_SUBJECT, well=False, found="loopback counts as an authentic origin", mend=mend)]


def _relays(settings: Settings) -> list[Finding]:
    trust = settings.mail_trust
    faults: list[Finding] = []
    if any(map(Peers([each for each in trust.relays if each != SOCKET], []).is_relay, _THIS_MACHINE)):
        mend = 'let the mail server hand mail over at [lmtp] socket, and write relays = ["unix"] instead of 127.0.0.1'
        faults.append(Finding(_SUBJECT, well=False, found="every program of this machine may vouch for any sender", mend=mend))
    if SOCKET in trust.relays and not (settings.lmtp.enabled and settings.lmtp.socket):
        mend = 'set [lmtp] enabled = true and socket, or take "unix" out of [mail_trust] relays'
        faults.append(Finding(_SUBJECT, well=False, found="the relay at the socket is believed, and there is no socket", mend=mend))
    if trust.relays and not trust.authserv_ids:
        mend = "write the mail server's name in Authentication-Results to [mail_trust] authserv_ids, or leave relays empty"
        faults.append(Finding(_SUBJECT, well=False, found="relays are set, and nothing of what they say is believed", mend=mend))
    return faults
