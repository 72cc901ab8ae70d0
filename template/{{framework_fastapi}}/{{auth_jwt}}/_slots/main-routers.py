api.include_router(accounts.router, prefix="/api/v1")
