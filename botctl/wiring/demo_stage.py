"""The stage of `botctl demo`, from what the command line says."""

from pathlib import Path

from botctl.config.environment import environment, without_settings
from botctl.wiring.stage import DevnetStage, StagePlan


def open_stage(folder: Path, seed: int, database_url: str) -> DevnetStage:
    """Settings of the user's own bot do not reach the demo's."""
    plan = StagePlan(folder.absolute(), seed, database_url)
    return DevnetStage(plan, without_settings(environment()))
