"""What the cache says that it takes is what it takes, or a little more."""

import gc
import tracemalloc
from uuid import UUID, uuid4

from application.caller import acting_as
from application.prompts.selection_candidates import ModelById, Requirements
from tests.builders import a_caller
from tests.prompt_setup import PromptSetup, a_registered_model, an_account

ORGANIZATIONS = 40
MODELS = 25
# Texts that nothing else holds, of every length that matters.
CONFIG = {"stop": ["one stop", "another stop"], "drop": ["seed", "user"], "maxTokens": 400, "baseModel": "gpt-4o"}


async def test_the_bytes_that_are_remembered_are_counted() -> None:
    setup = PromptSetup()
    organizations = [uuid4() for _ in range(ORGANIZATIONS)]
    models: dict[UUID, UUID] = {}
    for organization_id in organizations:
        account = an_account(settings={"organization": f"org-{organization_id}"})
        for number in range(MODELS):
            config = {**CONFIG, "systemPrompt": f"You are {organization_id}. " * (number + 1)}
            model = a_registered_model(account, name=f"Model {number} of {organization_id}", config=config)
            models[organization_id] = model.id
            setup.candidate_reader.put(organization_id, account, model)
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for organization_id in organizations:
            with acting_as(a_caller(organization_id)):
                await setup.runnable_models.chosen(Requirements(), has_images=False)
                await setup.runnable_models.chosen(ModelById(models[organization_id]), has_images=False)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before <= setup.runnable_models.size <= 6 * (after - before)
