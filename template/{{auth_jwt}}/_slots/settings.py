access_token_seconds: Annotated[int, Field(ge=1, le=900)] = 900
"""How long an access token lasts, which nobody can call back: 15 minutes at most."""
refresh_token_seconds: Annotated[int, Field(ge=1)] = 2_592_000
"""How long a refresh token lasts; each use makes a new one."""
