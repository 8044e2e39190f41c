"""The demonstration: a corpus of the project's own in the data directory, and settings that track it."""

from dataclasses import dataclass

from assets.errors import PipelineError
from assets.hub.demo_datasets import write_demo_datasets
from assets.lake import Lake, atomic_path, read_json, write_json
from assets.upstream.demo_corpus import write_demo_corpus
from assets.upstream.git import without_credentials
from orchestration.settings import PREFIX, SETTINGS_FILE, Settings, load_settings

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
        upstream = without_credentials(load_settings(data_dir=lake.root).git_sources[0].location)
        raise PipelineError(
            f"{lake.root} holds {upstream}, not the demo; set SPEECHMAP_DATA_DIR to another folder for the demo"
        )
    folder = lake.root / "demo-corpus" / f"q{size.questions}-m{size.models}-j{size.judges}-s{size.seed}"
    written = folder / "demo.json"
    if read_json(written) is None:
        corpus = write_demo_corpus(
            folder, questions=size.questions, models=size.models, judges=size.judges, seed=size.seed
        )
        write_demo_datasets(folder / "hub", corpus.data_repository, seed=size.seed)
        write_json(written, vars(size))
    followed = {
        "upstream": str(folder / "llm-compliance.git"),
        "site_metadata": str(folder / "speechmap-site.git"),
        "hub_endpoint": str(folder / "hub"),
    }
    with atomic_path(settings_file) as temporary:
        lines = [f"{PREFIX}{name.upper()}={location}\n" for name, location in followed.items()]
        temporary.write_text(f"{MARK}{''.join(lines)}", encoding="utf-8")
    # What is made up is not published, whatever the environment says.
    return load_settings(data_dir=lake.root, **followed).model_copy(update={"revision": None, "publish_to": None})
