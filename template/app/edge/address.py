"""Whose request it is: the address behind the proxies that are believed."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def client_of(peer: str, forwarded: str | None, trusted: Sequence[Network]) -> str:
    """X-Forwarded-For is read from its end, where the nearest proxy writes, and as far as each
    word comes from somebody trusted: what stands before, anybody may have made up."""
    client = _read(peer)
    if client is None:  # a socket of this machine
        return peer
    for hop in reversed((forwarded or "").split(",")):
        address = _read(hop) if any(client in network for network in trusted) else None
        if address is None:
            break
        client = address
    return str(client)


@lru_cache(maxsize=1024)
def network_of(client: str) -> str:
    """Who counts as one: in IPv6 every line has at least a /64 to choose addresses from."""
    return str(ip_network(f"{client}/64", strict=False)) if ":" in client else client


@lru_cache(maxsize=1024)
def _read(text: str) -> Address | None:
    """Also `192.0.2.1:443`, `[2001:db8::1]:443`, and an IPv4 address that is dressed as IPv6."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
