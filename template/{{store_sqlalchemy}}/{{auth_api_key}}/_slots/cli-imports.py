from app.keys import commands as keys
