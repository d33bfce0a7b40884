"""How much of one mail is read: the caps that keep the work bounded whatever a stranger sends, each with its reason.

Sizes are octets unless the name says characters. A cap that was met is named in `Mail.truncated`; nothing is ever refused for size
here (the edges do that), the rest is simply not read. What real mail is said to hold is an estimate, with room above it.
"""

from __future__ import annotations

from typing import Final

MESSAGE_OCTETS: Final = 8 * 1024 * 1024
"""Octets looked at. SMTP takes 1 MiB by default; a mailbox may hold scans of 20 MB, whose words come before them."""

FAST_OCTETS: Final = 64 * 1024
"""Longest body of the fast tier. Plain mail that people type is far shorter; the walk's checks pay for themselves above."""

HEADER_OCTETS: Final = 256 * 1024
"""Octets of one header block. Exchange and ARC chains reach 40 KiB; Postfix's header_size_limit is 100 KiB. No sender above it."""

HEADER_FIELDS: Final = 1000
"""Fields of one header block. Real mail has up to 150. No sender above it: a second From could stand behind the cap."""

MAILBOX_CHARACTERS: Final = 2000
"""Longest From or Reply-To value. RFC 5322 2.1.1 allows 998 a line; a folded display name may take two."""

DISPLAY_NAME_CHARACTERS: Final = 200
"""What is kept of a display name: it is only shown to people."""

SUBJECT_OCTETS: Final = 8 * 1024
"""How much of the raw Subject is decoded: an encoded letter takes up to twelve octets."""

SUBJECT_CHARACTERS: Final = 1000
"""What is kept of the decoded Subject."""

ENCODED_WORDS: Final = 250
"""Encoded words (RFC 2047) decoded in one value; at 75 characters each this fills SUBJECT_OCTETS twice. The rest stays as it is."""

REFERENCES: Final = 50
"""Message identifiers kept of one In-Reply-To or References field, the nearest (last) ones: our own letter is among them."""

REFERENCES_OCTETS: Final = 16 * 1024
"""How much of the end of a References value is read; RFC 5322 3.6.4 sets no bound."""

CONTENT_TYPE_OCTETS: Final = 2048
"""How much of a Content-Type or Content-Disposition value is read: type, boundary (RFC 2046: 70) and a long file name."""

PARAMETERS: Final = 30
"""Pieces joined of one continued MIME parameter (RFC 2231 3); real ones have two or three."""

PARTS: Final = 100
"""MIME parts of one mail. Newsletters with many pictures have about 60."""

DEPTH: Final = 10
"""How deep multiparts nest. Signed mixed alternative related is four; forwards and lists add two or three."""

PART_OCTETS: Final = 1024 * 1024
"""Encoded octets decoded of one text part: 200,000 characters of four octets in base64."""

HTML_CHARACTERS: Final = 250_000
"""Characters of HTML handed to the converter. Word's style sheets take the first 60,000."""

HTML_TAGS: Final = 12_000
"""Tags ("<") of HTML handed to the converter, which takes 3 to 4 µs each (measured): 45 ms. Long threads may lose their tail."""

TEXT_CHARACTERS: Final = 200_000
"""Characters of text handed on: a book of 80 pages; commands stand at the top."""

FLOWED_LINES: Final = 20_000
"""Lines of format=flowed text joined to paragraphs; what follows keeps its lines. 200,000 characters of usual lines are 3,000."""

DELIMITERS: Final = 10 * PARTS
"""Lines beginning like a delimiter looked at in one multipart; inner boundaries that begin like the outer one count too."""
