"""`modelbook serve`."""

from typing import Annotated

import typer

from entrypoints.cli.output import clear_errors, print_json
from entrypoints.cli.service_log import service_log
from entrypoints.settings import load_settings
from entrypoints.stop_signal import stop_signals


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as JSON.")] = False,
) -> None:
    """Serve the API and the console.

    Without MODELBOOK_DATABASE_URL an embedded Postgres is started in MODELBOOK_DATA_DIR and migrated. Ctrl-C or SIGTERM
    finishes the requests in flight.
    """
    with service_log(as_json=as_json) as log, clear_errors(as_json=as_json, report=log.print_error):
        settings = load_settings(host=host, port=port, workers=workers)
        # All that serves takes its time to load: neither the help nor a wrong setting waits for it.
        from entrypoints.runtime import prepared  # noqa: PLC0415
        from entrypoints.serve import address_of, listening_socket, serve_until_stopped  # noqa: PLC0415

        with (
            stop_signals() as stop,
            listening_socket(settings.host, settings.port) as listener,
            prepared(settings, log.say) as runtime,
        ):
            url = address_of(listener)

            def ready() -> None:
                print_json({"url": url}) if as_json else log.say(f"Modelbook listens on {url} (Ctrl-C stops it).")

            serve_until_stopped(runtime, listener, ready, stop)
        log.say("Stopped.")
