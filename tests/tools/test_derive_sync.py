from tools.derive_sync import SYNC, TEMPLATE, derived

# What has no asynchronous source: a file that is neither here nor derived has outlived its own.
BY_HAND = {
    "{{database_mysql}}/{{io_sync}}/app/wire.py",
    "{{io_sync}}/app/edge/wsgi.py",
    "{{io_sync}}/tests/edge/test_wsgi.py",
    "{{store_sqlalchemy}}/{{io_sync}}/app/database.py",
    "{{store_sqlalchemy}}/{{io_sync}}/app/lanes.py",
    "{{store_sqlalchemy}}/{{io_sync}}/tests/test_lanes.py",
}


def test_no_derived_file_outlives_its_source() -> None:
    found = {
        path for path in TEMPLATE.rglob("*.py") if SYNC in path.parts and "_slots" not in path.parts
    }

    assert {path.relative_to(TEMPLATE).as_posix() for path in found - derived().keys()} == BY_HAND
