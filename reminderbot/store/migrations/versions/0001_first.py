"""The first shape of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reminderbot.store.session import guard_journal

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closed_channel",
        sa.Column("closed_id", sa.Integer(), nullable=False),
        sa.Column("recipient_hash", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("closed_id", name=op.f("pk_closed_channel")),
        sa.UniqueConstraint(
            "recipient_hash",
            "channel",
            "customer_id",
            name=op.f("uq_closed_channel_recipient_hash_channel_customer_id"),
        ),
    )
    op.create_index("ix_closed_channel_customer", "closed_channel", ["customer_id"])
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email_by_hand", sa.Text(), nullable=True),
        sa.Column("phone_by_hand", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("region", sa.String(length=3), server_default="", nullable=False),
        sa.Column("sms_consent_on", sa.Date(), nullable=True),
        sa.Column("sms_consent_how", sa.Text(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("next_review_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer")),
    )
    op.create_index(
        "ix_customer_due",
        "customer",
        ["next_review_at", "customer_id"],
        sqlite_where=sa.text("next_review_at IS NOT NULL"),
        postgresql_where=sa.text("next_review_at IS NOT NULL"),
    )
    op.create_index("ix_customer_email", "customer", ["email"])
    op.create_index("ix_customer_phone", "customer", ["phone"])
    op.create_index("ix_customer_email_by_hand", "customer", ["email_by_hand"])
    op.create_index("ix_customer_phone_by_hand", "customer", ["phone_by_hand"])
    op.create_table(
        "inbound",
        sa.Column("inbound_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("oversize", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("reminder_id", sa.Integer(), nullable=True),
        sa.Column("matched_by", sa.String(length=20), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=True),
        sa.Column("understanding", sa.JSON(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("channel", "identity", name=op.f("uq_inbound_channel_identity")),
    )
    op.create_index("ix_inbound_customer", "inbound", ["customer_id"])
    op.create_index("ix_inbound_state", "inbound", ["state"])
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_customer", "journal", ["customer_id", "seq"])
    op.create_table(
        "mail_cursor",
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("folder", name=op.f("pk_mail_cursor")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "case_file",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("inbound_id", sa.Integer(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(), nullable=True),
        sa.Column("assigned_to", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_case_file_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_file")),
    )
    op.create_index("ix_case_customer", "case_file", ["customer_id", "resolved_at"])
    op.create_index("ix_case_open", "case_file", ["resolved_at", "kind"])
    op.create_table(
        "dispute",
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("marked_by", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("credit", sa.String(40), nullable=True),
        sa.Column("credited_before", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.case_id"], name=op.f("fk_dispute_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_dispute_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("dispute_id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_customer", "dispute", ["customer_id"])
    op.create_index("ix_dispute_hold", "dispute", ["hold_id"])
    op.create_index("ix_dispute_case", "dispute", ["case_id"])
    op.create_index("ix_dispute_waiting", "dispute", ["upheld", "dispute_id"])
    op.create_table(
        "handover",
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("promises", sa.JSON(), nullable=False),
        sa.Column("marked_by", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(), nullable=False),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(), nullable=True),
        sa.Column("back_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_handover_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("handover_id", name=op.f("pk_handover")),
    )
    op.create_index("ix_handover_customer", "handover", ["customer_id"])
    op.create_index("ix_handover_hold", "handover", ["hold_id"])
    op.create_index("ix_handover_standing", "handover", ["taken_back_at", "handover_id"])
    op.create_table(
        "note",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("call", sa.String(length=20), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("again_at", sa.DateTime(), nullable=True),
        sa.Column("number_hash", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name=op.f("fk_note_customer_id_customer")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.case_id"], name=op.f("fk_note_case_id_case_file")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_customer", "note", ["customer_id", "note_id"])
    op.create_index("ix_note_case", "note", ["case_id"])
    op.create_index("ix_note_number", "note", ["number_hash", "written_at"])
    op.create_table(
        "undo",
        sa.Column("undo_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name=op.f("fk_undo_customer_id_customer")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.case_id"], name=op.f("fk_undo_case_id_case_file")),
        sa.PrimaryKeyConstraint("undo_id", name=op.f("pk_undo")),
    )
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("looked_at", sa.DateTime(), nullable=False),
        sa.Column("gist", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_decision_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_customer", "decision", ["customer_id", "place", "decision_id"])
    op.create_table(
        "hold",
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("placed_at", sa.DateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("inbound_id", sa.Integer(), nullable=True),
        sa.Column("placed_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name=op.f("fk_hold_customer_id_customer")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_customer", "hold", ["customer_id", "released_at"])
    op.create_index("ix_hold_kind", "hold", ["kind", "released_at"])
    op.create_table(
        "invoice",
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.String(40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("pay_url", sa.Text(), nullable=False),
        sa.Column("po_number", sa.Text(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.Column("retained", sa.String(40), server_default="0", nullable=False),
        sa.Column("retained_until", sa.Date(), nullable=True),
        sa.Column("replaces", sa.String(length=200), server_default="", nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("open_balance", sa.String(40), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("in_credit", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paid_off_on", sa.Date(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("restarted_on", sa.Date(), nullable=True),
        sa.Column("tier", sa.String(length=100), nullable=True),
        sa.Column("tier_days", sa.Integer(), nullable=True),
        sa.Column("tier_reached_at", sa.DateTime(), nullable=True),
        sa.Column("tiers_had", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_invoice_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_invoice")),
    )
    op.create_index("ix_invoice_customer_open", "invoice", ["customer_id", "is_open"])
    op.create_index("ix_invoice_customer_credit", "invoice", ["customer_id", "in_credit"])
    op.create_table(
        "outbox",
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("tier", sa.String(length=100), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_hash", sa.String(length=32), nullable=False),
        sa.Column("lists", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("release_at", sa.DateTime(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(), nullable=True),
        sa.Column("claim_seq", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("balances", sa.JSON(), nullable=True),
        sa.Column("letter_version", sa.String(length=64), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("valid_seconds", sa.Integer(), nullable=True),
        sa.Column("earlier", sa.JSON(), nullable=True),
        sa.Column("missed_at", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name=op.f("fk_outbox_customer_id_customer")),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_customer", "outbox", ["customer_id", "state", "claimed_at"])
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_index("ix_outbox_recipient", "outbox", ["recipient_hash", "claimed_at"])
    op.create_index("ix_outbox_settled", "outbox", ["claimed_at", "state", "customer_id", "segments"])
    op.create_index("ix_outbox_state", "outbox", ["state", "not_before"])
    op.create_table(
        "answer",
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=False),
        sa.Column("thread", sa.JSON(), nullable=False),
        sa.Column("copy_of", sa.String(length=200), nullable=True),
        sa.Column("copy_digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["reminder_id"], ["outbox.reminder_id"], name=op.f("fk_answer_reminder_id_outbox")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.case_id"], name=op.f("fk_answer_case_id_case_file")),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_case", "answer", ["case_id"])
    op.create_table(
        "payment",
        sa.Column("payment_id", sa.String(length=200), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("invoice", sa.String(length=200), nullable=True),
        sa.Column("unlisted_invoice", sa.String(length=200), server_default="", nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_payment_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payment")),
    )
    op.create_index("ix_payment_customer", "payment", ["customer_id", "invoice"])
    op.create_table(
        "promise",
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.String(40), nullable=True),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("owed", sa.JSON(), nullable=False),
        sa.Column("despite", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("inbound_id", sa.Integer(), nullable=True),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_promise_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("promise_id", name=op.f("pk_promise")),
    )
    op.create_index("ix_promise_customer", "promise", ["customer_id", "state"])
    op.create_index("ix_promise_due", "promise", ["state", "due_on"])
    op.create_index("ix_promise_hold", "promise", ["hold_id"])
    op.create_index("ix_promise_case", "promise", ["case_id"])
    op.create_table(
        "payment_plan",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("covered", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_payment_plan_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_payment_plan")),
    )
    op.create_index("ix_payment_plan_customer", "payment_plan", ["customer_id", "state"])
    op.create_table(
        "instalment",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.String(40), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["payment_plan.plan_id"], name=op.f("fk_instalment_plan_id_payment_plan")),
        sa.PrimaryKeyConstraint("plan_id", "place", name=op.f("pk_instalment")),
    )
    op.create_table(
        "thanks",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name=op.f("fk_thanks_customer_id_customer")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_thanks")),
    )
    op.create_index("ix_thanks_customer", "thanks", ["customer_id", "happened_on"])
    op.create_table(
        "outbox_step",
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("invoice", sa.String(length=200), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("recipient_hash", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["outbox.reminder_id"], name=op.f("fk_outbox_step_reminder_id_outbox")
        ),
        sa.PrimaryKeyConstraint("reminder_id", "invoice", name=op.f("pk_outbox_step")),
        sa.UniqueConstraint("invoice", "round", "tier", "channel", "recipient_hash", name="uq_outbox_step_once"),
    )
    op.create_table(
        "delivery_report",
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("looked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["outbox.reminder_id"], name=op.f("fk_delivery_report_reminder_id_outbox")
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_delivery_report")),
    )
    op.create_index("ix_delivery_report_reminder", "delivery_report", ["reminder_id"])
    op.create_table(
        "correction",
        sa.Column("inbound_id", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("needs_human", sa.Boolean(), nullable=False),
        sa.Column("promise_on", sa.Date(), nullable=True),
        sa.Column("corrected_by", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.inbound_id"], name=op.f("fk_correction_inbound_id_inbound")),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_correction")),
    )
    op.create_table(
        "letter_version",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("override", sa.Text(), nullable=False),
        sa.Column("stood_by", sa.JSON(), nullable=False),
        sa.Column("counts_from", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_letter_version")),
    )
    op.create_index("ix_letter_version_file", "letter_version", ["file", "version_id"])
    op.create_index("ix_letter_version_digest", "letter_version", ["digest"])
    op.create_table(
        "preference",
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("never_sms", sa.Boolean(), nullable=False),
        sa.Column("collector", sa.String(length=100), nullable=False),
        sa.Column("segment", sa.String(length=100), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_preference_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_preference")),
    )
    op.create_table(
        "desk_user",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("invitation", sa.String(length=64), nullable=True),
        sa.Column("invited_until", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_desk_user")),
        sa.UniqueConstraint("name", name=op.f("uq_desk_user_name")),
    )
    op.create_table(
        "desk_session",
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["desk_user.user_id"], name=op.f("fk_desk_session_user_id_desk_user")),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_desk_session")),
    )
    op.create_index("ix_desk_session_user", "desk_session", ["user_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column("failure_id", sa.Integer(), nullable=False),
        sa.Column("name_hash", sa.String(length=32), nullable=False),
        sa.Column("address_hash", sa.String(length=32), nullable=False),
        sa.Column("failed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("failure_id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_name", "sign_in_failure", ["name_hash"])
    op.create_index("ix_sign_in_failure_address", "sign_in_failure", ["address_hash"])
    op.create_table(
        "notice",
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("about", "recipient", name=op.f("pk_notice")),
    )
    op.create_table(
        "form_done",
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_form_done")),
    )
    op.create_index("ix_form_done_at", "form_done", ["done_at"])
    guard_journal(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the store is not taken back to an older shape: restore a backup of before")
