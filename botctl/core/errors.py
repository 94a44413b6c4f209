"""Three families of errors: the class says who must act, the code says what happened."""

from typing import ClassVar

from botctl.core.codes import Code


class BotError(Exception):
    """A failure with its code, the facts around it, and the exit status it ends a command with."""

    exit_code: ClassVar[int] = 70

    def __init__(self, code: Code, say: str = "", **facts: object) -> None:
        self.code = code
        self.say = say  # one sentence for a person: what is wrong and how to mend it
        self.facts = facts
        super().__init__(" ".join([code, say, *(f"{k}={v}" for k, v in facts.items())]).strip())


class TransientError(BotError):
    """The world said "later": the next run retries."""

    exit_code = 75


class LostMoveError(TransientError):
    """Another run was first: nothing was written, and what it did is the truth."""


class OperatorError(BotError):
    """A human must change something: do not restart."""

    exit_code = 78


class UsageError(BotError):
    """The command line asked for something that does not exist or cannot be."""

    exit_code = 2


class CorruptError(BotError):
    """We, or our storage, broke a promise: stop and keep the state as it is."""

    exit_code = 70


class CheckError(BotError):
    """A check was run and failed (replay mismatch, invalid bundle, unhealthy)."""

    exit_code = 1
