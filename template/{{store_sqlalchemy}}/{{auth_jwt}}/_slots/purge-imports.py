from app.accounts.models import TokenFamily
