"""Defects of a service with accounts and JWT."""

from tests.mutants.mutant import Mutant

AUTH = "tests/contract/test_auth.py::"
ACCOUNTS = "tests/contract/test_accounts.py::"
KEYS = "tests/contract/test_idempotency.py::"
LIMITS = "tests/generated/test_rates.py::"
SIGN_INS = "tests/contract/test_sign_ins.py::"
TOKENS = "project/tests/auth/test_tokens.py::"

ADMISSION = "app/edge/admission.py"
PASSWORD = "app/auth/passwords.py"
SCHEMA = "app/accounts/schemas.py"
SERVICE = "app/accounts/service.py"
TOKEN = "app/auth/tokens.py"

DECODED = """        return jwt.decode(
            token, _key(), [ALGORITHM], audience=AUDIENCE, options={"require": required}
        )
"""


def decoded(options: str) -> str:
    """Laxer by these options of PyJWT."""
    return DECODED.replace('{"require": required}', options)


def stranger(sent: str) -> str:
    told = "test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is"
    return f"{AUTH}{told}[{sent}-GET-/api/v1/items]"


TOKENS_READ = {
    "a signature is not checked": Mutant(
        TOKEN,
        DECODED,
        decoded('{"require": required, "verify_signature": False, "verify_exp": True}'),
        stranger("a longer life"),
    ),
    "an expired token is good": Mutant(
        TOKEN,
        DECODED,
        decoded('{"require": required, "verify_exp": False}'),
        stranger("ended 0"),
    ),
    "a token needs no end": Mutant(
        TOKEN,
        DECODED,
        decoded("{}"),
        TOKENS + "test_a_token_that_is_not_ours_opens_nothing[without end]",
    ),
    "a token for others is good": Mutant(
        TOKEN,
        DECODED,
        decoded('{"require": required, "verify_aud": False}'),
        TOKENS + "test_a_token_that_is_not_ours_opens_nothing[for another audience]",
    ),
    "a token is signed by any algorithm": Mutant(
        TOKEN,
        DECODED,
        DECODED.replace("[ALGORITHM]", '[ALGORITHM, "HS512"]'),
        TOKENS + "test_a_token_that_is_not_ours_opens_nothing[another algorithm]",
    ),
    "who views may write": Mutant(
        "app/auth/roles.py",
        '"viewer": frozenset({"*:read"})',
        '"viewer": frozenset({"*:read", "*:write"})',
        AUTH + "test_a_caller_may_do_what_its_permissions_name[read-POST-/api/v1/items]",
    ),
}

PASSWORDS = {
    "any password is right": Mutant(
        SERVICE,
        "if account is None or not matches:",
        "if account is None:",
        ACCOUNTS + "test_a_wrong_password_and_an_unknown_account_are_refused_alike",
    ),
    "an unknown account is told from a wrong password": Mutant(
        SERVICE,
        "    if account is None or not matches:\n",
        "    if account is None:\n        raise NotFound\n    if not matches:\n",
        ACCOUNTS + "test_a_wrong_password_and_an_unknown_account_are_refused_alike",
    ),
    "an unknown account costs no work": Mutant(
        PASSWORD,
        "    async with _places:\n        found =",
        "    if stored is None:\n        return False\n    async with _places:\n        found =",
        "project/tests/accounts/test_routes.py::test_an_unknown_account_costs_what_a_known_one_does",
    ),
    "a password may be short": Mutant(
        SCHEMA,
        "Field(min_length=12, max_length=128)",
        "Field(min_length=11, max_length=128)",
        ACCOUNTS + "test_a_registration_outside_the_schema_is_refused",
    ),
    "addresses differ by case": Mutant(
        SERVICE,
        "return email.casefold()",
        "return email",
        ACCOUNTS + "test_addresses_compare_without_case",
    ),
    "who registers may write": Mutant(
        SERVICE,
        'create_account(session, email, password, "viewer")',
        'create_account(session, email, password, "editor")',
        ACCOUNTS + "test_who_registers_gets_an_account_that_may_read",
    ),
}

FAMILIES = {
    "a second use is refused and no more": Mutant(
        SERVICE,
        "        await session.delete(family)\n        await session.commit()",
        "        await session.commit()",
        SIGN_INS + "test_a_second_use_of_a_refresh_token_ends_its_family",
    ),
    "the end of a family is rolled back": Mutant(
        SERVICE,
        "        await session.commit()",
        "        await session.flush()",
        SIGN_INS + "test_a_second_use_of_a_refresh_token_ends_its_family",
    ),
    "uses at once all win": Mutant(
        SERVICE,
        ", with_for_update=True",
        "",
        "tests/generated/test_families.py::test_of_uses_that_meet_in_the_database_one_wins",
    ),
    "logout ends nothing": Mutant(
        SERVICE,
        "    if family is not None:\n        await session.delete(family)\n",
        "",
        SIGN_INS + "test_logout_ends_the_family",
    ),
    "a refresh token is used again": Mutant(
        TOKEN,
        "return hmac.compare_digest(digest(refresh_token), stored)",
        "return bool(stored)",
        SIGN_INS + "test_a_second_use_of_a_refresh_token_ends_its_family",
    ),
}

COUNTED = {
    "an account is guessed at without end": Mutant(
        SERVICE,
        "    await throttle(email)\n    account = await",
        "    account = await",
        SIGN_INS + "test_an_account_has_ten_tries_a_minute_from_all_addresses",
    ),
    "an address guesses without end": Mutant(
        ADMISSION,
        "rate = STRICT if route.strict else self._rate",
        "rate = self._rate",
        SIGN_INS + "test_an_address_signs_in_ten_times_a_minute",
    ),
    "a 401 counts for nothing": Mutant(
        ADMISSION,
        "            await self._count(scope, _address(head), self._rate)\n            raise\n",
        "            raise\n",
        LIMITS + "test_an_address_that_guesses_is_refused_whoever_it_claims_to_be",
    ),
    "a caller counts for nothing": Mutant(
        ADMISSION,
        '        await self._count(scope, f"caller {caller.id}", self._rate)\n',
        "",
        LIMITS + "test_a_caller_has_a_budget_of_its_own",
    ),
    "a key is everybody's": Mutant(
        "app/edge/idempotency.py",
        "return Claim(caller, key, fingerprint)",
        'return Claim("anybody", key, fingerprint)',
        KEYS + "test_keys_are_each_callers_own",
    ),
}

MUTANTS = TOKENS_READ | PASSWORDS | FAMILIES | COUNTED
