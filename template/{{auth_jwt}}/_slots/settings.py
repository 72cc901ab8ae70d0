access_token_seconds: Annotated[int, Field(ge=1, le=900)] = 900
refresh_token_seconds: Annotated[int, Field(ge=1)] = 2_592_000
