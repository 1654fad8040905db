"""Alerts: what is told to whom, once, over real mail and web servers on loopback."""

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import pytest

from job_etl import alerting
from job_etl.errors import ConfigError, TransientError
from job_etl.landing import Landing
from job_etl.model import Board, Outcome
from job_etl.ops.alerts import Mail, News, Trouble, Webhook, channels, tell

controller = pytest.importorskip("aiosmtpd.controller")
from aiosmtpd.smtp import AuthResult  # noqa: E402 - after it is known to be there

NEWS = News([Trouble("run:daily", "the last run of daily failed", "http://ui/runs/1")], ["disk is full @everyone"])


class Inbox:
    """What a web server was sent; it answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.received: list[tuple[dict[str, str], bytes]] = []


@pytest.fixture
def web() -> Iterator[tuple[str, Inbox]]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            inbox.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(inbox.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook/secret-part", inbox
        server.shutdown()


class Mailbox:
    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def smtp(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    with socket.socket() as free:  # the controller cannot be asked for any port
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = controller.Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield port
    finally:
        server.stop()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for localhost, that this process trusts."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, *subject]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context


def test_a_mail_says_what_is_wrong_what_is_over_and_where_to_look() -> None:
    mailbox = Mailbox()
    with smtp(mailbox) as port:
        Mail(f"smtp://127.0.0.1:{port}", "etl@example.org", ("a@example.org", "b@example.org")).send(NEWS)
    (message,) = mailbox.messages
    assert message["To"] == "a@example.org, b@example.org"
    assert message["Subject"] == "job-etl: trouble: 1 new, 1 over"
    text = message.get_content()
    assert all(part in text for part in ("the last run of daily failed", "http://ui/runs/1", "over: disk is full"))


def test_a_mail_server_is_logged_in_to_over_tls_only(certificate: ssl.SSLContext) -> None:
    mailbox, seen = Mailbox(), []

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password, session.ssl is not None))
        return AuthResult(success=data.password == b"p@ss", handled=False)

    options = {"authenticator": authenticate, "auth_required": True, "tls_context": certificate}
    with smtp(mailbox, **options) as port:
        Mail(f"smtp://me:p%40ss@localhost:{port}", "a@example.org", ("a@example.org",)).send(NEWS)
        with pytest.raises(TransientError, match="535") as caught:
            Mail(f"smtp://me:wrong@localhost:{port}", "a@example.org", ("a@example.org",)).send(NEWS)
    assert len(mailbox.messages) == 1
    assert seen[0] == (b"me", b"p@ss", True)
    assert "wrong" not in str(caught.value)


def test_a_password_is_not_given_to_a_mail_server_without_tls() -> None:
    with smtp(Mailbox()) as port, pytest.raises(TransientError, match="no TLS"):
        Mail(f"smtp://me:secret@127.0.0.1:{port}", "a@example.org", ("a@example.org",)).send(NEWS)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "none.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with smtp(Mailbox(), tls_context=certificate) as port, pytest.raises(TransientError, match="CERTIFICATE"):
        Mail(f"smtp://localhost:{port}", "a@example.org", ("a@example.org",)).send(NEWS)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("slack", lambda body: json.loads(body)["text"]),
        ("discord", lambda body: json.loads(body)["content"]),
        ("ntfy", lambda body: body.decode()),
        ("json", lambda body: json.loads(body)["begun"][0]["message"]),
    ],
)
def test_each_service_gets_its_own_form(web: tuple[str, Inbox], form: str, text: Any) -> None:
    url, inbox = web
    Webhook(url, form).send(NEWS)
    headers, body = inbox.received[0]
    assert "the last run of daily failed" in text(body)
    if form == "ntfy":
        assert headers["title"] == "job-etl: trouble: 1 new, 1 over"
    if form == "discord":
        assert json.loads(body)["allowed_mentions"] == {"parse": []}


def test_a_webhook_that_cannot_be_called_is_one_line_without_its_address(web: tuple[str, Inbox]) -> None:
    url, inbox = web
    inbox.status = 404
    with pytest.raises(TransientError, match="answered 404") as caught:
        Webhook(url, "json").send(NEWS)
    assert "secret-part" not in str(caught.value)
    with pytest.raises(TransientError, match="could not be called"):
        Webhook("http://127.0.0.1:1/secret-part", "json").send(NEWS)


def test_a_trouble_is_told_once_and_once_more_when_it_is_over(web: tuple[str, Inbox]) -> None:
    url, inbox = web
    channel, told = Webhook(url, "json"), {}
    disk, run = Trouble("disk", "disk is full"), Trouble("run", "a run failed")
    for troubles in ([], [disk], [disk], [disk, run], [run], [run], []):
        told, failures = tell(troubles, [channel], told)
        assert failures == []
    sent = [json.loads(body) for _, body in inbox.received]
    assert [([t["key"] for t in news["begun"]], news["over"]) for news in sent] == [
        (["disk"], []),
        (["run"], []),
        ([], ["disk is full"]),
        ([], ["a run failed"]),
    ]


def test_what_one_channel_could_not_send_is_sent_later_and_by_the_other_not_again(web: tuple[str, Inbox]) -> None:
    url, inbox = web
    mailbox, told = Mailbox(), {}
    with smtp(mailbox) as port:
        ways = [Webhook(url, "json"), Mail(f"smtp://127.0.0.1:{port}", "a@example.org", ("a@example.org",))]
        inbox.status = 503
        told, failures = tell([Trouble("disk", "disk is full")], ways, told)
        assert failures == ["the webhook answered 503"]
        inbox.status = 200
        told, failures = tell([Trouble("disk", "disk is full")], ways, told)
    assert (failures, len(inbox.received), len(mailbox.messages)) == ([], 2, 1)


def test_many_troubles_are_one_message_that_says_how_many_are_left_out() -> None:
    text = News([Trouble(str(number), f"trouble {number}") for number in range(25)], []).text
    assert (text.count("✗"), "and 15 more" in text) == (10, True)


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"JOB_ETL_ALERT_SMTP_URL": "smtp://h"}, "JOB_ETL_ALERT_MAIL_TO"),
        ({"JOB_ETL_ALERT_SMTP_URL": "h:25", "JOB_ETL_ALERT_MAIL_TO": "a@b"}, "of the form"),
        ({"JOB_ETL_ALERT_WEBHOOK_URL": "http://h", "JOB_ETL_ALERT_WEBHOOK_FORM": "fax"}, "fax"),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        channels(environ)


@pytest.mark.parametrize(
    ("host", "form"), [("hooks.slack.com", "slack"), ("discord.com", "discord"), ("ntfy.sh", "ntfy"), ("h", "json")]
)
def test_a_services_host_tells_its_form(host: str, form: str) -> None:
    (channel,) = channels({"JOB_ETL_ALERT_WEBHOOK_URL": f"https://{host}/x"})
    assert isinstance(channel, Webhook)
    assert channel.form == form


@dg.asset(
    check_specs=[dg.AssetCheckSpec("it_is_true", asset="thing"), dg.AssetCheckSpec("it_is_nice", asset="thing")],
    config_schema={"good": bool},
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=30)),
)
def thing(context: dg.AssetExecutionContext) -> Iterator[Any]:
    good = context.op_config["good"]
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(passed=good, check_name="it_is_true")
    yield dg.AssetCheckResult(passed=good, check_name="it_is_nice", severity=dg.AssetCheckSeverity.WARN)


@dg.op(config_schema={"good": bool})
def work(context: dg.OpExecutionContext) -> None:
    if not context.op_config["good"]:
        raise ValueError


@dg.job
def daily() -> None:
    work()


def _run(instance: dg.DagsterInstance, *, good: bool) -> str:
    config = {"ops": {"work": {"config": {"good": good}}}}
    return daily.execute_in_process(config, instance=instance, raise_on_error=False).run_id


def test_the_last_run_decides_whether_a_job_is_in_trouble() -> None:
    with dg.instance_for_test() as instance:
        assert list(alerting.run_troubles(instance, ["daily"])) == []
        failed = _run(instance, good=False)
        (trouble,) = alerting.run_troubles(instance, ["daily"])
        assert trouble.link == f"http://localhost:3000/runs/{failed}"
        instance.add_run_tags(failed, {"dagster/will_retry": "true"})
        assert list(alerting.run_troubles(instance, ["daily"])) == []
        _run(instance, good=False)
        _run(instance, good=True)
        assert list(alerting.run_troubles(instance, ["daily"])) == []


def test_a_red_check_is_a_trouble_and_a_warning_is_not() -> None:
    keys = set(thing.check_keys)
    with dg.instance_for_test() as instance:
        for good, troubles in ((True, []), (False, ["check:thing:it_is_true"]), (True, [])):
            config = {"ops": {"thing": {"config": {"good": good}}}}
            dg.materialize([thing], instance=instance, run_config=config)
            assert [trouble.key for trouble in alerting.check_troubles(instance, keys)] == troubles


def test_assets_are_late_when_their_window_is_over() -> None:
    specs, now = list(thing.specs), datetime.now(UTC)
    with dg.instance_for_test() as instance:
        assert list(alerting.freshness_trouble(instance, specs, now)) == []
        dg.materialize([thing], instance=instance, run_config={"ops": {"thing": {"config": {"good": True}}}})
        assert list(alerting.freshness_trouble(instance, specs, now + timedelta(hours=29))) == []
        (trouble,) = alerting.freshness_trouble(instance, specs, now + timedelta(hours=31))
        assert "thing" in trouble.message


def test_a_board_is_a_trouble_after_a_week_and_not_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sources.yml").write_text("greenhouse: {boards: [acme]}\n")
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
    landing, began = Landing(str(tmp_path / "landing")), datetime(2026, 3, 1, tzinfo=UTC)
    for day in range(9):
        with landing.write(Board("greenhouse", "acme"), collected_at=began + timedelta(day)) as crawl:
            crawl.finish(Outcome.FAILED if day else Outcome.COMPLETE, "the server answers 500" if day else None)
    assert list(alerting.board_troubles(landing, began + timedelta(6))) == []
    (trouble,) = alerting.board_troubles(landing, began + timedelta(8))
    assert trouble.message == "greenhouse/acme was not read in full since 2026-03-01: the server answers 500"


def test_a_disk_is_a_trouble_once_however_many_folders_are_on_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    folders = [tmp_path, tmp_path / "a", tmp_path / "missing"]
    assert list(alerting.disk_troubles(folders, 1)) == []
    (trouble,) = alerting.disk_troubles(folders, 1 << 60)
    assert str(tmp_path) in trouble.message


def test_the_sensor_tells_once_and_its_tick_is_red_while_it_cannot(
    web: tuple[str, Inbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, inbox = web
    (tmp_path / "sources.yml").write_text("{}")
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("JOB_ETL_ALERT_WEBHOOK_URL", url)
    monkeypatch.setenv("JOB_ETL_ALERT_DISK_FREE_GB", "0")
    repository = dg.Definitions(jobs=[daily], assets=[thing]).get_repository_def()
    resources = {"landing_zone": alerting.LandingZone(url=str(tmp_path / "landing"))}

    def tick() -> Any:
        context = dg.build_sensor_context(instance, repository_def=repository, resources=resources)
        return alerting.alerts(context)

    with dg.instance_for_test() as instance:
        assert "0 troubles" in str(tick())
        _run(instance, good=False)
        inbox.status = 500
        with pytest.raises(TransientError, match="answered 500"):
            tick()
        inbox.status = 200
        tick()
        tick()
        _run(instance, good=True)
        tick()
    titles = [json.loads(body)["title"] for _, body in inbox.received]
    assert titles == ["job-etl: trouble: 1 new", "job-etl: trouble: 1 new", "job-etl: recovered"]
