"""The answers about targets."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from wellspring_common.bus.port import Reply
from wellspring_common.clock import Clock
from wellspring_common.errors import Transient, WellspringError
from wellspring_common.events.permissions import ASK_UPLOADER
from wellspring_common.uploading import (
    ChangeTarget,
    Done,
    Question,
    SaveTarget,
    TargetRef,
    TargetSaved,
    Tested,
)

from ..adapters.targets import PostgresTargets
from .answering import answering

TEST_PATIENCE_S = 25.0


@dataclass(frozen=True)
class TargetAnswers:
    """Answers what people wish of targets."""

    targets: PostgresTargets
    clock: Clock
    changed: Callable[[int], Awaitable[object]]
    """Is told which target was changed, once that is committed: its calendar is computed again."""

    def replies(self) -> Mapping[str, Reply]:
        """Return the table of questions."""
        return {
            f"{ASK_UPLOADER}.{Question.SAVE_TARGET}": answering(SaveTarget, self.save),
            f"{ASK_UPLOADER}.{Question.REMOVE_TARGET}": answering(TargetRef, self.remove),
            f"{ASK_UPLOADER}.{Question.CHANGE_TARGET}": answering(ChangeTarget, self.change),
            f"{ASK_UPLOADER}.{Question.TEST_TARGET}": answering(TargetRef, self.test),
        }

    async def save(self, wish: SaveTarget) -> TargetSaved:
        """Make or change a target."""
        target_id = await self.targets.save(wish)
        await self.changed(target_id)
        return TargetSaved(target_id=target_id)

    async def remove(self, ref: TargetRef) -> Done:
        """Remove a target that nothing is scheduled on."""
        await self.targets.remove(ref.target_id)
        return Done()

    async def change(self, wish: ChangeTarget) -> Done:
        """Pause a target, or let it go on."""
        await self.targets.change(wish)
        await self.changed(wish.target_id)
        return Done()

    async def test(self, ref: TargetRef) -> Tested:
        """Sign in and look, and upload nothing. What was found is stored with the target."""
        tested = await self._tested(ref)
        await self.targets.note_test(ref.target_id, tested, now=self.clock.now())
        await self.changed(ref.target_id)
        return tested

    async def _tested(self, ref: TargetRef) -> Tested:
        try:
            async with asyncio.timeout(TEST_PATIENCE_S):
                target = await self.targets.open(ref)
                try:
                    account = await target.test()
                    await self.targets.claim(ref.target_id, account.identity)
                finally:
                    await target.close()
        except TimeoutError:
            said = f"The platform did not answer within {TEST_PATIENCE_S:g} seconds."
            return Tested(works=False, detail=said, code="timeout")
        except WellspringError as error:
            if error.code == "target_not_found" or _is_ours(error):
                raise
            return Tested(works=False, detail=error.message, code=error.code)
        return Tested(
            works=True,
            account=account.name,
            channel=account.channel,
            detail=f"Signed in as {account.name}.",
            limits=dict(account.limits),
        )


def _is_ours(error: WellspringError) -> bool:
    """Return whether an error says something about our own database and nothing about a platform."""
    return isinstance(error, Transient) and error.code in {"dependency_down", "database_busy"}
