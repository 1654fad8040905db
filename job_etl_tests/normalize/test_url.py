import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize.url import clean_url


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        (" https://jobs.example.com/1?a=b&amp;c=d ", "https://jobs.example.com/1?a=b&c=d"),
        ("HTTP://example.com", "HTTP://example.com"),
        ("https://example.com/über uns", "https://example.com/über%20uns"),
        ('https://example.com/"><script>', "https://example.com/%22%3E%3Cscript%3E"),
        ("https://münchen.example/stelle", "https://münchen.example/stelle"),
        ("https://[::1]:8080/x", "https://[::1]:8080/x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:jobs@example.com", None),
        ("//example.com/x", None),
        ("/careers/1", None),
        ("https://", None),
        ("https://careers", None),
        ("http://[::1", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_survive(url: str | None, clean: str | None) -> None:
    assert clean_url(url) == clean


@given(st.text() | st.text().map("https://example.com/".__add__))
def test_any_text_is_an_address_that_stays_or_none(text: str) -> None:
    url = clean_url(text)
    assert url is None or (url.lower().startswith("http") and clean_url(url) == url and url.encode())
