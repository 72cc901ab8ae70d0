"""Defects of a service that takes the tokens of an outside provider."""

from tests.mutants.mutant import Mutant

OIDC = "tests/generated/test_oidc.py::"
NOT_FOR_HERE = OIDC + "test_a_token_that_is_not_for_here_opens_nothing"

CLAIMS = "app/auth/claims.py"
PROVIDER = "app/auth/provider.py"
TOKEN = "app/auth/tokens.py"
REQUIRED = 'options={"require": ["aud", "exp", "iss", "sub"]},'


def laxer(options: str) -> Mutant:
    """By what is said to PyJWT."""
    return Mutant(TOKEN, REQUIRED, f"options={{{options}}},", NOT_FOR_HERE)


TOKENS_READ = {
    "a token of another issuer is good": Mutant(
        TOKEN, "            issuer=settings().oidc_issuer,\n", "", NOT_FOR_HERE
    ),
    "a token for others is good": laxer(
        '"require": ["aud", "exp", "iss", "sub"], "verify_aud": False'
    ),
    "an expired token is good": laxer(
        '"require": ["aud", "exp", "iss", "sub"], "verify_exp": False'
    ),
    "a token needs no end": laxer('"require": ["aud", "iss", "sub"]'),
    "a token needs no subject": laxer('"require": ["aud", "exp", "iss"]'),
    "a token for something else is good": Mutant(
        TOKEN,
        "if (kind.lower() if isinstance(kind, str) else kind) not in TYPES:",
        "if kind == 1:",
        NOT_FOR_HERE,
    ),
    "any subject goes into the log": Mutant(
        TOKEN, 'if not _is_harmless(claims["sub"]):', 'if not claims["sub"]:', NOT_FOR_HERE
    ),
    "a key checks what it was not made for": Mutant(
        PROVIDER,
        "suitable = tuple({own} & {*suitable})",
        "suitable = suitable or (own,)",
        NOT_FOR_HERE,
    ),
    "any role may read": Mutant(
        CLAIMS,
        "ROLES.get(role, ())",
        'ROLES.get(role, ROLES["viewer"])',
        OIDC + "test_a_token_may_what_its_roles_may",
    ),
    "roles lie at the top alone": Mutant(
        CLAIMS,
        "claims[path] if path in claims else _within(claims, path)",
        "claims.get(path)",
        OIDC + "test_roles_may_lie_within_another_claim",
    ),
}

KEYS_KEPT = {
    "a withdrawn key is good": Mutant(
        PROVIDER,
        "self._keys = await self._ask()",
        "self._keys = {**self._keys, **await self._ask()}",
        OIDC + "test_a_new_key_is_taken_and_the_old_one_no_more",
    ),
    "a new key is never asked for": Mutant(
        PROVIDER,
        "fetching = self._fetch()",
        "fetching = None if self._keys else self._fetch()",
        OIDC + "test_a_new_key_is_taken_and_the_old_one_no_more",
    ),
    "the keys end with the provider": Mutant(
        PROVIDER,
        "            self._away = True\n",
        "            self._away, self._keys = True, {}\n",
        OIDC + "test_the_keys_outlive_the_provider",
    ),
    "without keys everybody is a stranger": Mutant(
        PROVIDER,
        '            raise Unavailable("The identity provider is away.")\n',
        "            return None\n",
        OIDC + "test_without_any_key_a_token_is_not_judged",
    ),
    "who waits for the provider holds a connection": Mutant(
        "app/auth/authenticate.py",
        "        await unit.close()\n",
        "",
        OIDC + "test_a_provider_that_hangs_holds_up_nobody_whom_it_need_not_be_asked_about",
    ),
    "each unknown key is asked for": Mutant(
        PROVIDER,
        "PAUSE_SECONDS = 10  # between",
        "PAUSE_SECONDS = 0  # between",
        OIDC + "test_a_flood_of_unknown_keys_does_not_reach_the_provider",
    ),
    "a provider may call itself what it likes": Mutant(
        PROVIDER,
        'if about["issuer"] != self._issuer:',
        'if not about["issuer"]:',
        OIDC + "test_a_provider_that_calls_itself_something_else_is_not_believed",
    ),
}

MUTANTS = TOKENS_READ | KEYS_KEPT
