keys.add_to(commands)
