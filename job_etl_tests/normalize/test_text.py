import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from job_etl.normalize.text import _without_any_tags, _without_plain_tags, clean_line, clean_text, html_to_text

ANY_TEXT = st.text() | st.text(
    st.sampled_from("a<>/&;#x0 \n\r\t-•*\\npdivbr\u00a0\u200b\u2028Ã©â€™\x80\x99\x00\ud800amltgquo'\"İé\u0301")
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        (
            "<p>We need:</p><ul><li>Rust</li><li><p>Go &amp; C</p></li></ul>Apply",
            "We need:\n\n- Rust\n- Go & C\n\nApply",
        ),
        ("<ul><li>Outer<ul><li>Inner</li></ul></li></ul>", "- Outer\n- Inner"),
        ("<UL><LI>Rust</LI></UL><P>Now</P>", "- Rust\n\nNow"),
        ("<p>• Rust</p><p>·  Go</p>", "- Rust\n- Go"),
        ("<p>in\n  the\tsource</p>", "in the source"),
        ("plain\nlines", "plain\nlines"),
        ("<pre>kept\nlines</pre>", "kept\nlines"),
        ("<p>a <u>b</u> <b>c</b><span>d</span>, e</p>", "a b cd, e"),
        (
            "<h2>Pay</h2><table><tr><td>From</td><td>1</td></tr><tr><td>To</td><td>2</td></tr></table>",
            "Pay\n\nFrom 1\nTo 2",
        ),
        ("<style>p{}</style><script>alert(1)</script><p>x</p><!-- no -->", "x"),
        ("&lt;p&gt;R&amp;amp;D &amp;mdash; now&lt;/p&gt;&lt;p&gt;x&lt;/p&gt;", "R&D — now\n\nx"),
        ("<p>&lt;strong&gt;Bold&lt;/strong&gt; text &lt;br /&gt; next</p>", "Bold text\nnext"),
        ("<P>x</P><SCRIPT>alert(1)</SCRIPT><Style>p{}</Style><title>t</title><svg><text>y</text></svg>", "x"),
        ("<p>R&amp;amp;D</p>", "R&D"),
        ("<p>pages with a < b and <div> tags</p>", "pages with a < b and\ntags"),
        ("<p>5 &lt; 6</p>", "5 < 6"),
        ("<p>a&nbsp;b\u200bc\u00ad</p>", "a bc"),
        ("", ""),
        ("<p></p>", ""),
    ],
)
def test_html_becomes_text_with_its_paragraphs_lines_and_bullets(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("youâ€™ll", "you’ll"),
        ("youâ\x80\x99ll", "you’ll"),
        ("GrÃ¼ÃŸe aus KÃ¶ln", "Grüße aus Köln"),
        ("ÄÖÜ in Übersee, âge, São Tomé", "ÄÖÜ in Übersee, âge, São Tomé"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\n\n\n\n b", "a\n\nb"),
        ("a\x00b\ud800c", "a\ufffdb\ufffdc"),
        ("one\\ntwo", "one\ntwo"),
        ("cafe\u0301", "café"),
        ("-\n\nPoint", "- Point"),
        ("- a\n\n- b", "- a\n- b"),
        ("* a\n* b\n**c**\n-5 degrees", "- a\n- b\n**c**\n-5 degrees"),
        ("- • a\n-\n- b\n-", "- a\n- b"),
    ],
)
def test_broken_text_is_repaired(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@pytest.mark.parametrize(
    "trailer",
    [
        "<br/><br/>Please mention the word **KIND** and tag RMTI3 when applying to show you read the job post "
        "completely (#RMTI3). This is a beta feature to avoid spam applicants. Companies can search these words to "
        "find applicants that read this and see they're human.",
        '<p>Find more <a href="https://www.example.com">English Speaking Jobs in Germany</a> on Arbeitnow</a>',
        '<p>Originally posted on <a href="https://www.example.com">Himalayas</a></p>',
    ],
)
def test_what_feeds_append_to_every_advertisement_is_dropped(trailer: str) -> None:
    assert html_to_text(f"<p>We build bridges.</p>{trailer}") == "We build bridges."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Senior\u00a0Engineer \n (m/w/d) ", "Senior Engineer (m/w/d)"),
        ("R&amp;D <b>Lead</b>", "R&D Lead"),
        ("R&amp;amp;D Lead", "R&D Lead"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("Zürich\u200b", "Zürich"),
        (" \u200b ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_line_is_trimmed_and_without_markup(text: str | None, line: str | None) -> None:
    assert clean_line(text) == line


@pytest.mark.parametrize(
    "part", ["<div>", "<ul><li>", "<pre", "<!--", "&amp;amp;", "&lt;p&gt;", "<<a>", "<script>", "â€™"]
)
@pytest.mark.timeout(60)
def test_hostile_text_takes_no_longer_than_its_length(part: str) -> None:
    text = part * 100_000
    assert "\n" not in (clean_line(text) or "")
    html_to_text(text)


@given(ANY_TEXT)
def test_any_text_becomes_text_that_stays_and_that_postgres_can_hold(text: str) -> None:
    for clean in (clean_text(text), html_to_text(text)):
        clean.encode()
        assert "\x00" not in clean
        assert clean_text(clean) == clean


TAGS = "p /p br br/ LI /LI ul /ol div /div h2 /h6 b /b td pre script o:p !--".split()  # noqa: SIM905
MARKUP = st.lists(
    st.sampled_from([f"<{tag}>" for tag in TAGS])
    | st.sampled_from(["<br />", '<p class="a b">', "<a href='x'>", '<a title="1 > 0">', "<img src=x>", "-->", "</"])
    | st.sampled_from(["<", ">", "a", "é", " ", "\n", "- ", "•", "&amp;", "&nbsp;", "&copy", "&lt;p&gt;"])
    | st.sampled_from(["&#39;", "&#x26;", "&#0;", "&#150;", "&#8217;"]),
    max_size=14,
).map("".join)


@given(MARKUP)
@settings(max_examples=500)
def test_markup_reads_the_same_with_the_parser_and_without_it(html: str) -> None:
    plain = _without_plain_tags(html)
    assert plain is None or clean_text(plain) == clean_text(_without_any_tags(html))


@given(ANY_TEXT)
def test_any_text_becomes_a_line_that_stays(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line
    assert line is None or (line and not {"\n", "\x00"} & set(line))
