"""Alembic runs this: inside the server, on the connection handed over; as SQL text where there is none."""

from alembic import context
from sqlalchemy import Connection

import models.account
import models.agent
import models.article
import models.attempt
import models.audit
import models.call_entry
import models.call_log
import models.callback
import models.campaign
import models.campaign_event
import models.cap_share
import models.consent
import models.do_not_call
import models.event_reader
import models.inspection
import models.kept_call
import models.knowledge_change
import models.lead
import models.line
import models.phone
import models.queue
import models.queue_caller
import models.queue_event
import models.review
import models.scorecard
import models.staffing
import models.suggestion
import models.taught
import models.webhook_delivery  # noqa: F401 - alembic looks at every table
from models.database import Base

connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    context.configure(
        dialect_name=context.config.get_main_option("dialect"), target_metadata=Base.metadata, literal_binds=True
    )
else:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
with context.begin_transaction():
    context.run_migrations()
