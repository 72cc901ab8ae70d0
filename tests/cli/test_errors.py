import re

from scaffold import errors
from scaffold.errors import Refusal
from tests import ROOT

PAGE = (ROOT / "docs/reference/exit-codes.md").read_text()


def test_the_page_lists_every_exit_code_with_an_anchor_and_a_way_out() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {(kind.exit_code, kind.code) for kind in kinds if issubclass(kind, Refusal)}

    rows = re.findall(r"^\| \[(\d+)\]\(#\1\) \| (?:`(\w+)` )?\| \S.* \|$", PAGE, re.MULTILINE)
    anchors = re.findall(r'^<a id="(\d+)"></a>\n## \1: \S', PAGE, re.MULTILINE)

    assert {(int(number), code) for number, code in rows} == {(0, ""), *codes}
    assert [int(number) for number in anchors] == sorted({0, *(number for number, _ in codes)})
