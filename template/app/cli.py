"""The service's own command line: `app serve`, `app migrate`, `app migrations check|sql`."""

import argparse
import signal
import sys

import uvicorn
from pydantic import ValidationError

from app import migrations
from app.log import configure
from app.settings import settings

GRACE_SECONDS = 20  # of an orchestrator's 30, after the drain delay


def main() -> None:
    arguments = _parser().parse_args()
    _refuse_weak_settings()
    configure(settings().log_level, readable=settings().environment == "development")
    if arguments.command == "serve":
        serve(reload=arguments.reload)
    elif arguments.command == "migrate":
        migrations.migrate()
    elif arguments.action == "sql":
        migrations.print_sql()
    else:
        sys.exit(migrations.check())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="answer HTTP until SIGTERM, then drain, exit 0")
    serving.add_argument("--reload", action="store_true", help="start anew when the code changes")
    commands.add_parser("migrate", help="bring the database to the newest revision")
    migrating = commands.add_parser("migrations", help="compare and print migrations")
    migrating.add_argument("action", choices=["check", "sql"])
    return parser


def _refuse_weak_settings() -> None:
    try:
        settings()
    except ValidationError as error:
        for each in error.errors():
            name = ".".join(map(str, each["loc"])).upper()
            print("error:", name, each["msg"], file=sys.stderr)
        sys.exit("\nhint: settings come from the environment; .env.example lists them")


def serve(*, reload: bool) -> None:
    if settings().environment == "development" and sys.stderr.isatty():
        print(f"http://{settings().host}:{settings().port}/docs", file=sys.stderr)
    # uvicorn raises the signal once more when it has ended: SIGTERM is a good end, exit 0.
    signal.signal(signal.SIGTERM, lambda *_: None)
    uvicorn.run(
        "app.main:app",
        host=settings().host,
        port=settings().port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,  # above the 60 s of usual balancers, or they meet closed sockets
        timeout_graceful_shutdown=GRACE_SECONDS,
        reload=reload,
        reload_dirs=["app"],
    )


if __name__ == "__main__":
    main()
