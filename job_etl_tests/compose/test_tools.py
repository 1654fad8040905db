"""What can be put beside the stack: a proxy before the UI, and pgAdmin."""

from __future__ import annotations

import os
import re

import httpx
import pytest
import yaml

from job_etl_tests.compose import stand_ins
from job_etl_tests.compose.stack import Stack, until

pytestmark = [pytest.mark.stacks, pytest.mark.timeout(1800)]

CADDY = os.environ.get("CADDY_IMAGE") or "caddy:2"
PGADMIN = os.environ.get("PGADMIN_IMAGE") or "dpage/pgadmin4:9"

ASK_AS_READER = """
import psycopg
password = open("/dev/stdin").read()
with psycopg.connect(host="postgres", dbname="job_etl", user="job_etl_reader", password=password) as connection:
    print(connection.execute("select current_user, count(*) from marts.fact_jobs").fetchone())
"""


def test_the_proxy_speaks_tls_and_wants_its_password(stack: Stack) -> None:
    stand_ins.have(CADDY, stand_ins.CADDY)
    stack.compose("--profile", "proxy", "up", "-d", "proxy")
    until(lambda: stack.health("proxy") == "healthy", 120, lambda: str(stack.inspect("proxy")["State"]))
    password = (stack.secrets / "proxy_password").read_text()
    url = f"https://localhost:{stack.proxy_port}/server_info"
    answers = [httpx.get(url, auth=("job-etl", word), verify=False).status_code for word in ("wrong", password)]
    assert answers == [401, 200]


def test_pgadmin_is_published_here_only_and_has_no_password_by_default(stack: Stack) -> None:
    merged = yaml.safe_load(stack.compose("--profile", "tools", "config").stdout)
    environment = merged["services"]["pgadmin"]["environment"]
    assert environment["PGADMIN_DEFAULT_PASSWORD_FILE"] == "/run/secrets/pgadmin_password"
    assert [name for name in environment if "PASSWORD" in name] == ["PGADMIN_DEFAULT_PASSWORD_FILE"]
    assert str(merged["secrets"]["pgadmin_password"]["file"]) == str(stack.secrets / "pgadmin_password")
    (port,) = merged["services"]["pgadmin"]["ports"]
    host = port if isinstance(port, str) else f"{port['host_ip']}:{port['published']}:{port['target']}"
    assert host.removesuffix("/tcp") == f"127.0.0.1:{stack.pgadmin_port}:80"


def test_pgadmin_lets_in_who_knows_its_password_and_reaches_the_database(stack: Stack) -> None:
    stand_ins.have(PGADMIN, stand_ins.PGADMIN)
    stack.compose("--profile", "tools", "up", "-d", "pgadmin")
    until(lambda: stack.health("pgadmin") == "healthy", 180, lambda: str(stack.inspect("pgadmin")["State"]))
    right = (stack.secrets / "pgadmin_password").read_text()
    landed = []
    for password in ("wrong", right):
        with httpx.Client(base_url=f"http://127.0.0.1:{stack.pgadmin_port}", follow_redirects=True) as browser:
            (token,) = re.findall(r'csrfToken": "([^"]+)"', browser.get("/login?next=/").text)
            form = {"email": "admin@example.com", "password": password, "csrf_token": token, "internal_button": "Login"}
            browser.post("/authenticate/login", data=form)
            landed.append(browser.get("/browser/").url.path)
    assert landed == ["/login", "/browser/"]
    reader = (stack.secrets / "reader_password").read_text()
    command = ["exec", "-T", "pgadmin", "/venv/bin/python", "-c", ASK_AS_READER]
    assert stack.compose(*command, input=reader).stdout.strip() == "('job_etl_reader', 0)"
