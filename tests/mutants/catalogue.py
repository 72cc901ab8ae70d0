"""Every mutant, by the combination that it is seeded into and by what would be wrong."""

from tests.mutants import api_key, default, jwt, oidc
from tests.mutants.mutant import Mutant

CATALOGUE: dict[str, dict[str, Mutant]] = {
    "postgresql-jwt": jwt.MUTANTS,  # first: its callers' tokens end after a quarter of an hour
    "postgresql-api-key": api_key.MUTANTS,
    "postgresql-oidc": oidc.MUTANTS,
    "postgresql-none": default.MUTANTS,
}
