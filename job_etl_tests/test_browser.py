"""What a person sees and does in Dagster's UI, in Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from job_etl import embedded
from job_etl.definitions import defs
from job_etl.landing import Landing
from job_etl.sample import land_sample
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, page
from job_etl_tests.sources.samples import FIXTURES
from job_etl_tests.ui import CHROMIUM, WITHOUT_CHROMIUM, Ui, chromium, eventually, lineage, materialise, started, stop

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM),
]

STAGES = ["bootstrap", "sources", "raw", "staging", "ops", "marts", "exports"]

MADE_FROM = {
    **{f"sources/{name}": {"bootstrap/schema"} for name in SOURCES},
    "bootstrap/schema": set(),
    "raw/job_postings_raw": {"bootstrap/schema", *(f"sources/{name}" for name in SOURCES)},
    "staging/postings": {"raw/job_postings_raw"},
    "staging/job_postings_stg": {"staging/postings"},
    "ops/ranking": {"bootstrap/schema"},
    "marts/enumerations": set(),
    "marts/dim_companies": {"staging/job_postings_stg"},
    "marts/fact_jobs": {"staging/job_postings_stg", "marts/dim_companies", "marts/enumerations", "ops/ranking"},
    "exports/ranked_jobs": {"marts/dim_companies", "marts/fact_jobs"},
    "ops/run_stats": {"exports/ranked_jobs"},
}

ASSETS = """
{ assetNodes { assetKey { path } groupName dependencyKeys { path } description owners { ... on TeamAssetOwner { team } }
    kinds } }
"""

CHECKS = """
{ assetNodes { assetKey { path } assetChecksOrError { ... on AssetChecks { checks {
    name executionForLatestMaterialization { status } } } } } }
"""

STEPS = """
query Steps($run: String!) { runsOrError(filter: {runIds: [$run]}) { ... on Runs { results { stepKeysToExecute } } } }
"""

AUTOMATION = """
{ repositoriesOrError { ... on RepositoryConnection { nodes {
    schedules { name pipelineName cronSchedule executionTimezone scheduleState { status } }
    sensors { name sensorState { status } } } } } }
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """The one server that plays all providers. It has no board of Greenhouse's called `gone`."""
    with Provider() as server:
        for path, source in (
            ("/v1/boards/copper-lark/jobs", "greenhouse"),
            ("/posting-api/job-board/copper-lark", "ashby"),
            ("/api", "remoteok"),
        ):
            server.at(path, page((FIXTURES / source / "list.json").read_bytes()))
        yield server


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Ui]:
    """The UI over the landed sample, with three sources that ask the provider."""
    home = tmp_path_factory.mktemp("ui")
    asked = {"base_url": provider.url, "rate": {"per_second": 1000}}
    config = {
        "greenhouse": {**asked, "boards": ["copper-lark", "gone"]},
        "ashby": {**asked, "boards": ["copper-lark"]},
        "remoteok": {**asked, "boards": ["all"]},
    }
    (home / "sources.yml").write_text(json.dumps(config))
    land_sample(Landing(str(home / "landing")))
    with started(home, {"JOB_ETL_CONFIG_DIR": str(home)}) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    with chromium(viewport={"width": 1600, "height": 1000}) as context:
        yield context


@pytest.fixture
def tab(browser: BrowserContext) -> Iterator[Page]:
    """A page of the browser, on whose console there is no error in the end.

    Chromium breaks its connections off when an interface of the machine comes or goes, as where containers are started;
    what the page says of that is not the page's fault.
    """
    opened, errors = browser.new_page(), list[str]()
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert errors == [] or any("ERR_NETWORK_CHANGED" in error for error in errors)


@pytest.fixture(scope="module")
def materialised(ui: Ui, browser: BrowserContext) -> dict[str, Any]:
    """The run that the button on the asset lineage starts, once it has ended."""
    opened = browser.new_page()
    materialise(ui, opened)
    opened.close()
    return ui.finished_run()


def test_the_asset_graph_leads_from_the_schema_and_the_sources_to_the_ranked_jobs(ui: Ui, tab: Page) -> None:
    found = {"/".join(node["assetKey"]["path"]): node for node in ui.ask(ASSETS)["assetNodes"]}
    made_from = {key: {"/".join(made["path"]) for made in node["dependencyKeys"]} for key, node in found.items()}
    assert made_from == MADE_FROM

    # Only what is in view is drawn, and the sources take more room than there is.
    lineage(ui, tab, *(stage for stage in STAGES if stage != "sources"))
    for key in ["sources", *(key for key in MADE_FROM if not key.startswith("sources/"))]:
        expect(tab.get_by_text(key.rpartition("/")[2], exact=True).first).to_be_visible()
    lineage(ui, tab, "sources")
    expect(tab.get_by_text(sorted(SOURCES)[len(SOURCES) // 2], exact=True).first).to_be_visible()


def test_every_asset_says_what_it_is_whose_it_is_and_what_it_is_made_with(ui: Ui) -> None:
    for node in ui.ask(ASSETS)["assetNodes"]:
        key = "/".join(node["assetKey"]["path"])
        assert node["description"], key
        assert node["owners"] == [{"team": "job-etl"}], key
        assert node["kinds"], key
        assert node["groupName"] == node["assetKey"]["path"][0]


def test_everything_is_materialised_with_one_button_and_the_run_ends_green(
    ui: Ui, materialised: dict[str, Any], provider: Provider, tab: Page
) -> None:
    assert materialised["status"] == "SUCCESS", ui.said()
    tab.goto(f"{ui.url}/runs/{materialised['runId']}")
    expect(tab.get_by_text("Success", exact=True).first).to_be_visible(timeout=120_000)
    # The chart names only the steps that took long enough for a name to fit: the list beside it has them all.
    [steps] = ui.ask(STEPS, run=materialised["runId"])["runsOrError"]["results"]
    expect(tab.get_by_text(f"Succeeded ({len(steps['stepKeysToExecute'])})")).to_be_visible()
    expect(tab.get_by_text("Errored (0)")).to_be_visible()
    assert provider.count("/v1/boards/copper-lark/jobs") == 1


def test_an_asset_shows_its_rows_and_its_columns(ui: Ui, materialised: dict[str, Any], tab: Page) -> None:
    tab.goto(f"{ui.url}/assets/marts/fact_jobs")
    expect(tab.get_by_text("Row count", exact=True).first).to_be_visible(timeout=120_000)
    for column in ("hash_key", "rank_score", "rank_explain"):
        expect(tab.get_by_text(column, exact=True).first).to_be_visible()
    expect(tab.get_by_text("The identity of the job: generate_hash_key(company, title, location).")).to_be_visible()


def test_every_check_is_listed_and_green_but_for_the_board_that_is_gone(
    ui: Ui, materialised: dict[str, Any], tab: Page
) -> None:
    found = {
        ("/".join(node["assetKey"]["path"]), check["name"]): check["executionForLatestMaterialization"]
        for node in ui.ask(CHECKS)["assetNodes"]
        for check in node["assetChecksOrError"].get("checks", [])
    }
    declared = {(key.asset_key.to_user_string(), key.name) for key in defs.resolve_asset_graph().asset_check_keys}
    assert set(found) == declared
    red = {key for key, last in found.items() if last is None or last["status"] != "SUCCEEDED"}
    assert red == {("sources/greenhouse", "boards_are_crawled_in_full")}

    tab.goto(f"{ui.url}/assets/staging/postings?view=checks")
    expect(tab.get_by_text("few_payloads_are_rejected").first).to_be_visible(timeout=120_000)
    expect(tab.get_by_text("Passed", exact=True).first).to_be_visible()
    tab.goto(f"{ui.url}/assets/sources/greenhouse?view=checks")
    expect(tab.get_by_text("1 of 2 boards were not read in full").first).to_be_visible(timeout=120_000)


def test_the_whole_way_is_scheduled_at_seven_in_toronto(ui: Ui, tab: Page) -> None:
    [repository] = ui.ask(AUTOMATION)["repositoriesOrError"]["nodes"]
    [schedule] = (each for each in repository["schedules"] if each["pipelineName"] == "jobs_etl_daily")
    assert (schedule["cronSchedule"], schedule["executionTimezone"]) == ("0 7 * * *", "America/Toronto")
    tab.goto(f"{ui.url}/automation")
    expect(tab.get_by_role("link", name=schedule["name"])).to_contain_text("07:00 AM", timeout=120_000)


@pytest.mark.parametrize(
    "name",
    [
        "jobs_etl_daily_schedule",
        "back_up_daily_schedule",
        "keep_house_schedule",
        "new_landed_crawls",
        "log_failed_run",
        "alerts",
    ],
)
def test_schedules_and_sensors_are_switched_on_and_off_with_a_click(ui: Ui, tab: Page, name: str) -> None:
    tab.goto(f"{ui.url}/automation", wait_until="networkidle")
    box = tab.get_by_role("link", name=name).locator("xpath=following::input[@type='checkbox'][1]")
    for state in ("RUNNING", "STOPPED"):
        click_until(box, lambda wanted=state: switched(ui)[name] == wanted, ui.said)
        expect(box).to_be_checked(checked=state == "RUNNING", timeout=120_000)


def test_sigterm_ends_the_ui_and_leaves_no_process(ui: Ui) -> None:
    # The last of the module, because it ends what the others share.
    home = Path(ui.log).parent
    assert embedded.status(home).running
    assert stop(ui) == []
    eventually(lambda: not embedded.status(home).running, 120)


def click_until(box: Locator, condition: Callable[[], bool], why: Callable[[], str]) -> None:
    """Click the switch, and again as a person would: a click while the page still fills its rows in is lost."""
    for _ in range(5):
        expect(box).to_be_enabled(timeout=120_000)
        if not condition():
            box.locator("xpath=..").click()
        with suppress(AssertionError):
            return eventually(condition, 20)
    return eventually(condition, 20, why)


def switched(ui: Ui) -> dict[str, str]:
    """Whether each schedule and sensor is RUNNING or STOPPED."""
    [repository] = ui.ask(AUTOMATION)["repositoriesOrError"]["nodes"]
    schedules = {each["name"]: each["scheduleState"]["status"] for each in repository["schedules"]}
    return schedules | {each["name"]: each["sensorState"]["status"] for each in repository["sensors"]}
