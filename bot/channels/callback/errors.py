"""Why a callback is not taken: each kind with the HTTP status that its sender is told."""


class CallbackError(Exception):
    """A callback that is not taken; the text goes to the log, never to the sender."""

    status = 400


class MalformedError(CallbackError):
    """It is not what the platform sends."""


class ForgedError(CallbackError):
    """The signature is wrong, or it was meant for another receiver."""

    status = 403


class StaleError(CallbackError):
    """It is too old, or its signature has been seen with something else."""

    status = 403


class OversizedError(CallbackError):
    """The body is longer than any message."""

    status = 413


class SlowError(CallbackError):
    """The body did not come in time."""

    status = 408
