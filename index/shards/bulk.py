"""What the commands do: embed a folder into shards, export the served generation, import shards into an index."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from index.build.changes import Overrides
from index.build.pipeline import NO_OVERRIDES, BuildReport, build_embedded
from index.build.split_documents import SplittingRules, split_documents
from index.build.unit_inputs import UnitInputs, UnitTexts
from index.embedding import load_encoder, reject_quantization
from index.errors import QuantizationError
from index.generation.directory import IndexDirectory
from index.generation.documents import Documents
from index.generation.generation import Generation
from index.progress import Progress, Silent
from index.settings import IndexSettings
from index.shards.document_files import read_documents
from index.shards.embed import EmbeddingRun, LoadEncoder
from index.shards.export import export_generation
from index.shards.load import load_shards
from index.shards.local import embed_locally
from index.shards.plan import PLAN, Plan, Recipe
from index.shards.prepare import ShardingRequest, prepare_shards
from index.shards.ray_cluster import Cluster, embed_on_cluster
from index.shards.surroundings import Surroundings
from index.text.sentences import PunctuatedNames
from index.types import Document, Encoder
from index.writes.build import WritesReport, build_with_writes
from index.writes.parse import UploadParser

# Characters of the documents by whose units the int8 model is compared with the float32 one, as a build compares it.
CHECKED_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class EmbeddingReport:
    """The plan of the shards, and how many of them were embedded; the others were done already."""

    plan: Plan
    embedded: int


def embed_folder(request: ShardingRequest, cluster: Cluster | None, progress: Progress) -> EmbeddingReport:
    """Embed the documents of a folder into shards, on this machine or on a cluster, with the model of the settings.

    Raise what ``prepare_shards``, ``embed_locally`` and ``embed_on_cluster`` raise.
    """
    settings = request.settings
    # The same folder on a node, whatever its working directory is.
    models = str(Path(settings.models).absolute())
    load = partial(load_encoder, settings.model, models, settings.question_network)
    try:
        return embed_with(load, request, cluster, progress)
    except QuantizationError as error:
        reject_quantization(settings.model, models, error)
        return embed_with(load, request, cluster, progress)


def embed_with(
    load: LoadEncoder, request: ShardingRequest, cluster: Cluster | None, progress: Progress
) -> EmbeddingReport:
    """Do the same with the model that ``load`` returns; raise QuantizationError if it is too far from float32."""
    with progress.step("loading the model", None):
        encoder = load()
    plan = prepare_shards(request, encoder, progress)
    projection = Surroundings.read(request.folder).projection
    run = EmbeddingRun(request.folder, plan, projection, load)
    if len(run.list_missing()) == len(plan.shards):
        try:
            _check_quantization(plan, request, encoder)
        except QuantizationError:
            # The next attempt is with another model, in float32, and nothing is lost.
            (request.folder / PLAN).unlink()
            raise
    embedded = embed_on_cluster(run, cluster, progress) if cluster else embed_locally(run, progress)
    return EmbeddingReport(plan, embedded)


def _check_quantization(plan: Plan, request: ShardingRequest, encoder: Encoder) -> None:
    """Compare the model with its float32 form on the first documents, before hours are spent."""
    sizes = request.settings.chunk_sizes(encoder.max_tokens)
    rules = SplittingRules(PunctuatedNames(frozenset(plan.recipe.names)), sizes, encoder.count_tokens)
    with TemporaryDirectory(prefix="netsphere-check-") as folder:
        documents = Documents.build(_read_first(plan, request.folder), Path(folder))
        passages, units = split_documents(documents, documents, rules, Path(folder), Silent())
        has_context = request.settings.context != "none"
        encoder.check_quantization(UnitTexts(UnitInputs(passages, units, encoder, has_context)))


def _read_first(plan: Plan, folder: Path) -> Iterator[Document]:
    paths = (plan.get_document_path(folder, number) for number in range(len(plan.shards)))
    characters = 0
    for document in chain.from_iterable(map(read_documents, paths)):
        yield document
        characters += len(document.text)
        if characters >= CHECKED_CHARACTERS:
            return


def export_index(index: Path, folder: Path, shards: int | None, progress: Progress) -> Plan:
    """Export what an index serves into shards; raise GenerationError, and what ``export_generation`` raises."""
    directory = IndexDirectory(index)
    # Not ``open_current``: an older generation in place of a damaged one would be exported unnoticed.
    generation = Generation.open(index / directory.require_current())
    return export_generation(generation, folder, shards, progress)


def import_shards(folder: Path, settings: IndexSettings, progress: Progress) -> WritesReport:
    """Build an index from the documents and embeddings of shards, with what was written to it over HTTP.

    Its store may be another one than that of the index that was exported. Raise ShardError if a file is missing or
    damaged, UsageError if the shards are of another model or of other settings, and what a build raises.
    """
    with progress.step("loading the model", None):
        encoder = load_encoder(settings.model, settings.models, settings.question_network)

    def build(overrides: Overrides, reads_files: bool) -> BuildReport:
        # The shards take the place of the files, which are always read.
        return build_from_shards(folder, settings, encoder, progress, overrides)

    with UploadParser(settings) as parser:
        return build_with_writes(build, settings, reads_files=True, parser=parser)


def build_from_shards(
    folder: Path,
    settings: IndexSettings,
    encoder: Encoder,
    progress: Progress | None = None,
    overrides: Overrides = NO_OVERRIDES,
) -> BuildReport:
    """Build a generation from shards, as ``build_index`` does from files; nothing is embedded that a shard has."""
    progress, root = progress or Silent(), Path(settings.index)
    plan = Plan.read(folder)
    plan.check_recipe(folder, Recipe.describe(settings, encoder))
    root.mkdir(parents=True, exist_ok=True)
    embedded = load_shards(folder, plan, root, progress)
    return build_embedded(embedded, settings, encoder, progress, overrides)
