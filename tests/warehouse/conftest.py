from pathlib import Path

import pytest

from assets.lake import Lake

from .dbt_build import Build, DbtProject
from .generated_panel import generated_panel
from .judged_labels import JudgedLabels, read_labels
from .landed_corpus import LandedCorpus
from .statistics_builds import MODELS_ONLY, real_landing
from .statistics_panel import statistics_panel


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """The dbt project, parsed once for all tests."""
    return DbtProject(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def panel() -> LandedCorpus:
    """The generated corpus, rows as landed."""
    return generated_panel()


@pytest.fixture(scope="session")
def panel_build(dbt_project: DbtProject, panel: LandedCorpus) -> Build:
    """The generated corpus with all models built, and all data tests and unit tests run."""
    return dbt_project.build(panel.write)


@pytest.fixture(scope="session")
def statistics_build(dbt_project: DbtProject) -> Build:
    """The panel that the statistics are tested on, with all models built and all data tests run."""
    return dbt_project.build(statistics_panel().write, "--exclude-resource-type", "unit_test")


@pytest.fixture(scope="session")
def real_statistics_build(
    real_upstream: Path, dbt_project: DbtProject, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    """The real sample at its last commit."""
    landing = real_landing(real_upstream, Lake(tmp_path_factory.mktemp("real-statistics")))
    return dbt_project.build(landing, *MODELS_ONLY)


@pytest.fixture(params=["statistics_build", "real_statistics_build"])
def judged(request: pytest.FixtureRequest) -> JudgedLabels:
    """Labels by response and judge, of the generated panel and of the real sample."""
    return read_labels(request.getfixturevalue(request.param))
