"""The one place that decides how `huggingface_hub` behaves here, before it is imported.

The library reads its settings from the environment when it is imported, so whoever uses it calls
`prepare_library` first and imports it inside a function.
"""

import logging
import os

# No reports about this machine, no token from the user's login (it would go to whatever endpoint is configured),
# no progress bars of its own. Xet needs a server of its own kind; plain HTTP and LFS work with every endpoint.
SETTINGS = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_XET": "1",
}
# Its HTTP client writes a line per request, with the signatures of signed URLs.
WORDY_LOGGERS = ("httpx2", "httpcore2")


def prepare_library() -> None:
    """Set what `huggingface_hub` reads when it is imported; call it before the import, as often as you like."""
    os.environ.update(SETTINGS)
    for name in WORDY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def token_from_environment() -> str | None:
    """The user's token, from `HF_TOKEN` alone: a login that is cached on the machine is not used."""
    return os.environ.get("HF_TOKEN", "").strip() or None
