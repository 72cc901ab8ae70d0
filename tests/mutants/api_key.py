"""Defects of a service with API keys."""

from tests.mutants.mutant import Mutant

AUTH = "tests/contract/test_auth.py::"
OBSERVED = "tests/generated/test_observability.py::"

AUTHENTICATE = "app/auth/authenticate.py"
KEYS = "app/auth/keys.py"
SERVICE = "app/keys/service.py"


def stranger(sent: str) -> str:
    told = "test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is"
    return f"{AUTH}{told}[{sent}-GET-/api/v1/items]"


MUTANTS = {
    "any secret fits an id": Mutant(
        KEYS,
        "if stored is None or not matches or stored.ended:",
        "if stored is None or stored.ended:",
        AUTH + "test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is",
    ),
    "an expired key is good": Mutant(
        KEYS,
        "return expired or self.revoked_at is not None",
        "return self.revoked_at is not None",
        AUTH + "test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is",
    ),
    "a revoked key is good": Mutant(
        KEYS,
        "return expired or self.revoked_at is not None",
        "return expired",
        AUTH + "test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is",
    ),
    "a key that was rotated is good": Mutant(
        SERVICE,
        "    row.digest = keys.digest(secret)\n",
        "",
        "project/tests/keys/test_commands.py::test_a_rotated_key_ends_the_old_secret",
    ),
    "a key opens everything": Mutant(
        AUTHENTICATE,
        "Caller(known.id, known.scopes)",
        "Caller(known.id, None)",
        AUTH + "test_a_caller_may_do_what_its_permissions_name",
    ),
    "who reads may delete": Mutant(
        "app/auth/caller.py",
        'ACTIONS = {"GET": "read", "DELETE": "delete"}',
        'ACTIONS = {"GET": "read", "DELETE": "read"}',
        AUTH + "test_a_caller_may_do_what_its_permissions_name",
    ),
    "a stranger is told what is wrong with its request": Mutant(
        "app/edge/app.py",
        '        scope["caller"] = await self.admission.caller(scope, head, route, unit)\n'
        '        check_acceptable(head.headers.get("accept"))\n',
        '        check_acceptable(head.headers.get("accept"))\n'
        '        scope["caller"] = await self.admission.caller(scope, head, route, unit)\n',
        AUTH + "test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is",
    ),
    "a stranger is not told how to prove who it is": Mutant(
        KEYS,
        """CHALLENGE = {"www-authenticate": 'ApiKey realm="api"'}""",
        "CHALLENGE: dict[str, str] = {}",
        AUTH + "test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is",
    ),
    "the log holds what was sent": Mutant(
        "app/edge/app.py",
        '            "client": head.client,\n',
        '            "client": head.client,\n            "sent": head.headers,\n',
        OBSERVED + "test_no_secret_is_in_the_log[postgresql-api-key]",
    ),
}
