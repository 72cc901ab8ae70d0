"""The hostile corpus, as a generated project receives it: one answer for each request."""

import httpx2
import pytest

from corpus import faults, read_corpus, send

CORPUS = read_corpus()


@pytest.mark.parametrize("name", CORPUS)
def test_a_request_gets_its_answer(base_url: str, credentials: list[str], name: str) -> None:
    case = CORPUS[name]

    answer = send(base_url, case, credentials)

    assert faults(case, answer) == []


def test_the_service_is_ready_after_all(client: httpx2.Client) -> None:
    assert client.get("/ready").status_code == 200


def test_the_corpus_is_large_enough_to_be_one() -> None:
    assert len(CORPUS) >= 600
