import pytest

from .dbt_build import Build, DbtProject
from .generated_panel import generated_panel
from .landed_corpus import LandedCorpus


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
