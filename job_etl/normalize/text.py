"""From what a provider sent to text that a person can read and Postgres can hold.

Belongs here: markup, entities, encodings and white space. What a text means is the other modules' business.

Every posting's description passes here, so each rule is guarded by a test that costs next to nothing
(`in`, `isascii`, `isprintable`): a regular expression over a description takes as long as parsing it. For the same
reason ordinary markup is read without the parser, to the same result.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata
from functools import lru_cache

import ftfy
from ftfy.badness import is_bad
from selectolax.lexbor import LexborHTMLParser

from job_etl.markup import unescape_once

_INVISIBLE_TAGS = ["script", "style", "noscript", "template", "head", "title", "svg", "iframe", "object"]
# How such a tag begins; looking for it spares the parser a search for each.
_INVISIBLE_TAG = re.compile(rb"<(?:[sS](?:[cC]|[tT][yY]|[vV])|[nN][oO]|[tT][eEiI]|[hH][eE]|[iI][fF]|[oO][bB])")

# What comes before a tag, by the bytes after its "<". White space has no meaning in HTML: once the author's line ends
# are blanks, a line end in the parsed text is one of these.
_BREAKS = {
    start: space + b"<"
    for space, starts in {
        b"\n\n": [b"p>", b"p ", *b"ul ol h1 h2 h3 h4 h5 h6 hr bl".split()],
        b"\n": b"br /p di se ta tr dt dd /h".split(),
        b"\n- ": [b"li"],
        b" ": b"td th /t /d".split(),
    }.items()
    for lower in starts
    for start in (lower, lower.upper())
}
# White space of the source, and the two ends of blocks that the first bytes of a tag do not tell from "</u>".
_IN_SOURCE = ((b"\n", b" "), (b"\r", b" "), (b"\t", b" "), (b"</ul>", b"</ul>\n\n"), (b"</ol>", b"</ol>\n\n"))
_BLOCK = r"p|div|ul|ol|li|h[1-6]|br|hr|tr|table|section|blockquote|pre"
_BLOCK_TAG = re.compile(rf"<(?:{_BLOCK})[\s/>]", re.I)
_ESCAPED_BLOCK_TAG = re.compile(rf"&lt;(?:{_BLOCK})(?:\s|/|&gt;)", re.I)
_MARKUP = re.compile(
    rf"</(?:{_BLOCK})>|<br ?/?>|<(strong|b|em|i|u|a|span)(?:\s[^<>]*)?>[^<>]*</\1>",
    re.I,
)

# The tags that need no parser, and what stands in the text in their place. They neither hide nor move text.
_PLAIN_TAGS = {
    spelling: space
    for space, tags in {
        "\n\n": "p ul /ul ol /ol h1 h2 h3 h4 h5 h6 hr blockquote",
        "\n": "br /p div section /h1 /h2 /h3 /h4 /h5 /h6",
        "\n- ": "li",
        " ": "/div",
        "": "/li /section /blockquote img strong /strong b /b em /em i /i u /u a /a span /span font /font small /small",
    }.items()
    for tag in tags.split()
    for spelling in (tag, tag.upper())
}
_SHORT_TAG = re.compile(r"<([^<>]*)>")
_ATTRIBUTES = re.compile(r"""(?: +[\w:-]+(?: *= *(?:"[^"]*"|'[^']*'))?)* */?""", re.A)
# A number that stands for a control character or none; those that every decoder reads alike are left out.
_ODD_NUMBER = re.compile(r"&#(?!(?:x2[2-9A-F]|3[2-9]|[4-9]\d|1[01]\d|12[0-6]|1[6-9]\d|[2-9]\d\d|[1-9]\d{3});)")
_PREFORMATTED = re.compile(r"<pre\b.*?</pre>", re.I | re.S)

# An entity, however often its "&" was escaped.
_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--[^<>]*-->")
# The parser's time grows with the square of the depth of the tags; a real advertisement has hundreds.
_MOST_TAGS = 5_000
# How often a repair that uncovers another is repeated; real texts need two, and only a hostile one needs more.
_PASSES = 8

# UTF-8 read as Latin-1 or Windows-1252: the letter that a lead byte became, then what a continuation byte became.
_LEAD_LETTERS = "âÃÂðïÎÐÅÄã"
_MOJIBAKE = re.compile(f"[{_LEAD_LETTERS}][\u0080-\u00bfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]")

_UNHOLDABLE = re.compile("[\x00\ud800-\udfff]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f]")
_BLANK = re.compile(r"[^\S\n ]")
_PRINTABLE = b"\n" + bytes(byte for byte in range(256) if chr(byte).isprintable())
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")

_BULLETS = frozenset("•·●▪◦‣-*")
_BULLET = re.compile(r"(?:[•·●▪◦‣] ?|[-*](?: |$))+")

# Lines that feeds append to every advertisement; none is the employer's.
_TRAILER_HINTS = ("Please mention the word", "on Arbeitnow", "Originally posted on")
_TRAILERS = re.compile(
    r"""
      Please\ mention\ the\ word\ .{1,400}?(?:they're\ human\.|\Z)   # RemoteOK's test of attention
    | ^Find\ (?:more\ )?[^\n]{1,80}\ on\ Arbeitnow\.?$
    | ^Originally\ posted\ on\ (?:Himalayas|Remotive|We\ Work\ Remotely)\b[^\n]*$
    """,
    re.X | re.S | re.M,
)


def has_markup(text: str) -> bool:
    """Whether a text is HTML, also where it was escaped: it has a block's tags or pairs of inline ones."""
    return bool("<" in text and _MARKUP.search(text)) or bool("&" in text and _ESCAPED_BLOCK_TAG.search(text))


def html_to_text(html: str) -> str:
    """Turn an advertisement's HTML into clean text that keeps paragraphs, line breaks and bullets ("- ").

    Markup that was escaped once more is decoded first; scripts and styles are dropped, and so are the lines that
    feeds append to every advertisement. Where there is no block tag, the line ends are the author's own.
    """
    return clean_text(_without_markup(html))


def _without_markup(html: str, nested: bool = False) -> str:
    if "&" in html and html.count("&lt;") > html.count("<") and _ESCAPED_BLOCK_TAG.search(html):
        html = unescape_once(html)
    if "<" not in html:
        return entities.unescape(html)
    text = _without_plain_tags(html)
    if text is None:
        text = _without_any_tags(html)
    if not nested and has_markup(text):
        return _without_markup(text.replace("\n", "<br>"), nested=True)
    return text


class _Spaces(dict[str, str]):
    """What stands in the place of a tag, also of one with attributes."""

    def __missing__(self, tag: str) -> str:
        name, _, attributes = tag.partition(" ")
        if not attributes:
            name = name.removesuffix("/")
        if name not in self or (attributes and not _ATTRIBUTES.fullmatch(f" {attributes}")):
            raise KeyError(tag)
        return self[name]


_SPACES = _Spaces(_PLAIN_TAGS)


def _without_plain_tags(html: str) -> str | None:
    """What `_without_any_tags` makes of markup, where that has nothing but tags that need no parser; else None."""
    if "\x00" in html or ("&" in html and _ODD_NUMBER.search(html)):
        return None
    if has_blocks := _BLOCK_TAG.search(html):
        html = html.replace("\n", " ").replace("\r", " ").replace("\t", " ")
    pieces = _SHORT_TAG.split(html)
    try:
        spaces = [_SPACES[tag] for tag in pieces[1::2]]
    except KeyError:
        return None
    if not has_blocks and any(spaces):
        return None
    pieces[1::2] = spaces
    text = "".join(pieces)
    if "<" in text:
        return None
    return entities.unescape(text) if "&" in text else text


def _without_any_tags(html: str) -> str:
    is_ordinary = html.count("<") <= _MOST_TAGS
    if is_ordinary and "<pre" in html:
        html = _PREFORMATTED.sub(lambda block: block[0].replace("\n", "<br>"), html)
    try:
        data = html.encode()
    except UnicodeEncodeError:
        data = _UNHOLDABLE.sub("\ufffd", html).encode()
    if _BLOCK_TAG.search(html):
        for written, meant in _IN_SOURCE:
            data = data.replace(written, meant)
        breaks = _BREAKS.get
        first, *rest = data.split(b"<")
        data = first + b"".join([breaks(tag[:2], b"<") + tag for tag in rest])
    return _parsed(data) if is_ordinary else entities.unescape(_TAG.sub("", data.decode()))


def _parsed(html: bytes) -> str:
    tree = LexborHTMLParser(html)
    if _INVISIBLE_TAG.search(html):
        tree.strip_tags(_INVISIBLE_TAGS)
    return tree.body.text() if tree.body is not None else ""


def clean_text(text: str) -> str:
    """Repair a text of several lines: entities, mojibake, invisible characters, blanks, bullets and trailers.

    The result is in Unicode's form C, has `\\n` line ends, at most one empty line in a row, no U+0000 and no lone
    surrogate. Cleaning it again changes nothing.
    """
    cleaned = _clean_once(text)
    for _ in range(_PASSES):
        if not _may_be_mojibake(cleaned) or (again := _clean_once(cleaned)) == cleaned:
            break
        cleaned = again
    return cleaned


def _clean_once(text: str) -> str:
    text = _repaired(text)
    if "\\" in text:  # a line end that was escaped twice on its way into JSON
        text = text.replace("\\r\\n", "\n").replace("\\n", "\n")
    text = "\n".join(_laid_out(text.split("\n")))
    for hint in _TRAILER_HINTS:
        if (found := text.find(hint)) >= 0:
            line = text.rfind("\n", 0, found) + 1
            text = text[:line] + _TRAILERS.sub("", text[line:])
    return text.strip()


def _laid_out(lines: list[str]) -> list[str]:
    """Trim lines, keep one empty line of several, and bring a bullet to the line it belongs to."""
    laid: list[str] = []
    bullet = False
    for line in map(str.strip, lines):
        if "  " in line:
            line = " ".join(line.split())
        if not line:
            if laid and laid[-1] and not bullet:
                laid.append("")
            continue
        if line[0] in _BULLETS and (sign := _BULLET.match(line)):
            line = line[sign.end() :]
            bullet = True
            if not line:
                continue
        if bullet:
            line = "- " + line
            if len(laid) > 1 and not laid[-1] and laid[-2].startswith("- "):
                laid.pop()
        laid.append(line)
        bullet = False
    return laid


@lru_cache(maxsize=1 << 14)
def clean_line(text: str | None) -> str | None:
    """Make one trimmed line without markup of a name, a title or a place; None where nothing is left.

    Cleaning the result again changes nothing.
    """
    if not text:
        return None
    for _ in range(_PASSES):
        cleaned = _repaired(text)
        if "<" in cleaned:
            cleaned = _TAG.sub(" ", cleaned)
        cleaned = " ".join(cleaned.split())
        if cleaned == text:
            break
        text = cleaned
    return text or None


def _repaired(text: str) -> str:
    """Decode entities, undo mojibake and drop what is not text; of white space only blanks and `\\n` remain."""
    for _ in range(_PASSES if "&" in text else 0):
        if (decoded := _ENTITY.sub(_character, text)) == text:
            break
        text = decoded
    if _may_be_mojibake(text):
        text = "\n".join([_decoded(line) for line in text.split("\n")])
    text = text.replace("\xa0", " ")
    if _is_plain(text):
        return text
    if not text.replace("\n", " ").isprintable():
        text = _UNHOLDABLE.sub("\ufffd", text)
        text = _LINE_END.sub("\n", text)
        text = _BLANK.sub(" ", text)
        text = _CONTROL.sub(" ", text)
        text = _INVISIBLE.sub("", text)
    return unicodedata.normalize("NFC", text)


def _is_plain(text: str) -> bool:
    """Whether a text is of Latin-1's printable letters alone, which all are in form C."""
    try:
        return not text.encode("latin-1").translate(None, _PRINTABLE)
    except UnicodeEncodeError:
        return False


def _character(entity: re.Match[str]) -> str:
    return entities.unescape(f"&{entity[1]};")


def _may_be_mojibake(text: str) -> bool:
    return not text.isascii() and any(letter in text for letter in _LEAD_LETTERS) and _MOJIBAKE.search(text) is not None


def _decoded(line: str) -> str:
    return ftfy.fix_encoding(line) if _MOJIBAKE.search(line) and is_bad(line) else line
