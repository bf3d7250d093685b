"""The tables. `migrations/` brings an older store to this shape; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from reminderbot.store.types import Amount, Moment, Name, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

customer = Table(
    "customer",
    metadata,
    Column("customer_id", Name(200), primary_key=True),
    Column("name", Words, nullable=False),
    Column("contact_name", Words, nullable=False),
    Column("email", Words),
    Column("phone", Words),
    # What a person put in their place, until the ledger brings another one.
    Column("email_by_hand", Words),
    Column("phone_by_hand", Words),
    Column("language", Name(35), nullable=False),
    Column("time_zone", Name(64), nullable=False),
    Column("country", String(2), nullable=False),
    Column("group", Words, nullable=False),
    # ISO 3166-2 without the country; empty: unknown.
    Column("region", String(3), nullable=False, server_default=""),
    Column("sms_consent_on", Date),
    Column("sms_consent_how", Words),
    Column("listed", Boolean, nullable=False),
    # When the customer must be looked at again; none: only an event changes anything.
    Column("next_review_at", Moment),
)
Index(
    "ix_customer_due",
    customer.c.next_review_at,
    # Of those whose time came at once, one run decides in the same order as the next.
    customer.c.customer_id,
    sqlite_where=text("next_review_at IS NOT NULL"),
    postgresql_where=text("next_review_at IS NOT NULL"),
)
Index("ix_customer_email", customer.c.email)
Index("ix_customer_phone", customer.c.phone)
Index("ix_customer_email_by_hand", customer.c.email_by_hand)
Index("ix_customer_phone_by_hand", customer.c.phone_by_hand)

invoice = Table(
    "invoice",
    metadata,
    Column("number", Name(200), primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date),
    Column("currency", String(3), nullable=False),
    Column("total", Amount, nullable=False),
    Column("status", String(20), nullable=False),
    Column("pay_url", Words, nullable=False),
    Column("po_number", Words, nullable=False),
    Column("pdf", Words, nullable=False),
    # A part that is due only later by agreement, and from when it is.
    Column("retained", Amount, nullable=False, server_default="0"),
    Column("retained_until", Date),
    # The invoice in whose place this one was issued.
    Column("replaces", Name(200), nullable=False, server_default=""),
    Column("listed", Boolean, nullable=False),
    # Computed from the total and all payments whenever either changes; below zero is a credit balance.
    Column("open_balance", Amount, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("in_credit", Boolean, nullable=False, server_default=text("false")),
    # The day of its last payment, once nothing is open on it: kept when the ledger lists neither of them any more.
    Column("paid_off_on", Date),
    # How far the reminders have come.
    Column("round", Integer, nullable=False),
    # The day on which a person last restarted its clock.
    Column("restarted_on", Date),
    Column("tier", String(100)),
    Column("tier_days", Integer),
    Column("tier_reached_at", Moment),
    # All that they have had, one after the other: names without blanks.
    Column("tiers_had", Words, nullable=False, server_default=""),
)
Index("ix_invoice_customer_open", invoice.c.customer_id, invoice.c.is_open)
Index("ix_invoice_customer_credit", invoice.c.customer_id, invoice.c.in_credit)

payment = Table(
    "payment",
    metadata,
    Column("payment_id", Name(200), primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("invoice", Name(200)),
    # The invoice it names, where the ledger does not list that one (any more).
    Column("unlisted_invoice", Name(200), nullable=False, server_default=""),
    Column("paid_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", Amount, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("listed", Boolean, nullable=False),
    # Recorded by a person until the ledger has it too.
    Column("by_hand", Boolean, nullable=False, server_default=text("false")),
)
Index("ix_payment_customer", payment.c.customer_id, payment.c.invoice)

hold = Table(
    "hold",
    metadata,
    Column("hold_id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("why", Words, nullable=False),
    Column("invoices", JSON, nullable=False),
    Column("until", Moment),
    Column("released_at", Moment),
    Column("released_by", Words),
    Column("inbound_id", Integer),
    # The name of the person who placed it; empty: the bot did.
    Column("placed_by", Words, nullable=False, server_default=""),
)
Index("ix_hold_customer", hold.c.customer_id, hold.c.released_at)
Index("ix_hold_kind", hold.c.kind, hold.c.released_at)

promise = Table(
    "promise",
    metadata,
    Column("promise_id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("promised_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("amount", Amount),
    Column("invoices", JSON, nullable=False),
    # What was open on each of them when it was given: number, sum, currency.
    Column("owed", JSON, nullable=False),
    # Those that were contested when it was given, and were named all the same.
    Column("despite", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("words", Words, nullable=False),
    Column("state", String(20), nullable=False),
    # The day of the payment that made it whole, be it late.
    Column("paid_on", Date),
    Column("inbound_id", Integer),
    # The pause that came with it, and the matter a person was called to because of it.
    Column("hold_id", Integer),
    Column("case_id", Integer),
)
Index("ix_promise_customer", promise.c.customer_id, promise.c.state)
Index("ix_promise_due", promise.c.state, promise.c.due_on)
Index("ix_promise_hold", promise.c.hold_id)
Index("ix_promise_case", promise.c.case_id)

# Instalments that were offered or agreed, over some invoices in one currency.
payment_plan = Table(
    "payment_plan",
    metadata,
    Column("plan_id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("case_id", Integer),
    Column("currency", String(3), nullable=False),
    # Each invoice with what was open on it then.
    Column("covered", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("made_on", Date, nullable=False),
    Column("made_by", Words, nullable=False),
    # The pauses that belong to it.
    Column("holds", JSON, nullable=False),
)
Index("ix_payment_plan_customer", payment_plan.c.customer_id, payment_plan.c.state)

instalment = Table(
    "instalment",
    metadata,
    Column("plan_id", ForeignKey("payment_plan.plan_id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("due_on", Date, nullable=False),
    Column("amount", Amount, nullable=False),
    # When its note went out, or may have.
    Column("noted_at", Moment),
)

# What customers could be thanked for; nothing stands here that the owner does not want to thank for.
thanks = Table(
    "thanks",
    metadata,
    Column("key", Name(200), primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("what", String(20), nullable=False),
    Column("name", Name(200), nullable=False),
    Column("invoices", JSON, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("said_at", Moment),
)
Index("ix_thanks_customer", thanks.c.customer_id, thanks.c.happened_on)

case = Table(
    "case_file",
    metadata,
    Column("case_id", Integer, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("customer_id", ForeignKey("customer.customer_id")),
    Column("why", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("invoices", JSON, nullable=False),
    Column("inbound_id", Integer),
    Column("resolved_at", Moment),
    Column("resolved_by", Words),
    Column("resolution", Words, nullable=False),
    # It leaves the list until then; what it pauses stays paused.
    Column("snoozed_until", Moment),
    # The name of who takes care of it; empty: nobody in particular.
    Column("assigned_to", Words, nullable=False, server_default=""),
)
Index("ix_case_customer", case.c.customer_id, case.c.resolved_at)
Index("ix_case_open", case.c.resolved_at, case.c.kind)

# What stands in the way, as a person put it into its lane, and what became of it; a case may hold several.
dispute = Table(
    "dispute",
    metadata,
    Column("dispute_id", Integer, primary_key=True),
    Column("case_id", ForeignKey("case_file.case_id"), nullable=False),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("reason", String(30), nullable=False),
    Column("invoices", JSON, nullable=False),
    # The pause on just these.
    Column("hold_id", Integer, nullable=False),
    Column("marked_by", Words, nullable=False),
    Column("marked_at", Moment, nullable=False),
    # The order number, the person to ask, what they say.
    Column("words", Words, nullable=False),
    # None: nobody has settled it yet.
    Column("upheld", Boolean),
    Column("settled_by", Words),
    Column("settled_at", Moment),
    Column("note", Words, nullable=False),
    # Upheld: the credit that was agreed, and what had been credited on these invoices before.
    Column("credit", Amount),
    Column("credited_before", Amount, nullable=False),
)
Index("ix_dispute_customer", dispute.c.customer_id)
Index("ix_dispute_hold", dispute.c.hold_id)
Index("ix_dispute_case", dispute.c.case_id)
Index("ix_dispute_waiting", dispute.c.upheld, dispute.c.dispute_id)

# What people gave to an agency or a lawyer, or wrote off.
handover = Table(
    "handover",
    metadata,
    Column("handover_id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("kind", String(20), nullable=False),
    # Empty: the whole customer.
    Column("invoices", JSON, nullable=False),
    Column("note", Words, nullable=False),
    # The pause that stands as long as it is handed over.
    Column("hold_id", Integer, nullable=False),
    # What waited for a person and was closed with it.
    Column("cases", JSON, nullable=False),
    # The promises that were waited for until then.
    Column("promises", JSON, nullable=False),
    Column("marked_by", Words, nullable=False),
    Column("marked_at", Moment, nullable=False),
    Column("taken_back_by", Words),
    Column("taken_back_at", Moment),
    Column("back_note", Words, nullable=False),
)
Index("ix_handover_customer", handover.c.customer_id)
Index("ix_handover_hold", handover.c.hold_id)
Index("ix_handover_standing", handover.c.taken_back_at, handover.c.handover_id)

# What people wrote down: a note, or how a call went.
note = Table(
    "note",
    metadata,
    Column("note_id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id")),
    Column("case_id", ForeignKey("case_file.case_id")),
    Column("written_at", Moment, nullable=False),
    Column("written_by", Words, nullable=False),
    # How a call ended; none: it is no call.
    Column("call", String(20)),
    Column("words", Words, nullable=False),
    # They asked to be called then.
    Column("again_at", Moment),
    # Keyed hash of the number that was called; none: none was on record.
    Column("number_hash", String(32)),
)
Index("ix_note_customer", note.c.customer_id, note.c.note_id)
Index("ix_note_case", note.c.case_id)
Index("ix_note_number", note.c.number_hash, note.c.written_at)

# What a person did that can be taken back while nothing has happened since.
undo = Table(
    "undo",
    metadata,
    Column("undo_id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("actor", Words, nullable=False),
    Column("done_at", Moment, nullable=False),
    Column("customer_id", ForeignKey("customer.customer_id")),
    Column("case_id", ForeignKey("case_file.case_id")),
    # Where the journal ended then.
    Column("seq", Integer, nullable=False),
    # What it takes to put everything back.
    Column("data", JSON, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", Words),
)

closed_channel = Table(
    "closed_channel",
    metadata,
    Column("closed_id", Integer, primary_key=True),
    Column("recipient_hash", String(32), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("customer_id", Name(200)),
    # opted_out or dead
    Column("kind", String(20), nullable=False),
    Column("why", Words, nullable=False),
    Column("closed_at", Moment, nullable=False),
    # Each who shares the number or address, for an opt-out goes with the person.
    UniqueConstraint("recipient_hash", "channel", "customer_id"),
)
Index("ix_closed_channel_customer", closed_channel.c.customer_id)

outbox = Table(
    "outbox",
    metadata,
    Column("reminder_id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("tier", String(100), nullable=False),
    Column("recipient", Words, nullable=False),
    Column("recipient_hash", String(32), nullable=False),
    Column("lists", JSON, nullable=False),
    Column("steps", JSON, nullable=False),
    Column("follows", Integer),
    Column("state", String(20), nullable=False),
    Column("planned_at", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    # The end of the undo window.
    Column("release_at", Moment, nullable=False),
    Column("needs_approval", Boolean, nullable=False),
    Column("approved_by", Words),
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", Moment),
    Column("claim_seq", Integer),
    Column("settled_at", Moment),
    # The server's queue id or MessageSid.
    Column("reference", Words),
    Column("reason", Words, nullable=False),
    Column("message_id", Words),
    Column("sender", Words),
    Column("body", LargeBinary),
    # What was listed, with the open balance at the claim.
    Column("balances", JSON),
    Column("letter_version", String(64)),
    Column("segments", Integer),
    Column("valid_seconds", Integer),
    # When copies before this one may have gone out (ISO 8601, UTC); set where a person had it sent again.
    Column("earlier", JSON),
    # When the carrier's list was read and did not have this text (ISO 8601, by its clock).
    Column("missed_at", JSON),
)
Index("ix_outbox_state", outbox.c.state, outbox.c.not_before)
Index("ix_outbox_customer", outbox.c.customer_id, outbox.c.state, outbox.c.claimed_at)
Index("ix_outbox_recipient", outbox.c.recipient_hash, outbox.c.claimed_at)
Index("ix_outbox_message_id", outbox.c.message_id)
# Counting what was said lately reads the index alone: the rows are as large as their letters.
Index("ix_outbox_settled", outbox.c.claimed_at, outbox.c.state, outbox.c.customer_id, outbox.c.segments)

# What a person wrote back to a customer: its words, and the conversation it belongs to.
answer = Table(
    "answer",
    metadata,
    Column("reminder_id", ForeignKey("outbox.reminder_id"), primary_key=True),
    Column("case_id", ForeignKey("case_file.case_id"), nullable=False),
    Column("written_by", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("words", Words, nullable=False),
    # E-mail: the Message-ID of what it answers, and of the messages before that.
    Column("in_reply_to", Words, nullable=False),
    Column("thread", JSON, nullable=False),
    # The invoice whose PDF goes with it, and the SHA-256 of that; none: nothing does.
    Column("copy_of", Name(200)),
    Column("copy_digest", String(64)),
)
Index("ix_answer_case", answer.c.case_id)

# Invariant 1, in the database itself: one copy per invoice, round, tier, channel and recipient.
outbox_step = Table(
    "outbox_step",
    metadata,
    Column("reminder_id", ForeignKey("outbox.reminder_id"), primary_key=True),
    Column("invoice", Name(200), primary_key=True),
    Column("round", Integer, nullable=False),
    Column("tier", String(100), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("recipient_hash", String(32), nullable=False),
    UniqueConstraint("invoice", "round", "tier", "channel", "recipient_hash", name="uq_outbox_step_once"),
)

# The carrier's furthest word on each text message that it took.
delivery_report = Table(
    "delivery_report",
    metadata,
    # The MessageSid.
    Column("reference", String(64), primary_key=True),
    Column("reminder_id", ForeignKey("outbox.reminder_id"), nullable=False),
    Column("status", String(30), nullable=False),
    Column("code", Integer),
    Column("looked_at", Moment, nullable=False),
)
Index("ix_delivery_report_reminder", delivery_report.c.reminder_id)

inbound = Table(
    "inbound",
    metadata,
    Column("inbound_id", Integer, primary_key=True),
    Column("channel", String(10), nullable=False),
    # E-mail: SHA-256 of the raw bytes. SMS: the MessageSid.
    Column("identity", Name(80), nullable=False),
    # SHA-256 of the raw bytes: where the spool keeps them.
    Column("digest", String(64), nullable=False),
    Column("external_id", Words, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("stored_at", Moment, nullable=False),
    Column("sender", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("oversize", Boolean, nullable=False),
    # received, understood, set_aside
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("customer_id", Name(200)),
    Column("reminder_id", Integer),
    Column("matched_by", String(20)),
    Column("kinds", JSON),
    Column("understanding", JSON),
    Column("subject", Words),
    # E-mail: its own Message-ID, so that a person's answer stands in the same thread.
    Column("message_id", Words),
    UniqueConstraint("channel", "identity"),
)
Index("ix_inbound_state", inbound.c.state)
Index("ix_inbound_customer", inbound.c.customer_id)

# What a person says a reply really meant: kept with it, and measured against by `classify --review`.
correction = Table(
    "correction",
    metadata,
    Column("inbound_id", ForeignKey("inbound.inbound_id"), primary_key=True),
    Column("kinds", JSON, nullable=False),
    Column("needs_human", Boolean, nullable=False),
    Column("promise_on", Date),
    Column("corrected_by", Words, nullable=False),
    Column("corrected_at", Moment, nullable=False),
)

mail_cursor = Table(
    "mail_cursor",
    metadata,
    Column("folder", Name(200), primary_key=True),
    # Both may be up to 4,294,967,295 (RFC 9051 2.3.1.1).
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("actor", Words, nullable=False),
    Column("customer_id", Name(200)),
    Column("data", JSON, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_journal_customer", journal.c.customer_id, journal.c.seq)

# The decisions on each customer, with every gate; the same one twice is kept once.
decision = Table(
    "decision",
    metadata,
    Column("decision_id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.customer_id"), nullable=False),
    # plan or door
    Column("place", String(10), nullable=False),
    # The first and the last look that came to it.
    Column("decided_at", Moment, nullable=False),
    Column("looked_at", Moment, nullable=False),
    # SHA-256 of what it comes to.
    Column("gist", String(64), nullable=False),
    Column("body", JSON, nullable=False),
)
Index("ix_decision_customer", decision.c.customer_id, decision.c.place, decision.c.decision_id)

# What letters have said: every wording that was in use or was set aside, with who wrote it and when.
letter_version = Table(
    "letter_version",
    metadata,
    Column("version_id", Integer, primary_key=True),
    # Its place in the letters folder.
    Column("file", Name(200), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("source", Words, nullable=False),
    Column("how", String(20), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("why", Words, nullable=False),
    # Why it was published in spite of its sharp words, and which they were.
    Column("override", Words, nullable=False),
    Column("stood_by", JSON, nullable=False),
    # From when on letters carry it; none: it was never in the folder.
    Column("counts_from", Moment),
)
Index("ix_letter_version_file", letter_version.c.file, letter_version.c.version_id)
Index("ix_letter_version_digest", letter_version.c.digest)

# Facts about this installation: its grant to send, marks of freshness, the kill switch.
setting = Table(
    "setting",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("value", JSON, nullable=False),
)

# What the house has settled for one customer, kept apart from the ledger's word, which every export writes anew.
preference = Table(
    "preference",
    metadata,
    Column("customer_id", ForeignKey("customer.customer_id"), primary_key=True),
    Column("language", Name(35), nullable=False),
    Column("never_sms", Boolean, nullable=False),
    Column("collector", Name(100), nullable=False),
    # Whose ladder they climb; empty: as the settings say.
    Column("segment", Name(100), nullable=False, server_default=""),
)

# Who may sign in at the desk.
desk_user = Table(
    "desk_user",
    metadata,
    Column("user_id", Integer, primary_key=True),
    # Lower case: nobody remembers how they wrote their own name.
    Column("name", Name(100), nullable=False),
    Column("role", String(20), nullable=False),
    # argon2id, with its parameters; none: they have not chosen one yet.
    Column("password_hash", String(200)),
    # SHA-256 of the one-time link by which a password is chosen.
    Column("invitation", String(64)),
    Column("invited_until", Moment),
    Column("closed_at", Moment),
    UniqueConstraint("name"),
)

desk_session = Table(
    "desk_session",
    metadata,
    # SHA-256 of what the browser holds: whoever reads the store cannot sign in with it.
    Column("session", String(64), primary_key=True),
    Column("user_id", ForeignKey("desk_user.user_id"), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
Index("ix_desk_session_user", desk_session.c.user_id)

# Wrong passwords of the last quarter of an hour.
sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("failure_id", Integer, primary_key=True),
    # Keyed hashes of the name that was tried and of the network address it came from.
    Column("name_hash", String(32), nullable=False),
    Column("address_hash", String(32), nullable=False),
    Column("failed_at", Moment, nullable=False),
)
Index("ix_sign_in_failure_name", sign_in_failure.c.name_hash)
Index("ix_sign_in_failure_address", sign_in_failure.c.address_hash)

# What the people who run this were told, or are being told: a case, the digest of a day.
notice = Table(
    "notice",
    metadata,
    Column("about", String(40), primary_key=True),
    # An owner's address, or the keyed hash of where else they listen.
    Column("recipient", Words, primary_key=True),
    Column("at", Moment, nullable=False),
    # It provably did not leave.
    Column("failed", Boolean, nullable=False),
)

# Forms of the desk that had their effect: a second click on the same page has none.
form_done = Table(
    "form_done",
    metadata,
    Column("form", String(64), primary_key=True),
    Column("done_at", Moment, nullable=False),
)
Index("ix_form_done_at", form_done.c.done_at)
