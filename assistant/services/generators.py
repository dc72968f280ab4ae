"""The generators that can be had: what is here, what is being fetched, and bringing one from a folder or archive."""

import contextlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.generation import preset_store
from assistant.generation.preset_store import Standing
from assistant.generation.presets import GENERIC, HUB_PRESETS, HubPreset, ModelError
from assistant.services.downloads import OWN_NAME, Job, Jobs
from corpus.home import Home

BRINGING = "import"  # the name of the job that brings one


@dataclass(frozen=True)
class GeneratorOffer:
    """A hub preset as it is offered: how it stands, and the job that works on it or has failed, if any."""

    name: str
    preset: HubPreset
    standing: Standing
    job: Job | None = None

    @property
    def running(self) -> bool:
        """Whether it is being fetched or read through."""
        return self.job is not None and self.job.state == "fetching"


class Generators:
    """The presets of one data folder. Nothing is downloaded unless `fetch` is called."""

    def __init__(self, home: Home):
        self._home = home
        self._jobs = Jobs(home)
        self.brought = False  # whether the last one that was brought is here

    def offers(self) -> list[GeneratorOffer]:
        """All presets of the hubs, the smallest first."""
        return [self.offer(name) for name in HUB_PRESETS]

    def offer(self, name: str) -> GeneratorOffer:
        """One preset. Raises ModelError for an unknown name."""
        _known(name)
        return GeneratorOffer(
            name, HUB_PRESETS[name], preset_store.standing(name, self._home.models), self._jobs.get(name)
        )

    @property
    def bringing(self) -> Job | None:
        """The job that brings one from a folder or archive, running or failed."""
        return self._jobs.get(BRINGING)

    @property
    def busy(self) -> bool:
        """Whether something is being fetched, read through or brought."""
        return self._jobs.busy

    def fetch(self, name: str) -> None:
        """Begins to download a preset, or goes on with one that was cut off. Raises ModelError for an unknown name."""
        _known(name)
        self._jobs.start(name, ["--generator", "fetch", name])

    def check(self, name: str) -> None:
        """Begins to read a preset through. Raises ModelError for an unknown name."""
        _known(name)
        self._jobs.start(name, ["--generator", "check", name])

    def stop(self, name: str) -> None:
        """Stops what is going on with a preset, or the bringing of one; what has arrived of a download is kept."""
        self._jobs.stop(name)

    def delete(self, name: str) -> None:
        """Deletes a preset, or what has arrived of it. Raises ModelError, OSError."""
        _known(name)
        preset_store.delete(name, self._home.models)
        self._jobs.forget(name)

    def bring(self, source: Path, name: str = "", *, label: str = "", ours: bool = False) -> None:
        """Begins to install the preset in a folder or ZIP archive, as `name` or under its own.

        `label` is what an archive was called; `ours` says that it is a temporary copy, to be deleted. Raises ModelError
        for a name that no preset has.
        """
        if name:
            _known(name)
        arguments: Sequence[str] = ("--generator", "bring", f"--source={source}", f"--label={label}")

        self.brought = False

        def ended(ready: bool) -> None:
            self.brought = ready
            if ours:
                with contextlib.suppress(OSError):
                    shutil.rmtree(source) if source.is_dir() else source.unlink()

        self._jobs.start(BRINGING, [*arguments, name or OWN_NAME], ended)

    def close(self) -> None:
        """Ends what is going on."""
        self._jobs.close()


def missing(models: Sequence[str]) -> str:
    """The generic GPT-2 that a comparison and a training usually want, where it is not among `models`; else ""."""
    return "" if GENERIC in models else GENERIC


def _known(name: str) -> None:
    if name not in HUB_PRESETS:
        raise ModelError("generators.unknown", name=name, known=", ".join(HUB_PRESETS))
