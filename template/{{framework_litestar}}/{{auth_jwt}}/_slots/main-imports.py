from app.accounts.routes import AccountController
