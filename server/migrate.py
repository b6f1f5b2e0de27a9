"""Brings a database to the tables this version of the server needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from moderation import models as _moderation_models
from moderation import models_care as _care_models
from moderation import models_ledger as _ledger_models
from moderation import models_panels as _panel_models
from rooms import models_agreement as _agreement_models
from rooms import models_carrying as _carrying_models
from rooms import models_door as _door_models
from rooms import models_plans as _plan_models
from rooms.models import Table
from server import models as _server_models
from server import models_push as _push_models
from server.store import Store, StoreUnavailable

TABLES = Table.metadata
_LOADED = (
    _agreement_models,
    _care_models,
    _carrying_models,
    _door_models,
    _ledger_models,
    _moderation_models,
    _panel_models,
    _plan_models,
    _push_models,
    _server_models,
)
"""Their tables register themselves when they are imported."""
LOCK = 0x50656572
"""PostgreSQL advisory lock, so that of several processes one migrates."""


def configuration(conn: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    return config


def up_to_date(store: Store) -> bool:
    """Whether the database has the tables of this version."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    return store.read_now(lambda conn: MigrationContext.configure(conn).get_current_revision()) == newest


def migrate(store: Store) -> bool:
    """Upgrade to the newest; returns whether anything was to do."""

    def upgrade(conn: Connection) -> bool:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        before = MigrationContext.configure(conn).get_current_revision()
        scripts = ScriptDirectory.from_config(configuration())
        newest = scripts.get_current_head()
        if before == newest:
            return False
        if before is not None and before not in {each.revision for each in scripts.walk_revisions()}:
            raise StoreUnavailable("The database was made by a newer version of this server.")
        command.upgrade(configuration(conn), "head")
        return True

    try:
        return store.write_now(upgrade)
    except DBAPIError as error:
        raise StoreUnavailable(f"The database could not be brought up to date ({type(error.orig).__name__}).") from None
