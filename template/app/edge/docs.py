"""The policy of a page that may run its own scripts and nothing else."""

import base64
import hashlib
import re

_INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def policy(page: str) -> str:
    """A Content-Security-Policy that names the inline scripts by their digests."""
    digests = [hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page)]
    inline = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    scripts = " ".join(["'self'", *inline])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",  # Swagger UI writes style attributes
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
        )
    )
