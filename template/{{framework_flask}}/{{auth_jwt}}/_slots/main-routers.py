api.register_blueprint(accounts.blueprint, url_prefix="/api/v1/auth")
