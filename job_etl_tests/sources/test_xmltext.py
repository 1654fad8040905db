from __future__ import annotations

import pytest

from job_etl.errors import UnreadableAnswer
from job_etl.sources.xmltext import document, elements

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<rss><channel><title>&lol1;</title></channel></rss>"""
EXTERNAL = b'<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd">]><rss>&file;</rss>'


def test_elements_become_the_json_of_the_same_elements() -> None:
    body = b'<r xmlns:t="u"><a id="1">x<b/></a><a>y</a><t:c> z &amp; \xc3\xa5 </t:c><d><![CDATA[<p>raw</p>]]></d></r>'
    assert document(body, "r") == {
        "@xmlns:t": "u",
        "a": [{"@id": "1", "b": "", "#text": "x"}, "y"],
        "t:c": " z & å ",
        "d": "<p>raw</p>",
    }


def test_one_element_and_several_are_both_found() -> None:
    assert elements(b"<r><p><id>1</id></p></r>", "r", "p") == [{"id": "1"}]
    assert elements(b"<r><p><id>1</id></p><p><id>2</id></p></r>", "r", "p") == [{"id": "1"}, {"id": "2"}]
    assert elements(b"<r></r>", "r", "p") == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" ", "empty"),
        (b"<!doctype html><html><body>Sorry</body></html>", "HTML page"),
        (b"<r><p></r>", "not XML"),
        (b"<other/>", "expected <r>"),
        (BILLION_LAUGHS, "document type"),
        (EXTERNAL, "document type"),
        (b"<r>" + b"<a>" * 1000 + b"</a>" * 1000 + b"</r>", "nested"),
    ],
    ids=["empty", "a web page", "malformed", "another root", "billion laughs", "external reference", "deep"],
)
def test_what_is_no_feed_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableAnswer, match=reason):
        document(body, "r")
