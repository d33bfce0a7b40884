"""What receivers find in the DNS about the desk's domain: SPF, the DKIM key that letters are signed with, DMARC."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.channels.authenticator import Dns, TemporaryDnsError
from bot.commands.checks.finding import Finding, Ground
from bot.core.authenticity import dmarc, keys
from bot.core.authenticity.verdict import Refused
from bot.core.dkim_sign import Signer
from bot.core.errors import AutoproError

_SECONDS = 5.0
_RESERVED = ("example", "test", "invalid", "localhost", "local", "internal")  # RFC 2606, RFC 6762, RFC 9476: in nobody's DNS


async def check_dns(ground: Ground) -> list[Finding]:
    """Each record, and what to publish where one is missing."""
    domain, resolver = ground.settings.desk.address.rpartition("@")[2].lower(), ground.settings.mail_trust.resolver
    if not resolver and ("." not in domain or domain.rpartition(".")[2] in _RESERVED):
        return [Finding("DNS", well=True, found=f"not asked: {domain} is no domain of the Internet")]
    try:
        dns = Dns(address=resolver, timeout_seconds=_SECONDS, now=ground.clock.now)
    except ValueError as error:
        return [Finding("DNS", well=False, found=str(error), mend="correct [mail_trust] resolver")]
    try:
        return [await _spf(dns, domain), await _dkim(dns, ground), await _dmarc(dns, domain)]
    except TemporaryDnsError as error:
        whose = f"[mail_trust] resolver {resolver}" if resolver else "this machine's resolver (/etc/resolv.conf)"
        mend = f"does {whose} work? Without an answer no sender can be verified either. Then check again"
        return [Finding("DNS", well=False, found=f"no answer about {domain} ({error})", mend=mend)]


async def _spf(dns: Dns, domain: str) -> Finding:
    """RFC 7208. Whether it names the relay cannot be seen from here: a probe shows what becomes of a letter."""
    texts = [text.decode("latin-1") for text in (await dns.txt(domain)).records]
    records = [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
    if not records:
        mend = f'publish for {domain} the TXT record "v=spf1 mx -all" (name every server that sends for the domain)'
        return Finding("SPF", well=False, found=f"{domain} has none", mend=mend)
    if len(records) > 1:
        mend = "make one of them (RFC 7208, section 3.2): receivers believe none where there are two"
        return Finding("SPF", well=False, found=f"{domain} has {len(records)}: {' | '.join(records)}", mend=mend)
    everybody = {"all", "+all"} & set(records[0].lower().split())
    mend = "end it with -all or ~all: as it is, everybody may send for the domain"
    return Finding("SPF", well=not everybody, found=records[0], mend=mend)


async def _dkim(dns: Dns, ground: Ground) -> Finding:
    relay = ground.settings.relay
    if not relay.dkim_key:
        found = "letters are not signed here ([relay] dkim_key is not set): does the relay sign them?"
        return Finding("DKIM", well=True, found=found)
    try:
        signer = Signer(relay.dkim_domain, relay.dkim_selector, relay.dkim_key)
    except ValueError as error:
        raise AutoproError(f"relay: {error}") from error
    name, mend = signer.record_name, f'publish at {signer.record_name} the TXT record "{signer.record}"'
    try:
        published = keys.choose((await dns.txt(name)).records)
        ours = keys.parse(signer.record.encode())
    except Refused as refused:
        words = {"no_key": "there is no record"}.get(refused.reason.value, f"the record cannot be used: {refused.reason.value}")
        return Finding("DKIM", well=False, found=f"{name}: {words}", mend=mend)
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if published.public.public_bytes(*form) != ours.public.public_bytes(*form):
        return Finding("DKIM", well=False, found=f"{name} holds another key than [relay] dkim_key", mend=mend)
    return Finding("DKIM", well=True, found=f"{name} holds the key that letters are signed with")


async def _dmarc(dns: Dns, domain: str) -> Finding:
    for name in dmarc.walk_names(domain):
        record = dmarc.single_record((await dns.txt(f"_dmarc.{name}")).records)
        if record is not None:
            asked = record.own if name == domain else record.subdomains
            return Finding("DMARC", well=True, found=f"_dmarc.{name} asks for {asked} of mail that fails")
    mend = f'publish at _dmarc.{domain} the TXT record "v=DMARC1; p=none"; p=quarantine once letters are seen to pass'
    return Finding("DMARC", well=False, found=f"{domain} has no record, nor has a domain above it", mend=mend)
