"""Many changes of models in one request."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from application.caller import Caller, acting_as, current_caller
from application.commands.change_model import ChangeModel, apply_change, mentioned_fields
from application.commands.register_model import RegisterModel, new_model
from application.commands.remove_model import RemoveModel
from application.errors import (
    ApplicationError,
    BulkRefused,
    Conflict,
    FieldsChanged,
    ModelAlreadyRegistered,
    ModelNotFound,
    NotFound,
    ProviderNotFound,
    StaleRevision,
)
from application.policies.base_models import base_model, follow_base_model
from application.policies.newest_revision import SeenFields, on_newest
from application.ports.catalogue import Catalogue
from application.ports.registered_models import ProviderEntry, RegisteredModels
from application.ports.repositories import Models
from application.recorded_revision import Recorded
from application.run_in_thread import run_in_thread_if_large
from application.turns import Turns
from application.unset import UNSET
from domain.errors import DomainError
from domain.model.aggregate import Model

# An operation takes some 0.1 ms.
_LARGE: Final = 50
# Then each for itself, which takes a transaction for each.
_TRIES_TOGETHER: Final = 3

ModelOperation = RegisterModel | ChangeModel | RemoveModel
Refusal = ApplicationError | DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeModelsInBulk:
    """Up to 1,000 operations. Editors and administrators; atomic means all of them or none."""

    operations: Sequence[ModelOperation]
    atomic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationOutcome:
    """What became of one operation: recorded, or refused with a reason."""

    index: int
    recorded: Recorded | None
    refusal: Refusal | None


@dataclass(slots=True)
class _Workbench:
    """The models as they were and as the operations so far leave them, and what the operations need to know."""

    operations: Sequence[ModelOperation]
    seen: Sequence[SeenFields]
    loaded: dict[UUID, Model]
    models: dict[UUID, Model]
    providers: Mapping[UUID, ProviderEntry]
    taken: dict[tuple[UUID, str], UUID]
    catalogue: Catalogue

    def decide(self, index: int) -> UUID | Refusal:
        """Decide an operation and return the id of its model, or why it cannot be done; then all is as before."""
        try:
            return self._execute(index)
        except (ApplicationError, DomainError) as refusal:
            return _without_frames(refusal)

    def id_of(self, index: int) -> UUID:
        """Return the id of an operation's model."""
        operation = self.operations[index]
        return current_caller().new_id(index) if isinstance(operation, RegisterModel) else operation.model_id

    def _execute(self, index: int) -> UUID:
        operation = self.operations[index]
        if isinstance(operation, RegisterModel):
            return self._register(operation, self.id_of(index))
        model = self._model(operation).copied()
        if isinstance(operation, RemoveModel):
            model.remove()
            self.taken.pop((model.provider_id, model.model_id), None)
        else:
            if model.id in self.loaded:
                self.seen[index].check(mentioned_fields(self.loaded[model.id], operation))
            before = base_model(model.config)
            apply_change(model, operation)
            if base_model(model.config) not in {None, before} and model.provider_id in self.providers:
                follow_base_model(model, self.providers[model.provider_id], self.catalogue)
        self.models[model.id] = model
        return model.id

    def _model(self, operation: ChangeModel | RemoveModel) -> Model:
        model = self.models.get(operation.model_id)
        if model is None or model.is_removed:
            raise ModelNotFound
        if operation.expected_revision not in (None, model.revision):
            raise StaleRevision(model.revision)
        return model

    def _register(self, operation: RegisterModel, new_id: UUID) -> UUID:
        provider = self.providers.get(operation.provider_id)
        if provider is None:
            raise ProviderNotFound
        name = (operation.provider_id, operation.model_id)
        # An earlier run of this same command is recognised by the log, not here.
        if self.taken.get(name, new_id) != new_id:
            raise ModelAlreadyRegistered
        self.models[new_id] = new_model(operation, provider, self.catalogue, new_id)
        self.taken[name] = new_id
        return new_id


async def change_models_in_bulk(
    command: ChangeModelsInBulk, *, models: Models, directory: RegisteredModels, catalogue: Catalogue, turns: Turns
) -> Sequence[OperationOutcome]:
    """Return an outcome an operation, in their order; the models are saved in one transaction.

    In one process an organization's are made one after the other. Where another command comes first all the same,
    operations are applied again to the newest models, and refused where it has changed the same fields, or where a
    revision is expected.

    Raises:
        BulkRefused: it was to be atomic and some operations cannot be done; none was.
        Conflict: other commands changed the same models too often; nothing was changed.
        Unavailable: others of the organization took too long, and nothing was changed; or the database cannot be
            reached.
    """
    seen = [SeenFields() for _ in command.operations]
    tries = 0

    async def change() -> Sequence[OperationOutcome]:
        nonlocal tries
        tries += 1
        if not command.atomic and tries > _TRIES_TOGETHER:
            # A thousand transactions: nobody else has to wait for all of them.
            return await _change(command, seen, models, directory, catalogue, is_together=False)
        # Of two that change the same models at the same time, one would do all of it again, and again in vain.
        async with turns.of(current_caller().organization_id):
            return await _change(command, seen, models, directory, catalogue, is_together=True)

    return await on_newest(change)


async def _change(
    command: ChangeModelsInBulk,
    seen: Sequence[SeenFields],
    models: Models,
    directory: RegisteredModels,
    catalogue: Catalogue,
    *,
    is_together: bool,
) -> Sequence[OperationOutcome]:
    """Decide on all operations and save what was decided. They are saved one by one if not all can be saved together.

    Raises:
        BulkRefused: as for `change_models_in_bulk`.
        Conflict: another command has changed some of the models, and they are to be saved together.
    """
    before = dict(await models.recorded_already([current_caller().command_id]))
    bench = await _prepared(command.operations, seen, models, directory, catalogue)
    outcomes = await run_in_thread_if_large(command.operations, lambda: _decided(bench, before), large=_LARGE)
    failures = [(index, refusal) for index, refusal in outcomes.items() if isinstance(refusal, Exception)]
    if failures and command.atomic:
        raise BulkRefused(failures)
    with nullcontext() if command.atomic else current_caller().outcome.in_parts():
        refused = {
            index: operation.model_id
            for index, refusal in failures
            if isinstance(refusal, ModelNotFound | StaleRevision | FieldsChanged)
            and not isinstance(operation := command.operations[index], RegisterModel)
        }
        recorded_alone = await _recorded_alone(refused.values(), models) if refused else {}
        before |= recorded_alone
        outcomes |= {index: model_id for index, model_id in refused.items() if model_id in recorded_alone}
        wanted = dict.fromkeys(outcome for outcome in outcomes.values() if not isinstance(outcome, Exception))
        unsaved = [model_id for model_id in wanted if model_id not in before]
        saved = {**before, **await _saved(command, bench, unsaved, outcomes, models, is_together=is_together)}
    return [_outcome(index, outcome, saved) for index, outcome in outcomes.items()]


async def _prepared(
    operations: Sequence[ModelOperation],
    seen: Sequence[SeenFields],
    models: Models,
    directory: RegisteredModels,
    catalogue: Catalogue,
) -> _Workbench:
    registrations = [operation for operation in operations if isinstance(operation, RegisterModel)]
    held = {operation.model_id: None for operation in operations if not isinstance(operation, RegisterModel)}
    loaded = dict(await models.get_many(list(held))) if held else {}
    named = {operation.provider_id for operation in registrations}
    if any(isinstance(each, ChangeModel) and (each.config, each.config_patch) != (UNSET, UNSET) for each in operations):
        # A new base model among them brings facts of the catalogue, which depend on the provider.
        named |= {model.provider_id for model in loaded.values()}
    return _Workbench(
        operations=operations,
        seen=seen,
        loaded=loaded,
        models=dict(loaded),
        providers=await directory.providers(list(named)),
        taken=dict(await directory.registered([(entry.provider_id, entry.model_id) for entry in registrations])),
        catalogue=catalogue,
    )


def _decided(bench: _Workbench, before: Mapping[UUID, Recorded]) -> dict[int, UUID | Refusal]:
    """Return the model's id or the refusal of each; what an earlier run of this command recorded is kept."""
    outcomes: dict[int, UUID | Refusal] = {}
    for index in range(len(bench.operations)):
        model_id = bench.id_of(index)
        outcomes[index] = model_id if model_id in before else bench.decide(index)
    return outcomes


async def _saved(
    command: ChangeModelsInBulk,
    bench: _Workbench,
    model_ids: Sequence[UUID],
    outcomes: dict[int, UUID | Refusal],
    models: Models,
    *,
    is_together: bool,
) -> dict[UUID, Recorded | Refusal]:
    changed = [bench.models[model_id] for model_id in model_ids]
    try:
        return {recorded.aggregate_id: recorded for recorded in await models.save_all(changed)}
    except (Conflict, ProviderNotFound) as error:
        if command.atomic or (is_together and type(error) is Conflict):
            raise
    indexes: dict[UUID, list[int]] = {}
    for index, outcome in outcomes.items():
        if not isinstance(outcome, Exception):
            indexes.setdefault(outcome, []).append(index)
    return {
        model_id: await _saved_alone(bench, model_id, indexes[model_id], outcomes, models) for model_id in model_ids
    }


async def _saved_alone(
    bench: _Workbench,
    model_id: UUID,
    indexes: Sequence[int],
    outcomes: dict[int, UUID | Refusal],
    models: Models,
) -> Recorded | Refusal:
    """Save one of several under a command id of its own: the log applies one command id once.

    Where another command comes first, its operations are decided again, which may change their outcomes.
    """
    is_first = True

    async def save() -> Recorded:
        nonlocal is_first
        if not is_first:
            bench.models.pop(model_id, None)
            bench.loaded |= (newest := await models.get_many([model_id]))
            bench.models |= newest
            outcomes.update({index: bench.decide(index) for index in indexes})
            refusals = [each for index in indexes if isinstance(each := outcomes[index], Exception)]
            if len(refusals) == len(indexes):
                raise refusals[-1]
        is_first = False
        with acting_as(_alone(model_id)):
            return await models.save(bench.models[model_id])

    try:
        return await on_newest(save)
    except (ApplicationError, DomainError) as refusal:
        if isinstance(refusal, Conflict | NotFound | StaleRevision | DomainError):
            return _without_frames(refusal)
        raise


def _without_frames(refusal: Refusal) -> Refusal:
    """Return the refusal without the frames that it came through.

    They hold the outcomes, which hold it: all models of the request would stay until the garbage collector finds them,
    and everybody waits for it while it does.
    """
    refusal.__cause__ = refusal.__context__ = None
    return refusal.with_traceback(None)


async def _recorded_alone(model_ids: Iterable[UUID], models: Models) -> Mapping[UUID, Recorded]:
    """Return what an earlier run of this command, broken off half-way, has saved of the models alone."""
    return await models.recorded_already([_command_alone(model_id) for model_id in dict.fromkeys(model_ids)])


def _alone(model_id: UUID) -> Caller:
    return replace(current_caller(), command_id=_command_alone(model_id))


def _command_alone(model_id: UUID) -> UUID:
    return current_caller().new_id(model_id.int % 2**64)


def _outcome(index: int, outcome: UUID | Refusal, saved: Mapping[UUID, Recorded | Refusal]) -> OperationOutcome:
    settled = outcome if isinstance(outcome, Exception) else saved[outcome]
    if isinstance(settled, Exception):
        return OperationOutcome(index=index, recorded=None, refusal=settled)
    return OperationOutcome(index=index, recorded=settled, refusal=None)
