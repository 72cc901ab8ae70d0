import json

import pytest

from app.edge.envelope import failure
from app.errors import AppError, Detail, ValidationFailed


@pytest.mark.parametrize("error", AppError.__subclasses__(), ids=lambda error: error.__name__)
def test_every_error_tells_its_code_and_the_way_out(error: type[AppError]) -> None:
    answer = failure(error())

    body = json.loads(answer.body)
    assert answer.status == error.status
    assert body["success"] is False
    assert body["error"]["code"] == error.code
    assert body["error"]["hint"]
    assert ("details" in body["error"]) == (error.status == 422)
    assert ("retry-after" in dict(answer.headers)) == (error.status == 503)


def test_details_name_the_fields() -> None:
    answer = failure(ValidationFailed(details=[Detail("name", "missing", "Field required")]))

    details = json.loads(answer.body)["error"]["details"]
    assert details == [{"field": "name", "code": "missing", "message": "Field required"}]
