"""What a role may do, whatever the resource."""

ROLES = {
    "viewer": frozenset({"*:read"}),
    "editor": frozenset({"*:read", "*:write"}),
    "admin": frozenset({"*:read", "*:write", "*:delete"}),
}
