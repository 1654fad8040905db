"""Telling people of troubles: what is new and what is over since they were last told, by mail and by webhook.

Belongs here: troubles as data, the message about them, and the ways to send it. What is in trouble is found by
`alerting`, which knows Dagster. A trouble is told once, however long it lasts, and once more when it is over.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import httpx

from job_etl.errors import ConfigError, TransientError
from job_etl.secrets import secret

_TIMEOUT = 20.0  # seconds
_SHOWN = 10
_LONGEST = 1800  # characters: Discord takes 2,000 (discord.com/developers/docs/resources/webhook)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that somebody should look at. `key` stays the same while it lasts; `link` leads to a run."""

    key: str
    message: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told: troubles that are new, and the messages of those that are over."""

    begun: Sequence[Trouble]
    over: Sequence[str]

    @property
    def title(self) -> str:
        """The news in a few words."""
        parts = [f"{len(self.begun)} new" if self.begun else "", f"{len(self.over)} over" if self.over else ""]
        return f"job-etl: trouble: {', '.join(filter(None, parts))}" if self.begun else "job-etl: recovered"

    @property
    def text(self) -> str:
        """The news, a trouble a line, the link below it."""
        lines = [f"✗ {t.message}" + (f"\n  {t.link}" if t.link else "") for t in self.begun[:_SHOWN]]
        lines += [f"✓ over: {message}" for message in self.over[:_SHOWN]]
        if more := len(self.begun) + len(self.over) - len(lines):
            lines.append(f"and {more} more")
        return "\n".join(lines)


class Channel(Protocol):
    """A way to tell people."""

    @property
    def name(self) -> str:
        """What it is called where it is remembered whom was told what; never a secret."""

    def send(self, news: News) -> None:
        """Send the news.

        Raises:
            TransientError: it could not be sent; one line that says why.
        """


@dataclass(frozen=True)
class Mail:
    """Mail by the server of an URL: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` (TLS at once).

    Without TLS a server is used on this machine only, where it needs no password.
    """

    url: str
    sender: str
    recipients: tuple[str, ...]
    name: str = "mail"

    def send(self, news: News) -> None:
        """Send the news as one plain text message to all."""
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = news.title, self.sender, ", ".join(self.recipients)
        message.set_content(news.text)
        try:
            with self._server() as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise TransientError(f"mail could not be sent: {_reason(error)}") from None

    def _server(self) -> smtplib.SMTP:
        url = urlsplit(self.url)
        host, context = url.hostname or "localhost", ssl.create_default_context()
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, url.port or 587, timeout=_TIMEOUT)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
            elif url.username or host not in ("localhost", "127.0.0.1", "::1"):
                server.close()
                raise smtplib.SMTPNotSupportedError(f"{host} offers no TLS, and mail is not sent through it without")
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        return server


@dataclass(frozen=True)
class Webhook:
    """A POST to a URL, in the form that its service takes: `slack`, `discord`, `ntfy` or `json`."""

    url: str
    form: str
    name: str = "webhook"

    def send(self, news: News) -> None:
        """Post the news."""
        try:
            answer = httpx.post(self.url, timeout=_TIMEOUT, **self._request(news))
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise TransientError(f"the webhook answered {error.response.status_code}") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransientError(f"the webhook could not be called: {type(error).__name__}") from None

    def _request(self, news: News) -> dict[str, Any]:
        text = f"{news.title}\n{news.text}"
        if self.form == "slack":
            return {"json": {"text": text}}
        if self.form == "discord":  # no mentions: a posting's text may hold @everyone
            return {"json": {"content": text[:_LONGEST], "allowed_mentions": {"parse": []}}}
        if self.form == "ntfy":
            priority = "high" if news.begun else "default"
            return {"content": news.text.encode(), "headers": {"Title": news.title, "Priority": priority}}
        begun = [{"key": t.key, "message": t.message, "link": t.link} for t in news.begun]
        return {"json": {"title": news.title, "begun": begun, "over": list(news.over)}}


_FORMS = {"hooks.slack.com": "slack", "discord.com": "discord", "discordapp.com": "discord", "ntfy.sh": "ntfy"}


def channels(environ: Mapping[str, str] = os.environ) -> list[Channel]:
    """The channels that are configured.

    `JOB_ETL_ALERT_SMTP_URL`, `JOB_ETL_ALERT_MAIL_TO` (comma-separated) and `JOB_ETL_ALERT_MAIL_FROM`;
    `JOB_ETL_ALERT_WEBHOOK_URL` and, where the host does not tell, `JOB_ETL_ALERT_WEBHOOK_FORM`. The URLs are secrets.

    Raises:
        ConfigError: a setting is missing or wrong.
    """
    found: list[Channel] = []
    if server := secret("JOB_ETL_ALERT_SMTP_URL", environ):
        if urlsplit(server).scheme not in ("smtp", "smtps"):
            raise ConfigError(
                "JOB_ETL_ALERT_SMTP_URL is not of the form smtp://user:password@host:587 or smtps://…:465"
            )
        recipients = tuple(filter(None, (part.strip() for part in environ.get("JOB_ETL_ALERT_MAIL_TO", "").split(","))))
        if not recipients:
            raise ConfigError("JOB_ETL_ALERT_SMTP_URL is set, but not JOB_ETL_ALERT_MAIL_TO: who is to be told?")
        found.append(Mail(server, environ.get("JOB_ETL_ALERT_MAIL_FROM") or recipients[0], recipients))
    if url := secret("JOB_ETL_ALERT_WEBHOOK_URL", environ):
        form = environ.get("JOB_ETL_ALERT_WEBHOOK_FORM") or _FORMS.get(urlsplit(url).hostname or "", "json")
        if form not in {*_FORMS.values(), "json"}:
            raise ConfigError(f"JOB_ETL_ALERT_WEBHOOK_FORM is {form!r}, expected slack, discord, ntfy or json")
        found.append(Webhook(url, form))
    return found


Told = dict[str, dict[str, str]]
"""What each channel was told of and is not over: by the channel's name, messages by the trouble's key."""


def tell(troubles: Iterable[Trouble], channels: Iterable[Channel], told: Told) -> tuple[Told, list[str]]:
    """Tell every channel what is new to it; returns what each knows now, and why the others could not be told."""
    now = {trouble.key: trouble for trouble in troubles}
    after: Told = {}
    failures: list[str] = []
    for channel in channels:
        known = told.get(channel.name, {})
        begun = [trouble for key, trouble in now.items() if key not in known]
        over = [message for key, message in known.items() if key not in now]
        after[channel.name] = {key: known.get(key, trouble.message) for key, trouble in now.items()}
        if begun or over:
            try:
                channel.send(News(begun, over))
            except TransientError as error:
                failures.append(str(error))
                after[channel.name] = known
    return after, failures


def _reason(error: Exception) -> str:
    """What went wrong, without what a server may have echoed: a login that is refused is shown by its code alone."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server answered {error.smtp_code} ({type(error).__name__})"
    return f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"
