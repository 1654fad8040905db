"""Where a board is asked: which URLs are the provider's, and what a message may show of them.

Belongs here: rules about URLs. Nothing here connects.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, quote_plus

import httpx

from job_etl.errors import PermanentError
from job_etl.sources.base import Rate, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a board of a source is asked, and under which rules.

    `hosts` may be asked beside that of `base_url`; `*.example.com` stands for every subdomain, `*` for every host.
    `own_base_url` is the source's own where `base_url` replaces it: absolute URLs of the provider are then asked of
    the replacement. `named` says that a person named the host of `base_url`, which may then be a private one. `pace`
    names what shares one rate. `needs` names the keys for a message, `secrets` are the values that no message may show.
    """

    source: str
    base_url: str
    rate: Rate
    own_base_url: str | None = None
    hosts: tuple[str, ...] = ()
    pace: str | None = None
    daily_quota: int | None = None
    needs: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    named: bool = False

    @property
    def host(self) -> str:
        """The host of the base URL, as it is resolved and connected to."""
        return httpx.URL(self.base_url).raw_host.decode()

    def url(self, request: Request) -> httpx.URL:
        """The URL of a request, without its secret parameters.

        Raises:
            PermanentError: it is not one of the provider's.
        """
        path = request.path
        if "://" not in path:
            path = f"{self.base_url.rstrip('/')}/{path.lstrip('/')}" if path else self.base_url
        return self._checked(path, "it is not one of the provider's hosts, so it is not asked").copy_merge_params(
            dict(request.params)
        )

    def redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where an answer's `Location` leads.

        Raises:
            PermanentError: away from the provider.
        """
        try:
            target = str(url.join(location))
        except httpx.InvalidURL:
            raise PermanentError("it redirects to something that is not a URL") from None
        return self._checked(target, "it redirects there, which is not followed; the board may have moved or be gone")

    def pace_name(self, url: httpx.URL) -> str:
        """The name under which the pace of a URL's host is kept."""
        if self.pace and url.raw_host.decode() == self.host:
            return self.pace
        return next((pattern for pattern in self.hosts if _matches(url.host, (pattern,))), url.netloc.decode())

    def shown(self, url: httpx.URL) -> str:
        """A URL as messages and records show it."""
        return self.redacted(str(url.copy_with(username=None, password=None, fragment=None)))

    def redacted(self, text: str) -> str:
        """A text with every secret value blanked, however a URL writes it."""
        for secret in self.secrets:
            for written in {secret, quote(secret, safe=""), quote_plus(secret)}:
                text = text.replace(written, "***")
        return text

    def _checked(self, written: str, refusal: str) -> httpx.URL:
        try:
            url = httpx.URL(self._rebased(written))
        except httpx.InvalidURL as error:
            raise PermanentError(f"{self.redacted(written)} is not a URL ({error})") from None
        if not self._is_providers(url):
            raise PermanentError(f"{url.scheme}://{url.netloc.decode()}: {refusal}")
        return url

    def _rebased(self, url: str) -> str:
        """The same URL of the replaced base, where `url` is the provider's own."""
        if self.own_base_url is None:
            return url
        base, own, parsed = self.base_url.rstrip("/"), httpx.URL(self.own_base_url.rstrip("/")), httpx.URL(url)
        if parsed.host != own.host and not _matches(parsed.host, self.hosts):
            return url
        path = parsed.raw_path.decode()
        return base + (path.removeprefix(own.path) if parsed.host == own.host and own.path != "/" else path)

    def _is_providers(self, url: httpx.URL) -> bool:
        base = httpx.URL(self.base_url)
        if url.scheme not in ("http", "https") or (base.scheme, url.scheme) == ("https", "http"):
            return False
        if url.host == base.host:
            return url.port == base.port  # None is the scheme's own: http may lead to https
        return url.port is None and _matches(url.host, self.hosts)


def _matches(host: str, patterns: tuple[str, ...]) -> bool:
    return any(
        pattern in (host, "*") or (pattern.startswith("*.") and host.endswith(pattern[1:])) for pattern in patterns
    )
