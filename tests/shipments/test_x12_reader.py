"""The X12 envelope: what is read, and that every seeded corruption is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.importing.model import FileRefused
from bot.core.importing.x12_reader import transaction_sets
from tests.shipments.x12_files import DELIVERED, EXCEPTIONS, interchange

ONE = ("B10*800123450*BOL-DEMO-0001*XQAT", "LX*1", "AT7*X4*NS***20261117*0545*ET")


def refused(text: str) -> tuple[int, str, str]:
    with pytest.raises(FileRefused) as caught:
        transaction_sets(text)
    refusal = caught.value.refusal
    return refusal.line, refusal.column, refusal.reason


def test_sets_of_a_group() -> None:
    first, second = transaction_sets(EXCEPTIONS)
    assert (first.kind, first.control, first.version, first.date, first.time) == ("214", "0001", "004010", "20261120", "1405")
    assert (first.start.position, second.start.position) == (3, 20)
    assert second.body[0].elements == ("B10", "800145673", "BOL-DEMO-0003", "XQAT")


def test_several_interchanges_with_their_own_delimiters() -> None:
    other = interchange(ONE, control=8).replace("\n", "").replace("*", "|").replace(":", ">").replace("~", "\n")
    sets = transaction_sets(f"{DELIVERED}\n\n{other}\x1a")
    assert [one.body[0].get(1) for one in sets] == ["800123450", "800123450"]
    assert sets[1].start.position == 34


def test_an_interchange_without_line_ends() -> None:
    assert len(transaction_sets(DELIVERED.replace("\n", ""))) == 1


@pytest.mark.parametrize("version", ["004010", "004010VICS", "004030", "005010", "008010"])
def test_versions_that_are_read(version: str) -> None:
    assert transaction_sets(interchange(ONE, version=version))[0].version == version[:6]


@pytest.mark.parametrize("version", ["003070", "003010", "004000", "4010", "", "00401X"])
def test_older_versions_are_refused_with_the_reason(version: str) -> None:
    line, element, reason = refused(interchange(ONE, version=version))
    assert (line, element) == (2, "GS08")
    assert "two-digit years" in reason


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ("SE*27*0001", "SE*26*0001", "SE01"),
        ("SE*27*0001", "SE*x*0001", "SE01"),
        ("SE*27*0001", "SE*27*0002", "SE02"),
        ("GE*1*1", "GE*2*1", "GE01"),
        ("GE*1*1", "GE*1*2", "GE02"),
        ("IEA*1*", "IEA*2*", "IEA01"),
        ("IEA*1*000000001", "IEA*1*000000002", "IEA02"),
        ("K1*SIGNED BY J DEMO~\n", "", "SE01"),
        ("LX*1~", "LX*1~LX*2~", "SE01"),
        ("SE*27*0001~\n", "", "SE"),
        ("ST*214*0001~\n", "", "GE"),
        ("GS*QM*XQAT*DEMOSHIPPER*20261120*1405*1*X*004010~\n", "", "IEA"),
        ("GE*1*1~\n", "", "GE"),
        ("IEA*1*000000001~\n", "", "IEA"),
        ("IEA*1*000000001~", "IEA*1*000000001", "IEA"),
        ("ISA*00*          *", "ISA*00* *", "ISA"),
        ("ISA*00*", "ISA|00*", "ISA"),
        ("0*T*:~", "0*T**~", "ISA"),
        ("ISA*00*", "GS*00*", "ISA"),
        ("*T*:~", "*T*:S", "ISA"),
    ],
)
def test_seeded_corruptions_are_refused_where_they_are(old: str, new: str, element: str) -> None:
    assert DELIVERED.count(old) == 1
    assert refused(DELIVERED.replace(old, new))[1] == element


def test_a_file_cut_off_anywhere_is_refused() -> None:
    whole = DELIVERED.rstrip("\n")
    for end in range(0, len(whole), 3):
        refused(whole[:end])


def test_rubbish_behind_the_last_interchange_is_refused() -> None:
    assert refused(f"{DELIVERED}ISA*00")[1] == "ISA"
    assert refused(f"{DELIVERED}hello")[0] == 32


@pytest.mark.parametrize("text", ["", "  \r\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert refused(text)[2] == "the file is empty"


ELEMENT = st.text(st.characters(max_codepoint=0x17F, exclude_categories=["Cc", "Cf"], exclude_characters="*~:\xa0"), max_size=8)
BODY = st.lists(st.tuples(st.sampled_from(["B10", "L11", "AT7", "MS1", "N1", "Q7"]), st.lists(ELEMENT, max_size=7)), max_size=12)


@given(st.lists(BODY, min_size=1, max_size=4))
def test_what_is_written_is_read_back(bodies: list[list[tuple[str, list[str]]]]) -> None:
    written = [tuple("*".join((tag, *elements)) for tag, elements in body) for body in bodies]
    read = transaction_sets(interchange(*written))
    assert [tuple("*".join(segment.elements) for segment in one.body) for one in read] == written
    assert [one.control for one in read] == [f"{number:04d}" for number in range(1, len(bodies) + 1)]
    for one in read:
        for segment in one.body:
            assert segment.get(1) == (segment.elements[1].strip() if len(segment.elements) > 1 else "")
            assert segment.get(50) == ""


def test_control_characters_of_an_element_become_spaces() -> None:
    (one,) = transaction_sets(interchange(("N1*SH*FICTIF\r\nBCC: x\x85\u2028", *ONE)))
    assert one.body[0].get(2) == "FICTIF  BCC: x"


@given(st.text("ISAGSTE*~:0123456789 \n", max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        sets = transaction_sets(text)
    except FileRefused:
        return
    assert all(one.start.tag == "ST" for one in sets)
