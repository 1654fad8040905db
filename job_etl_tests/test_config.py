from __future__ import annotations

import json
from pathlib import Path

import pytest

from job_etl.config import sources
from job_etl.config.reading import read_yaml
from job_etl.errors import ConfigError
from job_etl.http import Site
from job_etl.model import Board
from job_etl.paths import config_file
from job_etl.secrets import missing, secret
from job_etl.sites import site_for
from job_etl.sources import SOURCES

KEYS = ("ADZUNA_APP_ID", "ADZUNA_APP_KEY")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path / "home"))
    for name in (*KEYS, *(f"{key}_FILE" for key in KEYS), "JOB_ETL_SECRETS_FILE", "JOB_ETL_CONTACT"):
        monkeypatch.delenv(name, raising=False)


def load(tmp_path: Path, text: str, **environ: str) -> sources.Sources:
    file = tmp_path / "sources.yml"
    file.write_text(text, encoding="utf-8")
    return sources.load(file, environ)


def test_the_shipped_file_is_right_and_leaves_out_what_has_no_key() -> None:
    config = sources.load()
    enabled = [source.name for source in config.enabled()]
    assert {"greenhouse", "lever", "ashby", "remoteok", "remotive", "arbeitnow", "hackernews"} <= set(enabled)
    assert "adzuna" not in enabled
    assert all(config.boards(name) for name in enabled)


def test_a_source_is_crawled_once_its_key_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS:
        monkeypatch.setenv(key, "x")
    assert sources.load().is_enabled("adzuna")


def test_boards_are_names_or_entries_with_a_company_and_params(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
        lever:
          boards: [acme, 9, {board: initech, company: Initech, params: {region: eu}}]
        """,
    )
    assert config.boards("lever") == (
        Board("lever", "acme"),
        Board("lever", "9"),
        Board("lever", "initech", "Initech", {"region": "eu"}),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "greenhouse: {boards: [{board: a}, {board: b, compny: B}]}",
            "greenhouse.boards[1].compny: unknown key, did you mean company?",
        ),
        (
            "greenhouse: {bords: [a]}",
            "greenhouse.bords: unknown key, did you mean boards? (allowed: base_url, boards, enabled, rate)",
        ),
        ("greenhouse: {rate: {per_secnd: 1}}", "greenhouse.rate.per_secnd: unknown key, did you mean per_second?"),
        ("greenhouse: {boards: [{company: B}]}", "greenhouse.boards[0].board: is missing"),
        (
            "greenhouse: {boards: [true]}",
            "greenhouse.boards[0].board: YAML reads this as a truth value; put the name in quotes",
        ),
        ("greenhouse: {boards: [' ']}", "greenhouse.boards[0].board: should be a name, not ' '"),
        ("greenhouse: {boards: [a, b, a]}", "greenhouse.boards[2]: a stands there twice"),
        ("greenhouse: {enabled: perhaps}", "greenhouse.enabled: should be a valid boolean"),
        ("greenhouse: {rate: {per_second: 0}}", "greenhouse.rate.per_second: should be greater than 0, not 0"),
        (
            "greenhouse: {base_url: boards.example}",
            "greenhouse.base_url: should be a URL that begins with http:// or https://",
        ),
        ("greenhouse: [acme]", "greenhouse: should be a valid dictionary"),
        ("greenhouse: {boards: starter/nobody}", "greenhouse.boards[0]: unknown group"),
        ("greenhose: {boards: [a]}", "greenhose: unknown source, did you mean greenhouse?"),
        ("crawl: {atempts: 3}", "crawl.atempts: unknown key, did you mean attempts?"),
        ('crawl: {contact: "a\\nb"}', "crawl.contact: should be an address or URL in ASCII"),
        ("greenhouse: {boards: [a]}\nlever: {}\ngreenhouse: {}", " line 3: greenhouse stands there twice"),
        ("greenhouse: {boards: [a}", " line 1: "),
        ("- greenhouse", "should hold `crawl` and the names of sources"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    assert str(error.value).startswith("sources.yml")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_words_that_yaml_once_took_for_truth_values_are_words(tmp_path: Path) -> None:
    config = load(tmp_path, "lever: {enabled: False, boards: [on, {board: n, params: {country: no, deep: true}}]}")
    assert config.boards("lever") == (Board("lever", "on"), Board("lever", "n", None, {"country": "no", "deep": True}))
    assert not config.is_enabled("lever")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, "crawl: {x: 1}\ngreenhouse: {y: 1, enabled: 7}\nlevr: {}")
    assert [line.split(":")[1].strip() for line in str(error.value).splitlines()] == [
        "crawl.x",
        "greenhouse.enabled",
        "greenhouse.y",
        "levr",
    ]


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_yaml(tmp_path / "none.yml")
    (tmp_path / "odd.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        read_yaml(tmp_path / "odd.yml")


def test_the_environment_replaces_a_base_url_and_the_contact(tmp_path: Path) -> None:
    url = "http://127.0.0.1:8000/{board}/"
    config = load(tmp_path, "lever: {boards: [a]}", JOB_ETL_LEVER_BASE_URL=url, JOB_ETL_CONTACT="me@example.org")
    assert config.entry("lever").base_url == "http://127.0.0.1:8000/{board}"
    assert config.crawl.contact == "me@example.org"
    with pytest.raises(ConfigError, match="JOB_ETL_LEVER_BASE_URL: should be a URL"):
        load(tmp_path, "lever: {boards: [a]}", JOB_ETL_LEVER_BASE_URL="8000")


def test_a_person_chooses_sources_and_boards(tmp_path: Path) -> None:
    config = load(tmp_path, "greenhouse: {boards: [a, b]}\nlever: {enabled: false, boards: [a, c]}")
    chosen = [
        (config.chosen(), ["greenhouse/a", "greenhouse/b"]),
        (config.chosen(["lever"]), ["lever/a", "lever/c"]),
        (config.chosen(boards=["lever/c"]), ["lever/c"]),
        (config.chosen(boards=["a"]), ["greenhouse/a", "lever/a"]),
        (config.chosen(["greenhouse"], ["a"]), ["greenhouse/a"]),
        (config.chosen(["greenhouse"], ["new"]), ["greenhouse/new"]),
        (config.chosen(boards=["ashby/new"]), ["ashby/new"]),
        (config.chosen(boards=["workday/acme.wd5/External"]), ["workday/acme.wd5/External"]),
        (config.chosen(["workday"], ["acme.wd5/External"]), ["workday/acme.wd5/External"]),
    ]
    for boards, names in chosen:
        assert [str(board) for board in boards] == names
    with pytest.raises(ConfigError, match=r"source levr: unknown source, did you mean lever\?"):
        config.chosen(["levr"])
    with pytest.raises(ConfigError, match=r"board d: not in sources\.yml; name its source"):
        config.chosen(boards=["d"])


def test_a_group_of_boards_is_spelled_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
    (tmp_path / "starter").mkdir()
    (tmp_path / "starter/mine.yml").write_text("lever: [a, {board: b, company: Bee}]\ngreenhouse: [x]")
    config = load(tmp_path, "lever: {boards: [starter/mine, a, c]}\ngreenhouse: {boards: starter/mine}")
    assert [board.name for board in config.boards("lever")] == ["b", "a", "c"]
    assert [board.name for board in config.boards("greenhouse")] == ["x"]


def test_the_shipped_groups_have_hundreds_of_boards_of_known_sources(tmp_path: Path) -> None:
    groups = [f"starter/{file.stem}" for file in config_file("starter").glob("*.yml")]
    for group in groups:
        named = read_yaml(config_file(f"{group}.yml"))
        config = load(tmp_path, "\n".join(f"{source}: {{boards: {group}}}" for source in named))
        assert all(len(config.boards(source)) == len(boards) for source, boards in named.items())
    sources_in = {source for group in groups for source in read_yaml(config_file(f"{group}.yml"))}
    everything = load(tmp_path, "\n".join(f"{source}: {{boards: [{', '.join(groups)}]}}" for source in sources_in))
    assert len(everything.chosen()) > 300


def test_an_employer_has_the_same_name_in_every_shipped_group(tmp_path: Path) -> None:
    names: dict[str, set[str | None]] = {}
    for file in [config_file("sources.yml"), *config_file("starter").glob("*.yml")]:
        for source, entry in read_yaml(file).items():
            boards = entry if isinstance(entry, list) else entry.get("boards", [])
            for board in load(tmp_path, json.dumps({source: {"boards": boards}})).boards(source):
                names.setdefault(str(board), set()).add(board.company)
    assert {board: found for board, found in names.items() if len(found) > 1} == {}


def test_a_secret_is_in_a_variable_a_file_or_the_secrets_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    (tmp_path / "all").write_text("# keys\nexport A_KEY='from-lines'\nB_KEY=x=y\nEMPTY_KEY=\n")
    everything = {"JOB_ETL_SECRETS_FILE": str(tmp_path / "all")}
    assert secret("A_KEY", {"A_KEY": "given"} | everything) == "given"
    assert secret("A_KEY", {"A_KEY_FILE": str(tmp_path / "key")} | everything) == "from-file"
    assert secret("A_KEY", everything) == "from-lines"
    assert secret("B_KEY", everything) == "x=y"
    assert missing(["A_KEY", "EMPTY_KEY", "NO_KEY"], everything) == ["EMPTY_KEY", "NO_KEY"]
    with pytest.raises(ConfigError, match=r"A_KEY_FILE: cannot read .*: No such file"):
        secret("A_KEY", {"A_KEY_FILE": str(tmp_path / "none")})


def test_the_secrets_file_of_the_home_folder_needs_no_variable(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/secrets.env").write_text("ADZUNA_APP_ID=x\n")
    assert missing(KEYS) == ["ADZUNA_APP_KEY"]


def site(tmp_path: Path, text: str, board: Board) -> Site:
    return site_for(SOURCES[board.source], board, load(tmp_path, text))


def test_a_site_has_the_rate_and_address_of_source_and_configuration(tmp_path: Path) -> None:
    plain = site(tmp_path, "lever: {boards: [a]}", Board("lever", "a"))
    assert (plain.base_url, plain.own_base_url, plain.named) == (SOURCES["lever"].base_url, None, False)
    assert plain.rate == SOURCES["lever"].rate
    text = "lever: {base_url: 'http://127.0.0.1:1/{board}/{region}', rate: {per_second: 9}}"
    replaced = site(tmp_path, text, Board("lever", "a/b", None, {"region": "eu"}))
    assert (replaced.base_url, replaced.named) == ("http://127.0.0.1:1/a%2Fb/eu", True)
    assert (replaced.rate.per_second, replaced.rate.concurrency) == (9, SOURCES["lever"].rate.concurrency)


def test_tenants_with_hosts_of_their_own_share_one_pace(tmp_path: Path) -> None:
    text = "lever: {base_url: 'https://{board}.lever.example'}"
    found = site(tmp_path, text, Board("lever", "acme"))
    assert (found.base_url, found.pace) == ("https://acme.lever.example", "*.lever.example")


@pytest.mark.parametrize(
    ("text", "board", "says"),
    [
        (
            "lever: {base_url: 'https://{board}.{cell}.example'}",
            Board("lever", "a"),
            "lever/a: its address .* needs params.cell",
        ),
        (
            "lever: {base_url: 'https://{board}.example'}",
            Board("lever", "a b"),
            "lever/a b: https://a%20b.example is no address",
        ),
        ("adzuna: {}", Board("adzuna", "all"), "adzuna needs ADZUNA_APP_ID and ADZUNA_APP_KEY, which is not set"),
    ],
)
def test_what_keeps_a_board_from_being_asked_is_told(text: str, board: Board, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        site(tmp_path, text, board)
