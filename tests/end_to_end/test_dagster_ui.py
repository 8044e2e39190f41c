"""What a person finds in the Dagster UI after `make demo`: the graph, its evidence, and a column's way back."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboards.browser import Watch, open_browser
from tests.end_to_end.dagster_server import DagsterServer, dagster_ui
from tests.end_to_end.pipeline import Pipeline

GROUPS = {"upstream", "hub", "annotation", "landing", "warehouse", "statistics", "quality", "dashboards", "publication"}
ASSETS = """{ assetNodes {
  assetKey { path } groupName description kinds isMaterializable
  owners { ... on TeamAssetOwner { team } }
  metadataEntries { __typename label }
  assetMaterializations(limit: 1) { metadataEntries {
    __typename label
    ... on IntMetadataEntry { intValue }
    ... on TextMetadataEntry { text }
    ... on TableColumnLineageMetadataEntry { lineage { columnName columnDeps { assetKey { path } columnName } } }
  } }
  assetChecksOrError { ... on AssetChecks { checks {
    name blocking executionForLatestMaterialization { status }
  } } }
} }"""

AUTOMATION = """{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError {
  ... on RepositoryLocation { repositories {
    sensors { name sensorState { status } }
    schedules { name scheduleState { status } }
  } }
} } } } }"""
LOOK = """mutation { sensorDryRun(cursor: null, selectorData: {
  repositoryLocationName: "orchestration.definitions", repositoryName: "__repository__", sensorName: "SENSOR"
}) { ... on DryRunInstigationTick { evaluationResult { skipReason runRequests { runKey } } } } }"""


@pytest.fixture(scope="module")
def server(demo: Pipeline) -> Iterator[DagsterServer]:
    with dagster_ui(demo) as running:
        yield running


@pytest.fixture(scope="module")
def assets(server: DagsterServer) -> dict[str, dict[str, Any]]:
    nodes = server.ask(ASSETS)["assetNodes"]
    return {"/".join(node["assetKey"]["path"]): node for node in nodes}


@pytest.fixture
def page(server: DagsterServer) -> Iterator[Page]:
    with open_browser() as browser:
        context = browser.new_context(viewport={"width": 1600, "height": 1000})
        new_page = context.new_page()
        watch = Watch.over(new_page, server.origin)
        yield new_page
        assert watch.elsewhere == []


def evidence(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (materialization,) = node["assetMaterializations"]
    return {entry["label"]: entry for entry in materialization["metadataEntries"]}


def test_every_asset_says_what_it_is_and_whose(assets: dict[str, dict[str, Any]]) -> None:
    assert {node["groupName"] for node in assets.values()} == GROUPS
    for key, node in assets.items():
        assert node["description"], key
        assert node["kinds"], key
        assert node["owners"] == [{"team": "speechmap"}], key


def test_every_asset_shows_rows_commit_and_columns(demo: Pipeline, assets: dict[str, dict[str, Any]]) -> None:
    commit = demo.query("select upstream_commit from landing.refresh")[0][0]
    for key, node in assets.items():
        if key.startswith("publication/hub/"):  # the demo publishes nothing
            assert node["assetMaterializations"] == []
            assert "dagster/column_schema" in {entry["label"] for entry in node["metadataEntries"]}
            continue
        shown = evidence(node)
        if key == "upstream/site":  # another repository, another commit
            assert shown["upstream_commit"]["text"] != commit
        elif key.startswith(("hub/", "annotation/")):
            assert shown["revision"]["text"]
        else:
            assert shown["upstream_commit"]["text"] == commit, key
        if key == "dashboards/site":  # files, not rows
            continue
        assert shown["dagster/row_count"]["intValue"] >= 0, key
        labels = set(shown) | {entry["label"] for entry in node["metadataEntries"]}
        assert "dagster/column_schema" in labels, key


def test_row_counts_are_those_of_the_tables(demo: Pipeline, assets: dict[str, dict[str, Any]]) -> None:
    for mart in ("responses", "assessments", "judge_pair_agreement", "response_texts"):
        shown = evidence(assets[f"marts/{mart}"])["dagster/row_count"]["intValue"]
        assert demo.query(f"select count(*) from marts.{mart}") == [(shown,)]


def test_a_mart_column_leads_back_to_the_upstream_files(assets: dict[str, dict[str, Any]]) -> None:
    reached, todo = set(), [("marts/judge_pair_agreement", "cohen_kappa")]
    while todo:
        key, column = todo.pop()
        if (key, column) in reached:
            continue
        reached.add((key, column))
        lineage = evidence(assets[key]).get("dagster/column_lineage")
        for entry in lineage["lineage"] if lineage else []:
            if entry["columnName"].lower() == column.lower():
                todo += [("/".join(dep["assetKey"]["path"]), dep["columnName"]) for dep in entry["columnDeps"]]
    assert ("upstream/judgments", "analysis.compliance") in reached


def test_dbt_tests_and_expectations_are_checks_and_only_true_findings_warn(assets: dict[str, dict[str, Any]]) -> None:
    checks = {
        (key, check["name"]): check for key, node in assets.items() for check in node["assetChecksOrError"]["checks"]
    }
    assert checks["landing/analyses", "well_formed_analyses"]["blocking"]
    assert not checks["landing/quarantine", "nothing_quarantined"]["blocking"]
    assert any(key.startswith("marts/") for key, _ in checks)
    failed = {
        name: check["blocking"]
        for (_, name), check in checks.items()
        if check["executionForLatestMaterialization"]["status"] != "SUCCEEDED"
    }
    # what the demo corpus has of upstream's own oddities
    assert failed == dict.fromkeys(("errors_have_no_text", "judgments_are_of_current_texts", "time_zones_agree"), False)


def test_what_a_sync_did_is_in_the_metadata_of_its_assets(assets: dict[str, dict[str, Any]]) -> None:
    synced = evidence(assets["upstream/judgments"])
    for told in ("history", "added_files", "changed_files", "moved_files", "removed_files", "withdrawn", "seconds"):
        assert told in synced
    landed = evidence(assets["landing/files"])
    assert landed["fetched_bytes"]["intValue"] > 0
    assert landed["landed_rows"]["intValue"] > 0
    assert "seconds" in landed
    assert "quarantined_rows_by_rule" in evidence(assets["landing/quarantine"])


def test_sensors_and_the_schedule_are_on_and_find_nothing_new(server: DagsterServer) -> None:
    """The demo shows what its sources hold, so opening the UI must not set off a refresh."""
    (entry,) = server.ask(AUTOMATION)["workspaceOrError"]["locationEntries"]
    (repository,) = entry["locationOrLoadError"]["repositories"]
    states = {one["name"]: one["sensorState"]["status"] for one in repository["sensors"]}
    names = ("judgments_commit", "site_commit", "hub_revisions", "stored_reviews")
    assert states == dict.fromkeys(names, "RUNNING")
    assert [one["scheduleState"]["status"] for one in repository["schedules"]] == ["RUNNING"]
    for sensor in states:
        looked = server.ask(LOOK.replace("SENSOR", sensor))["sensorDryRun"]["evaluationResult"]
        assert looked["runRequests"] == []
        assert "nothing new" in looked["skipReason"]


def test_the_lineage_page_draws_the_way_from_upstream_to_the_site(server: DagsterServer, page: Page) -> None:
    page.goto(f"{server.origin}/assets/marts/judge_pair_agreement?view=lineage&lineageScope=upstream&lineageDepth=5")
    graph = page.locator("svg")
    for asset in ("assessments", "int_questions", "analyses", "judgments"):
        expect(graph.get_by_text(asset, exact=True).first).to_be_visible(timeout=30_000)


def test_the_checks_page_lists_the_expectations(server: DagsterServer, page: Page) -> None:
    page.goto(f"{server.origin}/assets/landing/analyses?view=checks")
    expect(page.get_by_text("well_formed_analyses").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("response_shape_known").first).to_be_visible(timeout=30_000)
