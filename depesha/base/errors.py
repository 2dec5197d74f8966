"""The one error a stranger sees, and the errcodes that have one fixed status."""

from collections.abc import Mapping

from depesha.base.canonical import Json


class MatrixError(Exception):
    """A refusal to be answered as `{"errcode", "error", ...fields}` with an HTTP status.

    Spec: client-server API, "Standard error response".
    """

    def __init__(
        self,
        status: int,
        errcode: str,
        message: str,
        fields: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {errcode}: {message}")
        self.status = status
        self.errcode = errcode
        self.message = message
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Json]:
        """The JSON object of the response."""
        return {"errcode": self.errcode, "error": self.message, **self.fields}


def forbidden(message: str, **fields: Json) -> MatrixError:
    return MatrixError(403, "M_FORBIDDEN", message, fields)


def not_found(message: str = "Not found") -> MatrixError:
    return MatrixError(404, "M_NOT_FOUND", message)


def bad_json(message: str) -> MatrixError:
    return MatrixError(400, "M_BAD_JSON", message)


def not_json(message: str = "The body is not valid JSON") -> MatrixError:
    return MatrixError(400, "M_NOT_JSON", message)


def invalid_param(message: str) -> MatrixError:
    return MatrixError(400, "M_INVALID_PARAM", message)


def missing_param(name: str) -> MatrixError:
    return MatrixError(400, "M_MISSING_PARAM", f"Missing parameter: {name}")


def too_large(message: str = "The request is too large") -> MatrixError:
    return MatrixError(413, "M_TOO_LARGE", message)


def unrecognized(message: str = "Unrecognized request", status: int = 404) -> MatrixError:
    return MatrixError(status, "M_UNRECOGNIZED", message)


def limit_exceeded(retry_after_ms: int) -> MatrixError:
    """429 with both the header (whole seconds, rounded up) and the older body field."""
    seconds = -(-retry_after_ms // 1000)
    return MatrixError(
        429,
        "M_LIMIT_EXCEEDED",
        "Too many requests",
        {"retry_after_ms": retry_after_ms},
        {"Retry-After": str(max(1, seconds))},
    )


def overloaded(retry_after_ms: int) -> MatrixError:
    """503 when it is not this caller who asks too much: as `limit_exceeded` else."""
    error = limit_exceeded(retry_after_ms)
    error.status, error.message = 503, "The server has more to do than it can"
    return error
