"""RFC 2047 encoded words, read back by `email`."""

from __future__ import annotations

import email.header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.encoded_words import encode_words


@given(text=st.text(min_size=1, max_size=120), offset=st.integers(min_value=0, max_value=40))
def test_encoded_words_keep_to_their_limits(text: str, offset: int) -> None:
    """RFC 2047 section 2: 75 a word, 76 a line; section 5: each word decodes by itself."""
    try:
        text.encode()
    except UnicodeEncodeError:
        with pytest.raises(ValueError, match="surrogates"):
            encode_words(text, offset)
        return
    lines = encode_words(text, offset).split("\r\n ")
    assert len(lines[0]) + offset <= 76
    for number, line in enumerate(lines):
        assert len(line) + (1 if number else 0) <= 76
        assert len(line) <= 75
        (octets, charset), *others = email.header.decode_header(line)
        assert not others
        assert isinstance(octets, bytes)
        octets.decode(charset or "ascii")
    assert str(email.header.make_header(email.header.decode_header(" ".join(lines)))) == text
