"""The way to the Hub: repositories are made and folders uploaded; its errors become HubError.

The token is huggingface_hub's own affair (HF_TOKEN, or `hf auth login`): nothing here reads, keeps or prints it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import SourcierError


class HubError(SourcierError):
    """What the Hub refuses, or what must not be uploaded."""


# Tokens of the Hub, and what most others look like: none may ever leave with a folder.
SECRET = re.compile(
    rb"\b(hf_[A-Za-z0-9]{30,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY)"
)
TYPES = {"model": "model", "data": "dataset"}  # what the Hub calls them
PLACES = {"model": "", "dataset": "datasets/", "space": "spaces/"}
LARGEST_TEXT = 5 * 2**20  # bytes; larger files are weights


def owner() -> str:
    """The name that is logged in. Raises HubError."""
    with _plainly():
        return _api().whoami()["name"]


def check(folder: Path) -> None:
    """Raises HubError where a file holds what looks like a secret."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size < LARGEST_TEXT and SECRET.search(path.read_bytes()):
            name = path.relative_to(folder).as_posix()
            raise HubError("hub.secret", name=name)


def upload_folder(kind: str, repo: str, folder: Path, message: str, private: bool) -> str:
    """The address of the repository of a model or of data, made if need be, that now holds exactly `folder`.

    Raises HubError.
    """
    with _plainly():
        _api().create_repo(repo, repo_type=TYPES[kind], private=private, exist_ok=True)
        return _uploaded(repo, TYPES[kind], folder, message)


def upload_space(
    repo: str, folder: Path, message: str, private: bool, secrets: Mapping[str, str], variables: Mapping[str, str]
) -> str:
    """As `upload_folder` for a Space; secrets and variables are set before the app is there to start without them."""
    with _plainly():
        api = _api()
        api.create_repo(repo, repo_type="space", space_sdk="gradio", private=private, exist_ok=True)
        if api.space_info(repo).private is not private:
            raise HubError("hub.not_private" if private else "hub.not_public", repo=repo)
        for name, value in secrets.items():
            api.add_space_secret(repo, name, value)
        for name, value in variables.items():
            api.add_space_variable(repo, name, value)
        return _uploaded(repo, "space", folder, message)


def _uploaded(repo: str, kind: str, folder: Path, message: str) -> str:
    # What is no longer in the folder goes from the repository, too; the Hub's own .gitattributes stays.
    _api().upload_folder(
        repo_id=repo, repo_type=kind, folder_path=folder, commit_message=message, delete_patterns=["*"]
    )
    return f"https://huggingface.co/{PLACES[kind]}{repo}"


def _api():
    from huggingface_hub import HfApi

    return HfApi(library_name="sourcier")


@contextmanager
def _plainly() -> Iterator[None]:
    """Turns what huggingface_hub and its HTTP library raise into HubError."""
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

    try:
        yield
    except LocalTokenNotFoundError as error:
        raise HubError("hub.login") from error
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", None)
        if status == 401:
            raise HubError("hub.login") from error
        if status == 403:
            raise HubError("hub.forbidden") from error
        raise HubError("hub.refused", status=status or "?") from error
    except HFValidationError as error:
        raise HubError("hub.name", reason=_first_line(error)) from error
    except (httpx.HTTPError, OSError) as error:
        raise HubError("hub.unreachable", reason=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
