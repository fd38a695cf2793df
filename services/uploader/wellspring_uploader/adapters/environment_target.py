"""The target that comes from the environment: made, changed and let go with its variables."""

from contextlib import suppress

import structlog

from wellspring_common.errors import WellspringError
from wellspring_common.postgres import Connection, Database
from wellspring_common.settings import SettingsError

from ..domain.target_secrets import checked_secrets
from ..targets.registry import Registry
from ..targets.settings import DailymotionKey, DailymotionPlace
from . import target_queries as sql
from .credentials import NoKeyError, Seal
from .identities import forget
from .targets import REVISION, PostgresTargets, plain, without_revision

NAME, KIND = "dailymotion", "dailymotion"

log = structlog.get_logger(__name__)


async def adopt(
    database: Database, registry: Registry, seal: Seal, key: DailymotionKey, place: DailymotionPlace
) -> int | None:
    """Bring the target `dailymotion` in step with the environment, and return its id. Raises `SettingsError`.

    What the environment sets counts; the rest of its settings is the operator's. Without a key a target that
    came from there becomes one like all others. What an older key encrypted is encrypted anew.
    """
    target_id = await _adopted(database, registry, seal, key, place)
    with suppress(NoKeyError):
        if changed := await PostgresTargets(database, registry, seal).reseal():
            log.info("credentials.resealed", count=changed)
    return target_id


async def _adopted(
    database: Database, registry: Registry, seal: Seal, key: DailymotionKey, place: DailymotionPlace
) -> int | None:
    async with database.transaction() as connection:
        row = await connection.fetchrow(sql.OF_ENVIRONMENT)
        if key.api_key is None or key.api_secret is None:
            if row is not None:
                await connection.execute(sql.NO_MORE_OF_ENVIRONMENT, row["id"])
            return None
        if row is None and await connection.fetchrow(sql.NAMED, NAME) is not None:
            log.warning("target.name_taken", name=NAME, advice="Rename it, and start again.")
            return None
        secrets = {"api_key": key.api_key, "api_secret": key.api_secret}
        secrets |= {
            name: value
            for name, value in (("username", place.username), ("password", place.password))
            if value is not None
        }
        told = {name: value.get_secret_value() for name, value in secrets.items()}
        before = {} if row is None else dict(row["settings"])
        try:
            settings = registry.read(KIND, {**without_revision(before), **place.target_settings})
            checked = checked_secrets(settings, told)
        except WellspringError as error:
            raise SettingsError(f"The target of DAILYMOTION_API_KEY: {error.message}") from error
        if row is None:
            target_id = int(
                await connection.fetchval(
                    sql.MAKE_OF_ENVIRONMENT, NAME, KIND, plain(settings), place.interval_s
                )
            )
            await connection.execute(sql.KEEP_SEALED, target_id, seal.close(target_id, checked))
            log.info("target.made_from_environment", target_id=target_id)
            return target_id
        revision = int(before.get(REVISION, 0)) + await _renewed(connection, seal, row["id"], checked)
        stored = {**plain(settings), REVISION: revision}
        changed = revision != before.get(REVISION, 0)
        await connection.execute(sql.CHANGE, row["id"], row["name"], stored, place.interval_s, changed)
        if stored != {REVISION: 0, **before}:
            await forget(connection, row["id"])
        return int(row["id"])


async def _renewed(connection: Connection, seal: Seal, target_id: int, secrets: dict[str, str]) -> bool:
    """Store credentials that are not those which are stored, and return whether they were others."""
    sealed = await connection.fetchval(sql.SEALED, target_id)
    if sealed is not None:
        try:
            if seal.open(target_id, sealed) == secrets:
                return False
        except WellspringError:
            pass
    await connection.execute(sql.KEEP_SEALED, target_id, seal.close(target_id, secrets))
    return True
