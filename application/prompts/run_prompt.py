"""Run a prompt and wait for the whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.prompts.generation import Generation
    from application.prompts.prompt_answer import PromptAnswer
    from application.prompts.prompt_request import Prompt
    from application.prompts.prompt_run import PromptRun
    from application.prompts.prompt_runs import PromptRuns


async def run_prompt(prompt: Prompt, *, runs: PromptRuns, generation: Generation) -> PromptAnswer:
    """Return the answer. Cancelling it ends the call at the provider; nothing of prompt or answer is kept.

    Raises:
        ModelNotFound, ModelOutOfUse, NoModelFits: there is no model to run it on.
        PromptFailed: no model has answered within the deadline.
        Unavailable: the database cannot be reached.
    """

    async def work(run: PromptRun) -> PromptAnswer:
        return run.succeeded(await run.first_success(generation.generate))

    return await runs.run(prompt, "prompt", work)
