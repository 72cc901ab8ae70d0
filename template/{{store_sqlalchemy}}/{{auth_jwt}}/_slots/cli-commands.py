accounts.add_to(commands)
