"""Launches runs in the code server's container, and notices when that container was replaced or restarted.

Dagster's default launcher cannot tell such a run, which died with the container, from one under way, so that it would
stay "started" until its time is up. A run that dies alone is noticed by the code server. Named in `dagster.yaml`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from dagster import DagsterRun, Field
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, LaunchRunContext, WorkerStatus
from dagster._serdes import ConfigurableClassData

_TAG = "job_etl/code_server"

_RELOADED = 75.0
"""Seconds that a new code server has to serve before runs of the old one are failed: the daemon looks for it once a
minute, and a run that it fails while it knows of no code server is never retried (`RELOAD_WORKSPACE_INTERVAL` and
`consume_new_runs_for_automatic_reexecution` in Dagster 1.13)."""


class WatchedRunLauncher(DefaultRunLauncher):
    """The default launcher, able to say whether a run's container is there.

    `boot_file` holds an id that the code server's container makes anew each time it starts (see `docker/entrypoint`).
    """

    def __init__(self, boot_file: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._boot_file = Path(boot_file)
        self._served: tuple[str, float] | None = None  # by which code server, and since when
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
        """Whether the container that the run was launched in is still the one that runs, once it could be retried."""
        if run.tags.get(_TAG) in (None, self._boot_id()) or not self._has_settled(run):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "its container was stopped or restarted")

    def _has_settled(self, run: DagsterRun) -> bool:
        """Whether a code server serves where the run was launched, and has for so long that the daemon knows."""
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]
        if client is None:
            return True
        if client.health_check_query() != "SERVING":
            self._served = None
        elif self._served is None or self._served[0] != self._boot_id():
            self._served = self._boot_id(), time.monotonic()
        return self._served is not None and time.monotonic() - self._served[1] >= _RELOADED

    def _boot_id(self) -> str:
        return self._boot_file.read_text().strip()
