"""XML and RSS answers as the JSON of the same elements.

An element with nothing inside is its text. Any other is an object: its child elements by their names as written
(`tt:city`), a list where a name repeats, its attributes as `@name`, its own text as `#text`. Document types, and with
them declared entities and external references, are refused, so an answer is never larger than its bytes.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from job_etl.errors import UnreadableAnswer
from job_etl.model import Payload
from job_etl.sources.fields import rows

_MAX_DEPTH = 64


def elements(body: bytes, root: str, *path: str) -> list[Payload]:
    """The elements at a path below the root, such as `elements(body, "rss", "channel", "item")`.

    Raises:
        UnreadableAnswer: the body is empty, no well-formed XML, HTML, or has another root.
    """
    found = [document(body, root)]
    for name in path:
        found = [child for parent in found for child in rows(parent, name)]
    return found


def document(body: bytes, root: str) -> Payload:
    """The root element as an object.

    Raises:
        UnreadableAnswer: the body is empty, no well-formed XML, HTML, or has another root.
    """
    if not body.strip():
        raise UnreadableAnswer("the answer is empty, expected XML")
    if b"<html" in body[:2000].lower():
        raise UnreadableAnswer("the answer is an HTML page, expected XML")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(body.lstrip(), True)
    except expat.ExpatError as error:
        raise UnreadableAnswer(f"the answer is not XML ({error})") from error
    if builder.root_name != root:
        raise UnreadableAnswer(f"the answer is an XML <{builder.root_name}>, expected <{root}>")
    value = builder.top[root]
    return value if isinstance(value, dict) else {}


class _Builder:
    """Receives what the parser sees and nests it."""

    def __init__(self) -> None:
        self.root_name = ""
        self.top: Payload = {}
        self._open: list[Payload] = [self.top]
        self._texts: list[list[str]] = [[]]

    def refuse_doctype(self, *_: object) -> None:
        raise UnreadableAnswer("the answer declares a document type, which is refused")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _MAX_DEPTH:
            raise UnreadableAnswer(f"the answer is XML nested more than {_MAX_DEPTH} deep")
        self.root_name = self.root_name or name
        self._open.append({f"@{attribute}": value for attribute, value in attributes.items()})
        self._texts.append([])

    def text(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, name: str) -> None:
        element, text = self._open.pop(), "".join(self._texts.pop())
        if element and text.strip():
            element["#text"] = text
        value: Any = element or text
        parent = self._open[-1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]
