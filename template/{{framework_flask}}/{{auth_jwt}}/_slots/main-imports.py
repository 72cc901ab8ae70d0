from app.accounts import routes as accounts
