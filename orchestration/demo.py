"""The demonstration: a corpus of the project's own in the data directory, and settings that track it."""

from dataclasses import dataclass

from assets.errors import PipelineError
from assets.lake import Lake, atomic_path, read_json, write_json
from assets.upstream.demo_corpus import write_demo_corpus
from assets.upstream.git import without_credentials
from orchestration.settings import SETTINGS_FILE, Settings, load_settings

MARK = "# Written by `speechmap demo`: this data directory tracks the demo corpus. Delete this file to end that.\n"


@dataclass(frozen=True)
class DemoSize:
    """How large a demo corpus is."""

    questions: int = 120
    models: int = 12
    judges: int = 3
    seed: int = 1


def prepare_demo(lake: Lake, size: DemoSize) -> Settings:
    """Write the demo corpus, unless it is there, and make it the data directory's upstream.

    Returns:
        Settings that build the corpus, whatever upstream the environment names.

    Raises:
        PipelineError: the data directory tracks another upstream.
    """
    settings_file = lake.root / SETTINGS_FILE
    is_demo = settings_file.exists() and settings_file.read_text(encoding="utf-8").startswith(MARK)
    if not is_demo and (settings_file.exists() or lake.warehouse.exists()):
        followed = without_credentials(load_settings(data_dir=lake.root).git_sources[0].location)
        raise PipelineError(
            f"{lake.root} holds {followed}, not the demo; set SPEECHMAP_DATA_DIR to another folder for the demo"
        )
    folder = lake.root / "demo-corpus" / f"q{size.questions}-m{size.models}-j{size.judges}-s{size.seed}"
    written = folder / "demo.json"
    if read_json(written) is None:
        write_demo_corpus(folder, questions=size.questions, models=size.models, judges=size.judges, seed=size.seed)
        write_json(written, vars(size))
    upstream, site_metadata = folder / "llm-compliance.git", folder / "speechmap-site.git"
    with atomic_path(settings_file) as temporary:
        temporary.write_text(
            f"{MARK}SPEECHMAP_UPSTREAM={upstream}\nSPEECHMAP_SITE_METADATA={site_metadata}\n", encoding="utf-8"
        )
    settings = load_settings(data_dir=lake.root, upstream=str(upstream), site_metadata=str(site_metadata))
    return settings.model_copy(update={"revision": None})
