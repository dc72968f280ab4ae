"""What pyproject.toml asks for, and whether the running interpreter has it, without importing any of it.

A bare Python has no `packaging`, and Python 3.10 no TOML parser either: pip carries copies of both, and the pip that
`venv` installs into new environments lies inside the standard library as a wheel, from which they can be imported.
"""

import functools
import importlib
import importlib.util
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

BASE = ""  # the key of the requirements that belong to no extra
DEBIAN_WHEELS = "/usr/share/python-wheels"  # where Debian and its relatives keep what ensurepip installs


def read(pyproject: Path) -> dict[str, list[str]]:
    """The requirement strings of each extra, those of the project itself under `BASE`.

    Raises OSError when the file cannot be read, ValueError when it is not TOML, ImportError when this Python has
    neither `tomllib` nor any pip.
    """
    project = _project(pyproject)
    return {BASE: project.get("dependencies", []), **project.get("optional-dependencies", {})}


def project_version(pyproject: Path) -> str:
    """The version that pyproject.toml gives the project. Raises as `read` does."""
    return _project(pyproject)["version"]


def missing(requirements: list[str]) -> list[str]:
    """Those requirements that the running interpreter lacks or has in a version outside their range."""
    return [each for each in requirements if not _present(each)]


def name(requirement: str) -> str:
    """The package's name alone: `keras>=3,<4` gives `keras`."""
    return _parsed(requirement).name


def _project(pyproject: Path) -> dict[str, Any]:
    toml = _carried("tomllib" if sys.version_info >= (3, 11) else "tomli")
    return toml.loads(pyproject.read_text(encoding="utf-8")).get("project", {})


def _present(requirement: str) -> bool:
    wanted = _parsed(requirement)
    if wanted.marker and not wanted.marker.evaluate():
        return True
    try:
        installed = version(wanted.name)
    except PackageNotFoundError:
        return False
    return bool(installed) and wanted.specifier.contains(installed, prereleases=True)


def _parsed(requirement: str):
    return _carried("packaging.requirements").Requirement(requirement)


@functools.cache
def _carried(module: str) -> ModuleType:
    """A module of this interpreter's own, else pip's copy of it, else the copy in the pip that `venv` installs."""
    for full_name in (module, f"pip._vendor.{module}"):
        try:
            return importlib.import_module(full_name)
        except ImportError:
            continue
    wheel = _pip_wheel()
    if not wheel:
        raise ImportError(f"This Python has neither {module} nor pip.")
    sys.path.append(wheel)
    try:
        return importlib.import_module(f"pip._vendor.{module}")
    finally:
        sys.path.remove(wheel)


def _pip_wheel() -> str:
    """The path of the pip that `venv` installs; empty where the standard library comes without it."""
    spec = importlib.util.find_spec("ensurepip")
    bundled = Path(spec.origin).parent / "_bundled" if spec and spec.origin else None
    shared = sysconfig.get_config_var("WHEEL_PKG_DIR") or DEBIAN_WHEELS
    found = [path for folder in (bundled, Path(shared)) if folder for path in sorted(folder.glob("pip-*.whl"))]
    return str(found[0]) if found else ""
