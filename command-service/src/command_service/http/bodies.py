"""Request bodies as commands: JSON values validated, with a problem for every rule that a field breaks."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from command_service.commands.command import PRINTABLE
from ticket_chassis.errors import pointer
from ticket_chassis.problems import INVALID, FieldError, ProblemError
from ticket_chassis.wording import in_words

MEMBERS_MAX = 50
"""No object that we take has as many members; each one too many would be an error of its own."""

SEVERAL = "The request breaks the rules that `errors` names"

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], value: Any, *, path: Sequence[str | int] = ()) -> M:
    """Return the model of a JSON value; raises 422 `invalid`. `path` is where in the body the value stands."""
    if isinstance(value, dict) and len(value) > MEMBERS_MAX:
        raise invalid([FieldError("pointer", pointer(path), f"has more than {MEMBERS_MAX} members")])
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _from_validation(error.errors(include_url=False), path) from None


def invalid(errors: Sequence[FieldError]) -> ProblemError:
    """Return the problem of fields that break rules; a single one is told in `detail` as well."""
    detail = errors[0].detail if len(errors) == 1 else SEVERAL
    return ProblemError(INVALID, detail, errors=errors)


def _from_validation(found: Sequence[ErrorDetails], path: Sequence[str | int]) -> ProblemError:
    problem = invalid([_field_error(error, path) for error in found])
    if len(found) == 1 and "advice" in found[0].get("ctx", {}):
        # The sentence is the API's; what to do instead stands beside the field.
        return ProblemError(INVALID, found[0]["msg"], errors=problem.errors)
    return problem


def _field_error(error: ErrorDetails, path: Sequence[str | int]) -> FieldError:
    context = error.get("ctx", {})
    message = context.get("advice") or in_words(error)
    if error["type"] == "string_pattern_mismatch" and context.get("pattern") == PRINTABLE:
        message = "Control characters other than tab, LF and CR are not allowed"
    return FieldError("pointer", pointer((*path, *error["loc"])), message)
