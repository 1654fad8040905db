"""`bootstrap`, `secrets`, `backup`, `restore`, `rebuild` and `metrics`: what a server needs beside the pipeline."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from job_etl.cli.terminal import complain, confirmed, note, say, warn
from job_etl.errors import ConfigError, PermanentError

secrets_app = typer.Typer(help="The passwords of a server's accounts, in files.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (bootstrap, backup, restore, rebuild, metrics):
        app.command(rich_help_panel="Operating a server")(command)
    app.add_typer(secrets_app, name="secrets", rich_help_panel="Operating a server")


def bootstrap() -> None:
    """Set up the database, or bring it up to date. Safe to repeat.

    Where JOB_ETL_SECRETS_DIR holds the administrator's password, the accounts and databases are made first and get the
    passwords of their files.
    """
    from job_etl.warehouse.bootstrap import bootstrap as apply

    done = apply(_prepared() or _owner_url())
    say(f"schema {done.version}: " + (f"applied {', '.join(done.revisions)}" if done.revisions else "nothing to do"))


def backup(
    keep: Annotated[
        int,
        typer.Option("--keep", min=1, metavar="N", envvar="JOB_ETL_BACKUPS_KEPT", help="Delete all but the newest N."),
    ] = 14,
    listed: Annotated[bool, typer.Option("--list", help="Only list the backups that there are.")] = False,
) -> None:
    """Back up the database, with a list of the landing zone's crawls; the dump is read through before it counts.

    Backups lie in JOB_ETL_BACKUPS_URL (a path, s3://…, gs://…), else in the folder backups of the home. The landing
    zone is not in them: it is what everything can be built from again, so keep a copy of it elsewhere.
    """
    from job_etl import paths
    from job_etl.landing import Landing
    from job_etl.ops.backup import Store, back_up, backups_url
    from job_etl.warehouse.connect import database_url

    store = Store(backups_url())
    if not listed:
        name = back_up(database_url(), store, Landing(paths.landing_url()))
        say(f"{name}: {store.manifest(name).bytes / 1e6:.1f} MB in {store.url}, read through")
        for old in store.keep(keep):
            say(f"{old}: deleted")
        return
    for name in store.names():
        manifest = store.manifest(name)
        say(f"{name}: {manifest.bytes / 1e6:.1f} MB, schema {manifest.schema_version}, {len(manifest.crawls)} crawls")


def restore(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which; the newest where none is named.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace the data that is there.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Restore a backup, and compare every table's rows and checksum with what was backed up."""
    from job_etl import paths
    from job_etl.landing import Landing
    from job_etl.ops import backup as backups

    store = backups.Store(backups.backups_url())
    if not name:
        name = next(iter(store.names()), "")
    if not name:
        raise PermanentError(f"there is no backup in {store.url}")
    if replace and not confirmed("Replace what is in the database?", yes=yes):
        raise typer.Exit(1)
    done = backups.restore(_owner_url(), store, name, Landing(paths.landing_url()), replace=replace)
    say(f"{name}: {done.rows} rows, every table as it was")
    if done.missing:
        warn(f"{len(done.missing)} crawls of the backup are not in the landing zone, such as {done.missing[0]}")


def rebuild(yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Drop the schema and build everything again from the landing zone: the same marts, but for their ids and times."""
    from job_etl.cli.graph import execute, turn
    from job_etl.ops import schema
    from job_etl.warehouse.bootstrap import bootstrap as apply

    url = _owner_url()
    if not schema.is_empty(url) and not confirmed("Drop what is in the database and build it again?", yes=yes):
        raise typer.Exit(1)
    with turn():
        schema.drop(url)
        apply(url)
        finished = execute([])
    for trouble in finished.troubles:
        complain(trouble)
    if not finished.success:
        raise typer.Exit(1)
    say("built again")


def metrics(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", help="The port to listen on.")] = 9187,
) -> None:
    """Serve Prometheus' metrics of the platform on /metrics, until you press Ctrl-C."""
    from job_etl.ops.metrics import server

    try:
        serving = server(host, port)
    except OSError as error:
        raise PermanentError(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from error
    note(f"metrics are on http://{host}:{serving.server_port}/metrics; Ctrl-C ends it")
    with serving, suppress(KeyboardInterrupt):
        serving.serve_forever()


@secrets_app.command()
def init(
    owner: Annotated[
        int | None, typer.Option("--owner", metavar="UID", help="Give the files to this user id; needs root.")
    ] = None,
) -> None:
    """Write every secret that is missing, strong and readable by its owner only; what is there is left as it is."""
    from job_etl.ops import secret_files

    folder = secret_files.folder()
    written = secret_files.create_missing(folder, owner=owner)
    if not written:
        raise PermanentError(f"every secret is in {folder} already and none was touched: job-etl secrets rotate NAME")
    for name in written:
        say(f"wrote {folder / name}")


@secrets_app.command()
def rotate(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="postgres, owner, user, reader, dagster, pgadmin or proxy.")
    ],
) -> None:
    """Change a password in the server and in its file.

    Killed in the middle, it is completed by running it again: until then the old or the new password is in a file.
    """
    from job_etl.ops import accounts, secret_files

    folder = secret_files.folder()
    files = {file.removesuffix("_password"): file for file in (*secret_files.PASSWORDS.values(), *secret_files.OTHERS)}
    if name not in files:
        raise ConfigError(f"{name!r} is no password here: it is one of {', '.join(files)}")
    account = next((account for account, file in secret_files.PASSWORDS.items() if file == files[name]), None)

    def tell(new: str) -> None:
        if account is not None:
            accounts.change_password(_admin_urls(folder), account, new)

    secret_files.rotate(folder, files[name], tell)
    say(f"changed {folder / files[name]}")
    if name in _RESTARTED:
        note(f"now restart what read it when it started: docker compose {_RESTARTED[name]}")


_RESTARTED = {
    "proxy": "restart proxy",
    "dagster": "restart code webserver daemon",
    "pgadmin": "up --detach --force-recreate pgadmin (an account that exists in it keeps its password)",
}


def _prepared() -> str | None:
    """Prepare the server where the secrets of its administrator are here; the owner's URL."""
    from job_etl.ops import accounts, secret_files
    from job_etl.ops.accounts import Account

    folder = secret_files.folder()
    if not os.environ.get("JOB_ETL_SECRETS_DIR"):
        return None
    passwords = {account: secret_files.password(folder, account) for account in Account}
    accounts.prepare_server(_admin_urls(folder)[0], passwords)
    return accounts.url(Account.OWNER, passwords[Account.OWNER], **_place())


def _owner_url() -> str:
    """The URL of the schema's owner: by its password's file where that is here, else as configured."""
    from job_etl.ops import accounts, secret_files
    from job_etl.ops.accounts import Account
    from job_etl.warehouse.connect import owner_database_url

    folder = secret_files.folder()
    if os.environ.get("JOB_ETL_SECRETS_DIR"):
        return accounts.url(Account.OWNER, secret_files.password(folder, Account.OWNER), **_place())
    return owner_database_url()


def _admin_urls(folder: Path) -> list[str]:
    """The administrator's URL, and the one with the password of a rotation that was killed, if there is one."""
    from job_etl.ops import accounts, secret_files
    from job_etl.ops.accounts import Account

    current = secret_files.password(folder, Account.ADMIN)
    killed = secret_files.pending(folder / secret_files.PASSWORDS[Account.ADMIN])
    return [
        accounts.url(Account.ADMIN, password, database="postgres", **_place())
        for password in (current, killed)
        if password
    ]


def _place() -> dict[str, str]:
    return {"host": os.environ.get("POSTGRES_HOST") or "localhost", "port": os.environ.get("POSTGRES_PORT") or "5432"}
