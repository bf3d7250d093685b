"""The seeds that every `make test` lives, those that failed once, and what must happen among the former."""

from __future__ import annotations

# Chosen so that everything below happens in two of them where it can, in few customer-years.
SHARE = (1, 4, 5, 6, 37, 39, 40, 41, 53, 59, 93, 94, 99, 103, 104)

# Seeds that found a fault of the program, and which; replayed for ever, though their lives change with the simulator.
FAILED_ONCE = {
    0: "a text message stayed valid after its window for as long as it had been on its way to the carrier",
    61: "Easter Monday, which Scotland does not keep, was no day on which an English ledger grew older",
    1_000_061: "a promise on what was contested lapsed in silence, and the next letter answered it",
    1_000_917: "a dispute whose pause was lifted counted as contested: a promise after that lapsed in silence",
    1_000_146: "a promise on what was written off and taken back meanwhile was answered by a letter before its day",
    1_000_101: "the judge did not know that a tier that was said of an invoice is taken later without a letter",
    1_000_302: "the judge asked for an instalment of which less than the floor was missing",
    1_000_464: "the judge asked after a promise although what was promised was contested since, and settled",
    1_000_026: "the judge asked after a promise that passed while all was with a lawyer",
    1_000_247: "the judge took somebody for new whom a message in doubt may have reached days before",
    1_000_534: "the judge let an invoice rest that came after the matter that another rested for",
    1_000_612: "the judge counted the ladder's gap from a letter of a tier that was taken days before without one",
    1_000_772: "the judge noted on one ladder what a letter said on another, and took a returned payment for none",
}

MUST_HAPPEN = (
    "arrival: ack by email", "arrival: away by email", "arrival: bounce_hard by email", "arrival: bounce_soft by email",
    "arrival: dispute by email", "arrival: hardship by email", "arrival: opt_out by email", "arrival: opt_out by sms",
    "arrival: other by email",
    "arrival: paid by email", "arrival: promise by email", "arrival: question by email", "arrival: question by sms",
    "arrival: wrong_contact by email", "case_opened: bounce", "case_opened: broken_promise", "case_opened: call",
    "case_opened: delivery", "case_opened: dispute", "case_opened: hardship", "case_opened: instalments",
    "case_opened: old_debt", "case_opened: opt_out", "case_opened: other", "case_opened: paid",
    "case_opened: possibly_paid", "case_opened: promise", "case_opened: question", "case_opened: review",
    "case_opened: unreachable", "case_opened: wrong_contact", "deaf: mailbox", "deaf: texts", "deed: held",
    "deed: payment_recorded", "deed: released", "deed: stopped", "deed: went_live", "doubt: arrived", "doubt: leave",
    "doubt: refused", "fate: greylisted", "fate: killed after", "fate: refused as it is", "fate: uncertain, taken",
    "habit: after a letter", "habit: cancelled", "habit: credited", "habit: extended", "habit: in part",
    "habit: in time", "habit: late", "habit: never", "habit: twice", "habit: unmatched", "held: ack", "held: bounce",
    "held: broken_promise", "held: by_hand", "held: delivery", "held: dispute", "held: hardship", "held: old_debt",
    "held: opt_out", "held: out_of_office", "held: paid", "held: promise", "held: reply", "held: review",
    "held: wrong_contact", "ledger: a contact changed", "ledger: cancelled", "ledger: disputed", "ledger: due later",
    "ledger: export left out", "ledger: half an export", "ledger: held back", "ledger: late", "look: broke off",
    "meanwhile", "money: credit_note",
    "money: matched", "money: payment", "money: unmatched", "money: write_off", "outage: days", "outage: hours",
    "outage: months", "program: started again", "promise_broken", "promise_kept", "promised", "server: down",
    "server: slow", "settled: accepted", "settled: confirmed", "settled: deferred", "settled: refused",
    "settled: uncertain", "stop: email halted", "stop: import", "stop: inbox unavailable", "stop: ledger",
    "stop: stopped", "tier: check-in by email", "tier: check-in by sms", "tier: firm by email", "tier: firm by sms",
    "tier: gentle by email", "tier: gentle by sms", "tier: heads-up by email", "tier: last by email",
    "tier: options by email", "tier: instalment by email", "plan_agreed", "plan_kept", "plan_missed",
    "bill: a part is due later", "case_opened: returned", "case_opened: undated", "deed: disputed", "deed: handed_over",
    "deed: plan_ended", "deed: restarted_clock", "deed: settled", "deed: taken_back", "desk: a dispute was upheld",
    "held: handed_over", "held: missed_instalment", "held: resuming", "held: returned", "money: taken back",
    "desk: a pause until a day", "deed: ladder_chosen", "ladder of: abroad", "ladder of: by-hand",
    "ladder of: everybody", "ladder of: large", "ladder of: loyal", "ladder of: people", "ladder of: private",
    "ladder of: small", "promise_paid_late", "promise_partly_kept",
    "call for: call_back", "call for: ladder", "call: dispute", "call: no_answer", "call: paid", "call: promise",
    "call: reached", "deed: asked_for_a_call", "deed: called", "deed: promised",
)  # fmt: skip
