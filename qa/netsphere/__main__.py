"""netsphere: all commands under one name; each has its home elsewhere, and is imported when it is called."""

from pkgutil import resolve_name
from typing import Any

import click

from index import __version__

# The modules are below the package ``netsphere`` if it is installed, and at the top level of a checkout.
BELOW = "" if __package__ == "qa.netsphere" else f"{__package__}."
# Of each command its module and name there, and the first sentence of its help, so that none is imported for the list.
COMMANDS = {
    "build": ("qa.build_report.command:build", "Index FOLDER and what was written over HTTP."),
    "serve": ("serve:main", "Serve the API and the chat page over an index that exists."),
    "ask": ("qa.__main__:ask", "Answer QUESTION, with the words that answer it marked."),
    "documents": (
        "qa.collection.command:documents",
        "List the documents of an index and their metadata.",
    ),
    "status": ("index.__main__:status", "Show which generation is served and what it was built from."),
    "verify": ("index.__main__:verify", "Check every hash and every invariant of every generation."),
    "rollback": ("index.__main__:rollback", "Serve the generation before the current one."),
    "publish": ("index.__main__:publish", "Serve a generation that was held or rolled back."),
    "use-file": ("index.__main__:use_file", "Serve documents from their files again."),
    "prune": ("index.__main__:prune", "Remove all generations but the newest and the one that is served."),
    "embed": ("index.__main__:embed", "Embed FOLDER into Parquet files, on this machine or on a cluster."),
    "export": ("index.__main__:export", "Write what is served into Parquet files."),
    "import": ("index.__main__:import_", "Index the documents in Parquet files, with the vectors that are there."),
    "keys": ("qa.__main__:keys", "Add, list and revoke the keys of a server."),
    "eval": ("qa.evaluation.__main__:main", "Run the offline evaluation."),
    "fetch-reader": ("qa.__main__:fetch_reader", "Fetch and make the large reader."),
    "doctor": ("qa.doctor.command:doctor", "Check the installation, the model, the index and the machine."),
    "mcp": ("qa.mcp.command:mcp_command", "Serve an index to an agent."),
}


class LateCommand(click.Command):
    """A command that is imported when it is called."""

    def __init__(self, name: str, place: str, help: str) -> None:
        """Remember where the command is."""
        super().__init__(name, help=help)
        self._place = place

    def load(self) -> click.Command:
        """Import the command. Raise ClickException, which says what to install, if a library is missing."""
        try:
            command: click.Command = resolve_name(BELOW + self._place)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] == (__package__ or "").partition(".")[0]:  # a fault of ours
                raise
            raise click.ClickException(
                f"{self.name} needs the package {error.name}, which is not installed: pip install -r requirements.txt"
            ) from error
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 — as click declares it
    ) -> click.Context:
        """Return the context of the command itself, which click then invokes, or completes."""
        return self.load().make_context(info_name, args, parent, **extra)


@click.group(context_settings={"max_content_width": 100})
@click.version_option(__version__, message="Netsphere %(version)s")
def main() -> None:
    """Ask a folder of documents; get the passage that answers, or a clear "not found in these documents".

    Example: netsphere build my-texts && netsphere ask "Who directed the film?"
    """


for _name, (_place, _help) in COMMANDS.items():
    main.add_command(LateCommand(_name, _place, _help))

if __name__ == "__main__":
    main(prog_name="netsphere")
