from app.accounts import commands as accounts
