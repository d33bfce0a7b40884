"""Asking for access, letter by letter over real sockets, in both languages: form, mistakes, the address confirmed, the receipt."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.accounts.records import RequestState
from tests.support.house import House, open_house
from tests.support.people import Person, address_for_answers, is_answer_to, nothing_more
from tests.support.relay import SentLetter
from tests.support.speech import ENGLISH, MARIE, Speech, each_language

LABELS = {"en": ("Name", "Company", "E-mail", "Telephone"), "fr": ("Nom", "Entreprise", "Courriel", "Téléphone")}


def lines(speech: Speech, *values: str) -> str:
    """Form lines with their labels, in the order given; "" leaves one out."""
    colon = ": " if speech is ENGLISH else "\u00a0: "
    return "\n".join(f"{label}{colon}{value}" for label, value in zip(LABELS[speech.language], values, strict=True) if value)


@each_language
async def test_the_form_comes_back_with_what_is_missing_or_wrong(house: House, speech: Speech) -> None:
    """Exactly those lines; the others are kept, and an answer that holds nothing but the mended lines completes it."""
    form = await house.marie.asks(speech.request, "access/form")
    assert "*" in form.text
    advice = "A code for each of you is more convenient" if speech is ENGLISH else "Un code pour chacun"
    assert advice in form.text
    first = lines(speech, "Marie Tremblay", "Tremblay inc.", "marie at customer", "")
    back = await house.marie.answers_and_gets(form, first, "access/form")
    wrong = ("is not an e-mail address", "is still missing") if speech is ENGLISH else ("n’est pas une adresse", "manque encore")
    for words in (*wrong, "“marie at customer”" if speech is ENGLISH else "marie at customer", "Tremblay inc."):
        assert words in back.text
    await nothing_more(house.desk)
    await house.marie.answers_and_gets(back, lines(speech, "", "", MARIE, "514 555-0142"), "access/received")
    decide = await house.admin.gets("admin/decide")
    for words in ("Marie Tremblay", "Tremblay inc.", MARIE, "0142"):
        assert words in decide.text
    await nothing_more(house.desk)


@each_language
async def test_the_form_is_filled_in_where_it_is_quoted(house: House, speech: Speech) -> None:
    """Behind the labels of the letter as a mail program quotes it; nothing above the quote."""
    form = await house.marie.asks(speech.request, "access/form")
    values = dict(zip(LABELS[speech.language], ("Marie Tremblay", "Tremblay inc.", MARIE, "514 555-0142"), strict=True))
    quoted = []
    for line in form.text.splitlines():
        label = line.partition(" *")[0].strip()
        quoted.append(f"> {line} {values[label]}" if label in values and "*" in line else f"> {line}")
    mail = house.marie.reply_to(form, "")
    mail.set_content("On Mon, Nov 23, 2026 at 10:00 AM Essai Transport wrote:\n" + "\n".join(quoted) + "\n")
    await _hand_in(house.marie, mail, form)
    await house.marie.gets("access/received")
    assert (await house.a_request()).claimed["company"] == "Tremblay inc."


@each_language
async def test_the_form_is_filled_in_in_an_html_reply(house: House, speech: Speech) -> None:
    """A webmail’s answer without a text part, the letter’s own HTML quoted below."""
    form = await house.marie.asks(speech.request, "access/form")
    written = lines(speech, "Marie Tremblay", "Tremblay inc.", MARIE, "514 555-0142").replace("\n", "<br>")
    mail = house.marie.reply_to(form, "")
    mail.clear_content()
    quote = f'<div class="gmail_quote"><blockquote class="gmail_quote">{form.html}</blockquote></div>'
    mail.set_content(f'<html><body><div dir="ltr">{written}</div>{quote}</body></html>', subtype="html")
    await _hand_in(house.marie, mail, form)
    await house.marie.gets("access/received")
    assert (await house.a_request()).claimed["telephone"] == "514-555-0142"


async def _hand_in(who: Person, mail: EmailMessage, letter: SentLetter) -> None:
    code, said = await who.desk.hand_in(mail, envelope_sender=who.address, recipients=[address_for_answers(letter)])
    assert code == 250, said


@each_language
async def test_another_address_is_confirmed_before_anybody_is_asked(house: House, speech: Speech) -> None:
    """Only its own YES counts, once; until then it merges with nothing, and no administrator hears of it."""
    jules = house.jules
    form = speech.form.format(name="Marie Tremblay", address=MARIE)
    await jules.asks(f"{speech.request}\n{form}", "access/confirm_sent")
    asked = await house.marie.gets("access/confirm_address")
    await nothing_more(house.desk)
    await jules.answers_and_gets(asked, speech.yes, "yes/nothing")
    await house.marie.asks(f"{speech.request}\n{form}", "access/received")  # her own, beside the unconfirmed one
    first = await house.admin.gets("admin/decide")
    await house.marie.answers_and_gets(asked, speech.yes, "access/received")
    assert (await house.a_request(1)).state is RequestState.LAPSED, "it joined the open one"
    await house.marie.answers_and_gets(asked, speech.yes, "yes/nothing")
    changed = f"{speech.request}\n{form.replace('0142', '0199')}"
    await house.marie.asks(changed, "access/received")
    again = await house.admin.gets("admin/decide")
    assert is_answer_to(again, first)
    assert "0199" in again.text
    # What was decided on the first letter is asked again: the request is not what that letter showed.
    await house.admin.answers_and_gets(first, f"{speech.approve} {speech.none}", "admin/decide")
    await house.admin.answers_and_gets(again, f"{speech.approve} {speech.none}", "admin/decided")
    await house.marie.gets("access/credentials")
    await nothing_more(house.desk)


@each_language
async def test_the_receipt_says_when_a_person_is_there(tmp_path: Path, speech: Speech) -> None:
    """On Saturday: Monday at eight; on a holiday, the day after; in office hours, now. With the telephone numbers."""
    toronto = ZoneInfo("America/Toronto")
    async with open_house(tmp_path, desk={"holidays": ["2026-11-30"]}) as house:
        for local, words in (
            ("2026-11-28T12:00", ("Tuesday, December 1, 2026", "le mardi 1er décembre 2026")),
            ("2026-12-05T12:00", ("Monday, December 7, 2026", "le lundi 7 décembre 2026")),
            ("2026-12-07T09:00", ("A person is at the office now", "Quelqu’un est au bureau en ce moment")),
        ):
            house.desk.clock.moment = datetime.fromisoformat(local).replace(tzinfo=toronto).astimezone(UTC)
            address = f"customer{house.desk.clock.moment.day}@customer.example"
            receipt = await house.request(speech, house.person(address))
            assert words[speech is not ENGLISH] in receipt.text, receipt.text
            assert "856-5559" in receipt.text


@each_language
async def test_other_words_than_yes_are_asked_again(house: House, speech: Speech) -> None:
    """Whoever writes "OK" takes it for an answer, and must not wait in vain; the letter that asks again takes the YES as well."""
    form = speech.form.format(name="Marie Tremblay", address=MARIE)
    await house.jules.asks(f"{speech.request}\n{form}", "access/confirm_sent")
    asked = await house.marie.gets("access/confirm_address")
    said = ("Yes, that was me", "I confirm") if speech is ENGLISH else ("Oui, je confirme", "C'est bien moi")
    for words in ("OK", "👍", *said):
        again = await house.marie.answers_and_gets(asked, words, "yes/unclear")
        assert speech.yes in again.text
    assert (await house.newest_request()).confirmed_at is None
    await nothing_more(house.desk)
    await house.marie.answers_and_gets(again, speech.yes, "access/received")
    await house.admin.gets("admin/decide")
    await house.marie.answers(asked, "OK")  # nothing waits any more
    await nothing_more(house.desk)


@each_language
async def test_an_ok_answers_an_administrators_question(house: House, speech: Speech) -> None:
    """It goes into the thread like any answer; thanks for what was answered do not."""
    await house.request(speech)
    await house.admin.answers_and_gets(await house.admin.gets("admin/decide"), speech.ask, "admin/asked")
    question = await house.marie.gets("access/question")
    await house.marie.answers_and_gets(question, "OK", "access/answer_passed")
    assert "OK" in (await house.admin.gets("admin/decide")).text
    await house.marie.answers(question, "Merci")
    await nothing_more(house.desk)
