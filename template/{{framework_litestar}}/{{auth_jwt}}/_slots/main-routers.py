Router("/api/v1", route_handlers=[AccountController]),
