"""The command line: its verbs and what they take."""

import typer

from .commands import (
    bench,
    build,
    check,
    clean,
    crawl,
    db,
    dead,
    deploy,
    export,
    logs,
    probe,
    refresh,
    seed,
    simulate,
    sites,
    status,
    topology,
    up,
)

app = typer.Typer(
    name="./wellspring",
    help="Keeps the streaming links of a self-hosted media library alive.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("up")(up.up)
app.command("status")(status.status)
app.command("logs")(logs.logs)
app.command("test")(check.check)
app.command("bench")(bench.bench)
app.command("simulate")(simulate.simulate)
app.command("build")(build.build)
app.command("deploy")(deploy.deploy)
app.command("seed")(seed.seed)
app.command("crawl")(crawl.crawl)
app.command("refresh")(refresh.refresh)
app.command("probe")(probe.probe)
app.command("clean")(clean.clean)
app.add_typer(db.app, name="db")
app.add_typer(dead.app, name="dead")
app.add_typer(topology.app, name="topology")
app.add_typer(sites.app, name="sites")
app.add_typer(export.app, name="export")
