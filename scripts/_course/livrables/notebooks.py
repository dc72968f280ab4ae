"""Notebooks, run from top to bottom in a kernel of their own; what they print is kept, where they ran is not."""

import os
from collections.abc import Mapping
from pathlib import Path

from corpus.errors import SourcierError
from scripts._course.livrables.parts import ROOT

LONGEST_S = 1800  # one cell


def run_all(source: Path, target: Path, environment: Mapping[str, str] | None = None) -> None:
    """Runs `source`, with `environment` added to this process's, and writes it with its outputs to `target`.

    Raises SourcierError with what to install, or with the error of the first cell that fails.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
    except ImportError as error:
        raise SourcierError("notebook.tools") from error
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    variables = {**os.environ, "PYTHONPATH": paths, **(environment or {})}
    client = NotebookClient(
        notebook,
        timeout=LONGEST_S,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(source.parent)}},
    )
    try:
        client.execute(env=variables)
    except CellExecutionError as error:
        raise SourcierError("notebook.failed", name=source.name, error=error.ename, reason=error.evalue) from error
    for cell in notebook.cells:
        if cell.cell_type == "code":  # libraries greet and complain on standard error, each machine in its own way
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    # Neither the version of the interpreter nor the kernel's name on this machine belongs to the deliverable.
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    target.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
