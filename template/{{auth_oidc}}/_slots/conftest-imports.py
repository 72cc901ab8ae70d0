from tests.provider import AUDIENCE, providing
