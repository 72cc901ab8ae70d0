"""Which combinations of framework, database and auth are driven, and which of them in CI."""

from itertools import product

from tests.combinations import CHOICES

AXES = ("framework", "database", "auth")
Answers = dict[str, str]
DEFAULT = next(iter(CHOICES["framework"]))  # not said in a combination's name
EVERY: dict[str, Answers] = {
    "-".join(value for value in values if value != DEFAULT): dict(zip(AXES, values, strict=True))
    for values in product(*(CHOICES[name] for name in AXES))
}
# In CI the contract is driven on these: those of the default framework that most projects are, and
# of the others so many that any two choices meet.
PAIRWISE = (
    "postgresql-none",
    "postgresql-api-key",
    "postgresql-jwt",
    "postgresql-oidc",
    "sqlite-none",
    "sqlite-api-key",
    "sqlite-jwt",
    "mysql-jwt",
    "litestar-postgresql-jwt",
    "litestar-mysql-none",
    "litestar-mysql-api-key",
    "litestar-sqlite-oidc",
    "flask-postgresql-none",
    "flask-postgresql-jwt",
    "flask-mysql-oidc",
    "flask-sqlite-api-key",
)
# And all else that is done with each, on so many that every choice is met. The first is what most
# projects are: what does not depend on an answer is tried on it alone.
CHOSEN = (
    "postgresql-none",
    "postgresql-oidc",
    "sqlite-api-key",
    "mysql-jwt",
    "litestar-postgresql-jwt",
    "flask-postgresql-jwt",
)
