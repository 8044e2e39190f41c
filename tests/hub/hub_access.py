"""Who may see and who may change a dataset of the stand-in for the Hub."""

import re
from http import HTTPStatus

from tests.hub.hub_exchange import Answer, HubRequest, Route, in_json, refused
from tests.hub.hub_repository import HubCommit, HubRepository
from tests.hub.hub_state import HubServer


def may_write(hub: HubServer, request: HubRequest, namespace: str) -> bool:
    """Whether the token that came allows to write in a namespace."""
    return request.token is not None and namespace in hub.writers.get(request.token, ())


def found(hub: HubServer, request: HubRequest, name: str) -> HubRepository:
    """The dataset, if this client may know of it."""
    repository = hub.repositories.get(name)
    if repository is not None:
        is_insider = may_write(hub, request, repository.namespace)
        is_told = repository.token is not None and request.token == repository.token
        if not repository.is_hidden or is_insider or is_told:
            return repository
    # As the Hub does: what is hidden and what is not there look the same.
    status = HTTPStatus.UNAUTHORIZED if request.authorization is None else HTTPStatus.NOT_FOUND
    raise refused(status, "Repository not found", "RepoNotFound")


def found_at(hub: HubServer, request: HubRequest, name: str, revision: str) -> tuple[HubRepository, HubCommit]:
    """The dataset and its commit, if this client may know of it."""
    repository = found(hub, request, name)
    commit = repository.at(revision)
    if commit is None:
        raise refused(HTTPStatus.NOT_FOUND, f"Invalid rev id: {revision}", "RevisionNotFound")
    return repository, commit


def known_writer(hub: HubServer, request: HubRequest) -> str:
    """The name of who sent the token; a token that nobody knows is refused, and so is none."""
    if request.token is None:
        raise refused(HTTPStatus.UNAUTHORIZED, "Invalid username or password.")
    if request.token in hub.writers:
        return next(iter(hub.writers[request.token]), "reader")
    if request.token in {repository.token for repository in hub.repositories.values()}:
        return "reader"
    raise refused(HTTPStatus.UNAUTHORIZED, "Invalid credentials in Authorization header")


def check_namespace(hub: HubServer, request: HubRequest, namespace: str) -> None:
    """Refuse who may not write in a namespace."""
    known_writer(hub, request)
    if not may_write(hub, request, namespace):
        raise refused(HTTPStatus.FORBIDDEN, f'You don\'t have the rights to write in the namespace "{namespace}"')


def writable(hub: HubServer, request: HubRequest, name: str) -> HubRepository:
    """The dataset, if this client may change it."""
    known_writer(hub, request)
    repository = found(hub, request, name)
    check_namespace(hub, request, repository.namespace)
    return repository


def whoami(hub: HubServer, request: HubRequest) -> Answer:
    """Whose token it is."""
    name = known_writer(hub, request)
    others = [each for each in hub.writers.get(request.token or "", ()) if each != name]
    return in_json(
        {
            "type": "user",
            "id": name,
            "name": name,
            "fullname": name,
            "email": f"{name}@example.org",
            "isPro": False,
            "canPay": False,
            "orgs": [{"type": "org", "id": each, "name": each, "fullname": each} for each in others],
            "auth": {
                "type": "access_token",
                "accessToken": {"displayName": "test", "role": "write" if request.token in hub.writers else "read"},
            },
        }
    )


ROUTES = (Route("GET", re.compile(r"/api/whoami-v2"), whoami),)
