"""The real flows, for the simulated world to run: `botctl.sim` itself sees ports alone."""

from botctl.flows.compare import correct
from botctl.flows.execute import execute
from botctl.flows.reconcile import reconcile
from botctl.flows.tend import nonce_repair
from botctl.ports.runtime import Runtime
from botctl.sim.commands import Commands


def _repair(rt: Runtime) -> object:
    return nonce_repair(rt, apply=True)


def _correct(rt: Runtime) -> object:
    return correct(rt, why="the operator confirmed", apply=True)


REAL = Commands(execute, reconcile, _repair, _correct)
