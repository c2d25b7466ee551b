import httpx2
import pytest

from client.tests.fake_http import problem
from client.tests.scripted import Scripted
from ticket_client import problems
from ticket_client.problems import ProblemError
from ticket_client.retry import NO_RETRY
from ticket_client.transport import Service

DOCUMENTED = {
    400: ["malformed-request", "bad-parameter", "bad-header"],
    404: ["ticket-not-found", "not-found"],
    405: ["method-not-allowed"],
    409: ["ticket-closed", "ticket-resolved", "not-resolved", "ticket-exists", "conflict", "key-in-use"],
    412: ["version-mismatch"],
    413: ["too-large"],
    415: ["unsupported-media-type"],
    422: ["invalid", "key-reused"],
    503: ["unavailable", "read-model-behind", "ticket-parked", "overloaded"],
}
CODES = [(status, code) for status, codes in DOCUMENTED.items() for code in codes]


async def raised(status: int, code: str) -> ProblemError:
    service = Service("http://service", retry=NO_RETRY, transport=Scripted([problem(status, code, "No")]))
    with pytest.raises(ProblemError) as caught:
        await service.call("GET", "/x")
    return caught.value


@pytest.mark.parametrize(("status", "code"), CODES)
async def test_every_documented_code_has_a_class_that_bears_its_name(status: int, code: str) -> None:
    error = await raised(status, code)
    assert type(error) is getattr(problems, code.title().replace("-", ""))
    assert (error.status, error.code, error.detail) == (status, code, "No")
    assert (type(error).__doc__ or "").startswith(f"{status}")


def test_there_is_no_class_that_nothing_raises() -> None:
    assert sorted(ProblemError.kinds) == sorted(code for _, code in CODES)


async def test_a_code_that_came_later_is_a_problem_like_any_other() -> None:
    error = await raised(403, "forbidden")
    assert type(error) is ProblemError
    assert error.code == "forbidden"


@pytest.mark.parametrize("errors", [["bad gateway"], {"reason": "none"}, "x", 5])
async def test_errors_of_a_gateway_in_a_form_of_its_own_are_left_out(errors: object) -> None:
    answer = httpx2.Response(503, json={"errors": errors})
    with pytest.raises(ProblemError) as caught:
        await Service("http://service", retry=NO_RETRY, transport=Scripted([answer])).call("GET", "/x")
    assert (caught.value.status, caught.value.code, caught.value.errors) == (503, "unknown", [])
