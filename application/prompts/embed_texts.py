"""Turn texts into vectors."""

from dataclasses import dataclass

from application.ports.provider_gateway import ProviderConnection
from application.prompts.embedding import Embedded, EmbeddingInput, EmbeddingRequest, Embeddings
from application.prompts.generation import GenerationRequest
from application.prompts.prompt_answer import CallSummary
from application.prompts.prompt_request import Prompt
from application.prompts.prompt_run import PromptRun
from application.prompts.prompt_runner import PromptRunner


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingAnswer:
    """The vectors, and which model has made them at what cost."""

    embedded: Embedded
    account: CallSummary


async def embed_texts(
    prompt: Prompt, inputs: EmbeddingInput, *, runner: PromptRunner, embeddings: Embeddings
) -> EmbeddingAnswer:
    """Return a vector for each input. Editors and administrators; models are chosen and tried as for a prompt.

    Raises:
        ModelNotFound, ModelOutOfUse, NoModelFits: there is no model to run it on.
        PromptFailed: no model has answered within the deadline.
        Unavailable: the database cannot be reached.
    """

    async def call(connection: ProviderConnection, request: GenerationRequest) -> Embedded:
        asked = EmbeddingRequest(model_id=request.model_id, input=inputs, deadline_seconds=request.deadline_seconds)
        return await embeddings.embed(connection, asked)

    async def work(run: PromptRun) -> EmbeddingAnswer:
        embedded = await run.first_success(call)
        return EmbeddingAnswer(embedded=embedded, account=run.account(embedded))

    return await runner.run(prompt, "embedding", work)
