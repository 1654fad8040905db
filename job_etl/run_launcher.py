"""Launches runs in the code server's container, and notices when that container was replaced or restarted.

Dagster's default launcher cannot tell such a run, which died with the container, from one under way, so that it would
stay "started" until its time is up. A run that dies alone is noticed by the code server. Named in `dagster.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from dagster import DagsterRun, Field
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, LaunchRunContext, WorkerStatus
from dagster._serdes import ConfigurableClassData

_TAG = "job_etl/code_server"


class WatchedRunLauncher(DefaultRunLauncher):
    """The default launcher, able to say whether a run's container is there.

    `boot_file` holds an id that the code server's container makes anew each time it starts (see `docker/entrypoint`).
    """

    def __init__(self, boot_file: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._boot_file = Path(boot_file)
        super().__init__(inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """The settings in `dagster.yaml`."""
        return {"boot_file": Field(str, description="Where the code server's container writes its id.")}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """The launcher as `dagster.yaml` configures it."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Launch a run, and remember in which container."""
        self._instance.add_run_tags(context.dagster_run.run_id, {_TAG: self._boot_id()})
        super().launch_run(context)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Yes, unlike the default launcher."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the container that the run was launched in is still the one that runs."""
        if run.tags.get(_TAG) in (None, self._boot_id()):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "its container was stopped or restarted")

    def _boot_id(self) -> str:
        return self._boot_file.read_text().strip()
