"""Projects: rendered for what is read, installed for what is run."""

from tests.generated.conftest import make, openid, workshop
from tests.template.conftest import compile_each_source_once, render

__all__ = ["compile_each_source_once", "make", "openid", "render", "workshop"]
