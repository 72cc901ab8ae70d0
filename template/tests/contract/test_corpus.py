"""Every request of corpus.toml gets its answer, and the service outlives them all."""

import pytest

from tests.contract.conftest import Service
from tests.contract.corpus import Case, faults, read_corpus, send

CORPUS = read_corpus()
READY = Case("ready", "GET /ready", "200")


@pytest.mark.parametrize("name", CORPUS)
def test_a_request_gets_its_answer(service: Service, name: str) -> None:
    case = CORPUS[name]

    answer = send(service.url, case, service.credentials)

    assert faults(case, answer) == []


def test_the_service_is_ready_after_all(service: Service) -> None:
    assert faults(READY, send(service.url, READY, [])) == []
