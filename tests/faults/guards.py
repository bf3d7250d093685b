"""Every guard of the program, and the tests that must miss it (`python -m tests.faults.mutants` takes each away).

A guard is what keeps us from writing to somebody who should be left alone, from writing twice, and from losing an
answer. One that no test misses is not proved to be there.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.change import Change

# Where the laws and stories live: the quick rooms first.
EVERYWHERE = ("tests/core", "tests/runs", "tests/stories", "tests/store", "tests/inbox", "tests/channels", "tests/desk")
STORE = ("tests/security/test_store.py",)
NOT_SENT = ("tests/core/test_text_lookup.py", "tests/runs/test_not_sent.py")
LOCKED_OUT = ("tests/runs/test_locked_out.py",)
SIGN_IN = ("tests/oauth/test_endpoint.py", "tests/oauth/test_tokens.py", "tests/oauth/test_login.py")
RESTORED = ("tests/runs/test_history.py", "tests/faults/test_restore.py")
HEADERS = ("tests/security/test_headers.py",)
LINE = ("tests/security/test_whole_line.py",)
BACKUP = ("tests/cli/test_backup.py",)
CSV = ("tests/security/test_csv.py",)
TLS = ("tests/security/test_tls.py",)
ANSWERS = ("tests/desk/test_answer.py",)
ACTIONS = ("tests/desk/test_dispute.py", "tests/desk/test_undo.py", "tests/desk/test_case.py")
PAPERS = ("tests/papers/test_archive.py", "tests/papers/test_sheet.py", "tests/desk/test_dossier.py")
CALLS = ("tests/core/test_call.py", "tests/stories/test_calls.py")
HANDOVER = ("tests/desk/test_handover.py", "tests/stories/test_hand_over.py")
LANES = (
    "tests/core/test_lane.py",
    "tests/core/test_resume.py",
    "tests/core/test_triage.py",
    "tests/stories/test_lanes.py",
)
PLANS = ("tests/core/test_plan.py", "tests/stories/test_plan.py")
DOOR = ("tests/web/test_guard.py", "tests/web/test_people.py", "tests/desk/test_user.py")
MAILS = ("tests/replies/test_opened.py", "tests/web/test_mails.py")
PUSH = ("tests/channels/test_push.py",)
TOLD = ("tests/runs/test_urgent.py", "tests/runs/test_digest.py")
OWED = ("tests/stories/test_owed.py",)
DUES = ("tests/stories/test_due_dates.py",)
CAPS = ("tests/runs/test_deliver.py", "tests/core/test_outlook.py")
CONFIG = ("tests/test_config.py",)
SAID = ("tests/core/test_dunning.py", "tests/stories/test_courtesy.py")
PATIENCE = ("tests/core/test_patience_laws.py", "tests/core/test_segment.py", "tests/stories/test_patience.py")
SMUGGLING = ("tests/security/test_smuggling.py",)


@dataclass(frozen=True)
class Guard(Change):
    """One guard, and the text that takes it away."""

    tests: tuple[str, ...] = EVERYWHERE


GUARDS = (
    # ---- whether somebody hears from us at all
    Guard("nothing owed", "core/quiet.py", "and not rules.is_small(item.balance)", ""),
    Guard("the floor", "core/rules.py", "self.min_balance_in.get(currency, self.min_balance)", "Decimal(0)"),
    Guard(
        "a plan rests its invoices",
        "desk/plan.py",
        "connection, found.customer_id, HoldKind.PLAN, why",
        "connection, found.customer_id, HoldKind.RESUMING, why",
        PLANS,
    ),
    Guard(
        "a missed instalment calls a person",
        "runs/instalment.py",
        "_talk(house, connection, facts, standing, now)",
        "pass",
        PLANS,
    ),
    Guard("a note is said once", "store/beside.py", "plan.noted(connection, keys[INSTALMENT], at)", "pass", PLANS),
    Guard("no note under another pause", "core/aside.py", "if hold.kind not in _HARMLESS", "if False", PLANS),
    Guard(
        "no note for what may be paid", "core/aside.py", "if received.amount >= min(", "if not received and min(", PLANS
    ),
    Guard("old books miss nothing", "runs/instalment.py", "min(now, booked_at)", "now", PLANS),
    Guard(
        "what was promised in spite of a dispute is asked after",
        "desk/promise.py",
        "        named=bool(invoices),\n",
        "",
        ("tests/stories/test_promises.py",),
    ),
    Guard(
        "a mailbox of two customers",
        "runs/claim.py",
        ", *theirs}:",
        "}:",
        ("tests/stories/test_courtesy.py",),
    ),
    Guard(
        "what lapsed is contested no more",
        "store/promise.py",
        '        or_(hold.c.until.is_(None), hold.c.until > bindparam("at")),\n',
        '        or_(hold.c.until.is_(None), bindparam("at").is_not(None)),\n',
        ("tests/stories/test_promises.py",),
    ),
    Guard(
        "a pause placed again is its matter's",
        "store/hold.py",
        "for table in (promise, dispute):",
        "for table in (promise,):",
        ("tests/stories/test_promises.py",),
    ),
    Guard(
        "what was lifted is contested no more",
        "store/promise.py",
        "        hold.c.released_at.is_(None),\n        or_(hold.c.until.is_(None), hold.c.until > bindparam",
        "        or_(hold.c.until.is_(None), hold.c.until > bindparam",
        ("tests/stories/test_promises.py",),
    ),
    Guard("no case of another", "desk/plan.py", "        refuse_anothers(seen, who)", "        pass", PLANS),
    Guard("only who paid", "runs/instalment.py", "and not plan.is_paid(connection, known)", "and False", PLANS),
    Guard("nobody with a matter is thanked", "core/aside.py", "if hold.kind not in thanks.HARMLESS", "if False", PLANS),
    Guard(
        "a note in its time",
        "core/plan.py",
        "opens_on = _business_day_before(one.due_on - timedelta(days=note_days), is_business_day)",
        "opens_on = date.min",
        PLANS,
    ),
    Guard("a note that comes too late", "core/dunning.py", "if leaves_on >= occasion.lapses_on:", "if False:", PLANS),
    Guard(
        "no note of a plan that was missed",
        "core/plan.py",
        "if standing.plan.state is PlanState.AGREED and note_days > 0 else None",
        "if note_days > 0 else None",
        PLANS,
    ),
    Guard(
        "an invoice is in one plan",
        "desk/plan.py",
        "if taken := [number for number in numbers if number in standing.plan.invoices]:",
        "if taken := []:",
        PLANS,
    ),
    Guard(
        "a retained part is none of the plan",
        "core/plan.py",
        "kept = bill.retained if was_later",
        "kept = bill.retained if False",
        PLANS,
    ),
    Guard("a plan adds up", "core/plan.py", "if summed != total:", "if False:", PLANS),
    Guard("a plan over one currency", "desk/plan.py", "if len(currencies) > 1:", "if False:", PLANS),
    Guard("holds", "core/quiet.py", "any(hold.covers(item.invoice.number) for hold in holds)", "False"),
    Guard("disputed in the ledger", "core/quiet.py", "if item.invoice.status is Status.DISPUTED", "if False"),
    Guard("possibly paid", "core/quiet.py", "received.amount > 0 and rules.is_small(item.balance - received)", "False"),
    Guard(
        "a letter asks for no more than is owed",
        "compose/facts.py",
        "less = (Money(-money.amount, money.currency) for money in taken_off)",
        "less = ()",
        OWED,
    ),
    # ---- the telephone
    Guard(
        "a call is heard",
        "store/account.py",
        "(*_heard_at(own), *_called_at(called, key, hashes[key].values()))",
        "_heard_at(own)",
        CALLS,
    ),
    Guard(
        "nobody with a lawyer is called",
        "core/call.py",
        "if any(hold.kind in _NEVER and not hold.invoices for hold in holds):",
        "if False:",
        CALLS,
    ),
    Guard("who wrote is not called", "core/call.py", "return hold.kind not in _TALKED_ABOUT", "return False", CALLS),
    Guard("whoever answered is read first", "core/call.py", " or hold.kind in _ANSWERED", "", CALLS),
    Guard("a missed instalment is a call", "core/call.py", "and hold.kind is HoldKind.PLAN:", "and False:", CALLS),
    Guard("nobody is called at night", "desk/call.py", "if not HARD_START <= there <= HARD_END:", "if False:", CALLS),
    Guard("a new word has its time", "core/call.py", "return hold.kind in _WORD_GIVEN or hold", "return hold", CALLS),
    Guard("one message a day", "desk/call.py", "            if left is not None:", "            if False:", CALLS),
    Guard(
        "a wrong number is not called",
        "core/call.py",
        "return here is not None and here.result is CallResult.WRONG_NUMBER",
        "return False",
        CALLS,
    ),
    Guard(
        "a wrong number is not texted",
        "desk/call.py",
        "effect.closed = _close(house, connection, actor, who)",
        "pass",
        CALLS,
    ),
    Guard(
        "who asked for a call is not written to",
        "desk/call.py",
        "effect.placed = [_wait_for(house, connection, actor, who, again_at)]",
        "pass",
        CALLS,
    ),
    Guard("seven calls a week", "core/call.py", "if len(called) >= _MOST_TRIES:", "if False:", CALLS),
    Guard("credit balances count", "store/account.py", "in_credit = _credits(connection, ids)", "in_credit = {}", OWED),
    Guard(
        "what is retained is due later",
        "core/invoice.py",
        "if until is not None and until <= today else invoice.retained",
        "",
        OWED,
    ),
    Guard(
        "money on a cancelled bill is theirs",
        "core/invoice.py",
        "return min(-sums[PaymentKind.PAYMENT], Decimal(0))",
        "return Decimal(0)",
        OWED,
    ),
    Guard(
        "a return is talked about first",
        "runs/ledger_news.py",
        "hold.place(connection, customer_id, HoldKind.RETURNED, why, now, invoices=numbers)",
        "pass",
        OWED,
    ),
    Guard("a pause goes on", "runs/ledger_news.py", "if bill.replaces in pause.invoices:", "if False:", OWED),
    Guard("what moves rests", "runs/ledger_news.py", "_ask_about_moved(connection, old, new, now)\n", "pass\n", OWED),
    Guard(
        "a plan goes on",
        "runs/ledger_news.py",
        "plan.take_over(connection, bill.customer_id, bill.replaces, bill.number)",
        "pass",
        OWED,
    ),
    Guard("one bill of two", "ledger/csv_invoices.py", "replace(invoice, status=Status.CANCELLED)", "invoice", OWED),
    Guard(
        "no more is taken back than came",
        "ledger/csv_invoices.py",
        "if self._sums[key] < 0:",
        "if False:",
        ("tests/ledger/test_broken_exports.py",),
    ),
    Guard("a text only if no money came", "core/dunning.py", "if received or any(", "if any(", OWED),
    Guard(
        "a letter tried again is of this moment",
        "runs/claim.py",
        "row.balances == balances.kept(items, taken_off)",
        "row.balances[: len(items)] == balances.kept(items, ())",
        OWED,
    ),
    Guard(
        "one step at a time",
        "core/tiering.py",
        "after = position(item, ladder) + 1",
        "after = position(item, ladder) + 2",
    ),
    Guard("a notice lapses", "core/dunning.py", "if tier.is_courtesy and leaves_on >=", "if False and leaves_on >="),
    Guard("a text only if nothing changed", "core/dunning.py", "balances.get(number) != balance for", "False for"),
    Guard(
        "a text only if no time was given since",
        "core/dunning.py",
        "and not _is_put_off(item, letter, rules.ladder, sent_on)",
        "",
        DUES,
    ),
    Guard(
        "what was given time is overdue no more",
        "core/dunning.py",
        "and item.invoice.due_on is not None and item.invoice.due_on <= today",
        "",
        DUES,
    ),
    Guard("a day filled in is seen for the first time", "runs/take_ledger.py", "if i.due_on} if old", "} if old", DUES),
    Guard(
        "what the books forgot is nothing new",
        "runs/take_ledger.py",
        "known |= ledger.mentioned(connection, [bill.number for bill in late])",
        "known |= set()",
        DUES,
    ),
    Guard("a text lapses", "core/dunning.py", "not_before is None or not_before >= lapses", "not_before is None"),
    # ---- at the claim
    Guard(
        "gates again at the claim",
        "runs/claim.py",
        "made.send is None or not same(row, known, made.send)",
        "made.send is None",
    ),
    Guard("a step once", "runs/claim.py", "if told := _already_sent(row, known, spent):", "if told := '':"),
    Guard(
        "one person once a window",
        "runs/claim.py",
        "if written_to & {row.recipient_hash, row.customer_id, *theirs}:",
        "if False:",
    ),
    Guard("not before its moment", "runs/claim.py", "(TurnCode.LATER, moment) if moment > now else ", ""),
    Guard("a second copy asks every gate", "runs/claim.py", "_again if row.earlier else _first", "_first"),
    Guard(
        "both copies count",
        "store/account.py",
        "return said | {datetime.fromisoformat(at) for at in row.earlier or ()}",
        "return said",
    ),
    Guard("a second copy says what is owed", "core/uncertain.py", "if changed := [", "if False and ["),
    Guard("a refused second copy", "core/delivery.py", "State.UNCERTAIN if again else State.REFUSED", "State.REFUSED"),
    Guard("cap a day", "core/room.py", "if left.day <= 0:", "if False:", CAPS),
    Guard("cap an hour", "core/room.py", "if left.hour <= 0:", "if False:", CAPS),
    Guard("cap of new conversations", "core/room.py", "if stranger and left.first <= 0:", "if False:", CAPS),
    Guard("cap of segments", "core/room.py", "if left.segments <= 0 else None", "if False else None", CAPS),
    Guard("what left counts towards the caps", "runs/caps.py", "self._hour -= 1", "pass", CAPS),
    Guard("unusual batch", "runs/caps.py", "and waiting > expected", "and False"),
    # ---- patience
    Guard(
        "days when somebody of ours is there",
        "core/calendar.py",
        "(ours is None or ours.contains(candidate))",
        "True",
        PATIENCE,
    ),
    Guard(
        "what another letter has just said is not said again",
        "core/dunning.py",
        "return max((at for tier, at in item.told if tier == name and at > now - SAID_LATELY), default=None)",
        "return None",
        SAID,
    ),
    Guard("days when nobody of ours is there", "core/rules.py", "if not self.only_when_we_work:", "if True:", PATIENCE),
    Guard(
        "a segment is never sooner",
        "config/settings.py",
        'kinds.whole(0, 365, "a segment waits longer',
        'kinds.whole(-365, 365, "a segment waits longer',
        CONFIG,
    ),
    Guard(
        "the segment's own ladder decides",
        "core/quiet.py",
        "rules = replace(rules, ladder=chosen.ladder)",
        "rules = rules",
        PATIENCE,
    ),
    Guard("what was paid once stays known", "store/ledger.py", "else row.paid_off_on", "else None", PATIENCE),
    Guard(
        "a plan sees pauses begin and end",
        "core/quiet.py",
        "return active(facts.holds, now) == self.holds",
        "return True",
        ("tests/core/test_quiet.py",),
    ),
    Guard("more patience is later", "core/ladder.py", "days=tier.days + days)", "days=tier.days - days)", PATIENCE),
    Guard(
        "a letter had on another ladder",
        "core/tiering.py",
        "had = item.progress.had | {item.progress.tier}",
        "had = {item.progress.tier}",
        PATIENCE,
    ),
    Guard(
        "days only grow", "core/tiering.py", "max(tier.days, item.progress.days) if item.progress else", "", PATIENCE
    ),
    Guard("old debts begin a few a day", "desk/parked.py", "if on > today:", "if False:", PATIENCE),
    Guard("what a day has no room for is no batch", "runs/caps.py", "max(0, new - max(0, room))", "0", PATIENCE),
    # ---- what stops everything
    Guard("kill switch", "core/stop.py", "        _switch(facts),\n", ""),
    Guard("another machine", "core/stop.py", "        _moved(facts),\n", ""),
    Guard("a store older than its log", "core/stop.py", "        _lost_history(facts),\n", ""),
    Guard("the log it wrote", "core/stop.py", "        _send_log(facts),\n", ""),
    Guard("its own secret key", "core/stop.py", "        _key(facts),\n", ""),
    Guard("every line of the log is compared", "store/history.py", "< a.attempt]", "< 1]", RESTORED),
    Guard("an attempt not made is none", "store/outbox.py", '"attempts": row.attempts - 1,', ""),
    Guard("what is adopted is not said again", "store/history.py", "    _spend(connection, attempt)\n", "", RESTORED),
    Guard(
        "what is adopted counts as reached",
        "store/history.py",
        "for s in attempt.steps], attempt.at)",
        "for s in ()], attempt.at)",
        RESTORED,
    ),
    Guard("no number twice", "runs/plan.py", "above=house.send_log.newest() if missing else 0", "above=0"),
    Guard("clock believed", "core/stop.py", "        _clock(facts),\n", ""),
    Guard("a step is seen", "core/clock.py", "if not -SLACK - slewed <= drift <= MOST_DRIFT + slewed:", "if False:"),
    Guard(
        "a large step lasts",
        "core/clock.py",
        "return _doubting(found, now) if doubt.lasts else",
        "return _doubting(found, now) if False else",
    ),
    Guard(
        "a large step does not wear off",
        "core/clock.py",
        "believed=_carried(before, now), at_least",
        "believed=before, at_least",
        ("tests/core/test_clock.py",),
    ),
    Guard(
        "only the newest canary tells the time",
        "runs/listen.py",
        "number_in_header(house, message.raw) == newest.number",
        "number_in_header(house, message.raw)",
        ("tests/runs/test_clock.py",),
    ),
    Guard(
        "one full tick",
        "core/clock.py",
        "Belief(believed=now) if belief.steady else",
        "Belief(believed=now) if True else",
    ),
    Guard(
        "a doubt outlives a start",
        "core/clock.py",
        "or not belief.doubt or belief.steady:",
        "or True:",
        ("tests/core/test_clock.py",),
    ),
    Guard(
        "a clock behind at the start",
        "core/clock.py",
        "at_least=belief.at_least or across,",
        "at_least=False,",
        ("tests/core/test_clock.py",),
    ),
    Guard("a server that disagrees", "core/clock.py", "if belief.off or not belief.doubt:", "if not belief.doubt:"),
    Guard("no plan by a wrong clock", "runs/plan.py", " or in_doubt(house, connection)", ""),
    Guard("a clock set within a window", "runs/deliver.py", "if judge(self._claimed, now):", "if False:"),
    Guard("inbox read", "core/stop.py", "        _inbox(facts),\n", ""),
    Guard("texts read", "core/stop.py", "        _texts(facts),\n", ""),
    Guard("the canary", "core/stop.py", "        _canary(facts),\n", ""),
    Guard(
        "one canary a day", "core/canary.py", "canary.sent_on != today or canary.again_at", "True or canary.again_at"
    ),
    Guard("counted before it leaves", "runs/canary.py", "        canary.put(connection, new)\n", ""),
    Guard("no canary from a copy", "core/stop.py", '"stopped", "moved", ', '"stopped", '),
    Guard(
        "a canary is no answer",
        "runs/understand.py",
        "canary.number_of(house, clues)) is not None",
        "None) is not None",
    ),
    Guard("a bounce is no canary", "runs/canary.py", " and clues.sender == house.sender.from_address.lower()", ""),
    Guard("the lock", "core/stop.py", "        _ousted(facts),\n", ""),
    Guard(
        "the lock's own session",
        "store/lock.py",
        "self.session is None or connection.execute",
        "True or connection.execute",
    ),
    Guard("the lock's own file", "store/lock.py", "self.path.stat().st_ino != self.inode", "False"),
    Guard("what nobody can read", "core/stop.py", "        _unread(facts),\n", ""),
    Guard("ledger fresh", "core/stop.py", "        _ledger(facts),\n", ""),
    Guard("suspicious import", "core/stop.py", "        _held_import(facts),\n", ""),
    Guard("switch within a window", "runs/deliver.py", "if trouble is None and (why := switch.off()):", "if False:"),
    # ---- at most once
    Guard(
        "mark before the wire",
        "runs/deliver.py",
        "        outbox.mark_onwire(connection, ids, now)\n",
        "        pass\n",
    ),
    Guard(
        "never twice after a crash",
        "store/outbox.py",
        'AfterAttempt(State.UNCERTAIN), "", outcome.why)',
        'AfterAttempt(State.PLANNED), "", outcome.why)',
    ),
    Guard(
        "unknown means uncertain",
        "runs/deliver.py",
        'outcome = Uncertain(f"a mistake',
        'outcome = Deferred(f"a mistake',
    ),
    Guard(
        "no answer to the message means uncertain",
        "channels/smtp_transaction.py",
        'return Uncertain(f"no answer to the message itself: {error}")',
        'return Deferred(f"no answer to the message itself: {error}")',
        ("tests/faults/test_smtp_matrix.py",),
    ),
    Guard(
        "a second answer to the message",
        "channels/smtp_transaction.py",
        "if reply.code != 421 and _says_yes_after_all(wire, timeouts.goodbye):",
        "if False:",
        ("tests/faults/test_smtp_matrix.py",),
    ),
    Guard(
        "a dripping answer",
        "channels/smtp_wire.py",
        "left = deadline - elapsed()",
        "left = 60.0",
        ("tests/faults/test_smtp_matrix.py",),
    ),
    Guard(
        "a dripping Twilio",
        "twilio_client.py",
        "        self.join(seconds)\n",
        "        self.join(20 * seconds)\n",
        ("tests/faults/test_twilio_matrix.py",),
    ),
    Guard(
        "a text without a name",
        "inbox/twilio.py",
        "    if not message.sid:\n",
        "    if False:\n",
        ("tests/faults/test_twilio_matrix.py",),
    ),
    Guard(
        "a country that is not permitted",
        "store/outbox.py",
        'in (name.split(" to ") for name in without if " to " in name)',
        "in []",
        ("tests/faults/test_twilio_matrix.py",),
    ),
    Guard("a stop from a dead number", "store/contact.py", "if known in (kind, OPTED_OUT):", "if known:"),
    Guard(
        "a stop beside other words",
        "replies/understand.py",
        "if sms.asks_to_stop(text) and Kind.OPT_OUT not in found.kinds",
        "if False",
        ("tests/replies/test_understand.py",),
    ),
    # ---- what calls us
    Guard(
        "the signature of a call",
        "inbox/twilio_webhook.py",
        "if content is None or not self._signed(self.called(call), content, call.signature):",
        "if content is None:",
        ("tests/web",),
    ),
    Guard(
        "no token signs for nobody",
        "inbox/twilio_webhook.py",
        "for token in tokens if token)",
        "for token in tokens)",
        ("tests/web",),
    ),
    Guard(
        "a call counts by our own address",
        "inbox/twilio_webhook.py",
        "return self._base + _asked(call.path, call.query)",
        "return call.claimed[0]",
        ("tests/web",),
    ),
    Guard(
        "the hash of a JSON body",
        "inbox/twilio_webhook.py",
        'return text if parse_qs(call.query).get("bodySHA256") else None',
        "return _Form()",
        ("tests/web",),
    ),
    Guard(
        "a text is kept before the answer",
        "web/webhook.py",
        "        if keep(self._house, text):\n",
        "        if True:\n",
        ("tests/web",),
    ),
    Guard(
        "what Twilio takes for a STOP",
        "web/webhook.py",
        "        if is_opt_out(fields):\n",
        "        if False:\n",
        ("tests/web",),
    ),
    Guard(
        "a token for one purpose",
        "core/token.py",
        'f"{purpose}:{number}:{more}"',
        'f"{number}:{more}"',
        ("tests/core/test_token.py",),
    ),
    Guard(
        "a token proves itself",
        "core/token.py",
        "hmac.compare_digest(given, _signed(key, purpose, number).encode())",
        "True",
        ("tests/core/test_token.py",),
    ),
    # ---- what the carrier's list has not got
    Guard("three looks", "core/text_lookup.py", "LOOKS_NEEDED = 3", "LOOKS_NEEDED = 2", NOT_SENT),
    Guard("looks keep their distance", "core/text_lookup.py", ">= _GAPS[len(missed)]", ">= timedelta()", NOT_SENT),
    Guard("a list of another time", "core/text_lookup.py", "abs(listed.at - now) > CLOCKS_APART", "False", NOT_SENT),
    Guard(
        "an unknown text to the number",
        "core/text_lookup.py",
        "if any(_since(text, claimed_at - 2 * CLOCKS_APART) for text in unknown):",
        "if False:",
        NOT_SENT,
    ),
    Guard(
        "a list that was cut",
        "twilio_client.py",
        'if "next_page_uri" not in page._payload:',
        "if False:",
        ("tests/channels/test_twilio.py",),
    ),
    Guard(
        "looks for an earlier copy",
        "store/outbox.py",
        '        "missed_at": None,\n',
        "",
        NOT_SENT,
    ),
    Guard(
        "a look across a person's word",
        "store/uncertain.py",
        "if found is None or (found.state, found.attempts, missed_at(found)) != (row.state, row.attempts, missed):",
        "if found is None:",
        NOT_SENT,
    ),
    Guard(
        "not sent is never planned again by itself",
        "store/uncertain.py",
        'values = {"state": State.NOT_SENT.value, "reason": why, "settled_at": now}',
        'values = {"state": State.PLANNED.value, "reason": why, "settled_at": now}',
        NOT_SENT,
    ),
    Guard("a list's silence is no proof", "core/delivery.py", "SAID | {State.NOT_SENT}", "SAID", NOT_SENT),
    Guard(
        "what the list shows late",
        "store/uncertain.py",
        "[State.UNCERTAIN.value, State.NOT_SENT.value]",
        "[State.UNCERTAIN.value]",
        NOT_SENT,
    ),
    # ---- what the carrier reports
    Guard(
        "a report proves a text",
        "runs/delivery_report.py",
        "            uncertain.prove(connection, row, report.reference, now)\n",
        "",
    ),
    Guard(
        "a report on what was put off",
        "store/uncertain.py",
        ".where(outbox.c.reminder_id == row.reminder_id, _PUT_OFF)",
        ".where(outbox.c.reminder_id == row.reminder_id, _UNSURE)",
        ("tests/runs/test_delivery_report.py",),
    ),
    Guard(
        "a report quicker than the answer",
        "runs/settle.py",
        "for row, reference in uncertain.reported(connection):",
        "for row, reference in ():",
    ),
    Guard(
        "no step back from a last word",
        "core/delivery_report.py",
        "_RANK.get(report.status, -1) > _RANK.get(known, -1)",
        "True",
    ),
    Guard("a reported failure", "runs/delivery_report.py", "if blame := blame_of(report.code):", "if blame := None:"),
    Guard("out of reach twice", "runs/delivery_report.py", "elif is_out_of_reach(", "elif False and is_out_of_reach("),
    # ---- what came in
    Guard(
        "the newest of a folder numbered anew",
        "inbox/imap.py",
        "*self._since(session, RESET_DAYS), *newest",
        "*self._since(session, RESET_DAYS)",
        ("tests/faults/test_imap_matrix.py",),
    ),
    Guard(
        "a folder put back from a backup",
        "inbox/imap.py",
        " or folder.uidnext <= cursor.uid",
        "",
        ("tests/faults/test_imap_matrix.py",),
    ),
    Guard(
        "an IDLE refused",
        "inbox/imap_session.py",
        'self._capabilities -= {"IDLE"}',
        "pass",
        ("tests/faults/test_imap_matrix.py",),
    ),
    Guard(
        "no further than what is stored",
        "runs/listen.py",
        "new += keep(self._house, message, reached)",
        "new += keep(self._house, message, poll.cursor)",
        ("tests/faults/test_imap_matrix.py",),
    ),
    Guard(
        "raw before the store",
        "runs/listen.py",
        "digest = house.spool.keep(message.raw)",
        "digest = __import__('hashlib').sha256(message.raw).hexdigest()",
    ),
    Guard(
        "held before it is read",
        "runs/understand.py",
        "                hold.place(connection, customer_id, HoldKind.REPLY, why, now, inbound_id=row.inbound_id)\n",
        "                pass\n",
    ),
    Guard(
        "set aside after two attempts", "runs/understand.py", "row.attempts >= ATTEMPTS or row.oversize", "row.oversize"
    ),
    Guard(
        "a weak match goes to a person", "core/triage.py", "facts.matched_by in _WEAK or not _harmless", "not _harmless"
    ),
    Guard(
        "an open promise",
        "core/triage.py",
        "if facts.has_open_promise:",
        "if False:",
    ),
    Guard(
        "a promise far away",
        "core/triage.py",
        "return today <= day <= today + timedelta(days=facts.promises.max_days)",
        "return today <= day",
    ),
    Guard(
        "a small part goes to a person",
        "core/triage.py",
        "if amount < facts.promises.min_share * owed[0].amount:",
        "if False:",
    ),
    Guard("more than is owed", "core/triage.py", "if amount > owed[0].amount:", "if False:"),
    Guard(
        "broken again and again",
        "core/triage.py",
        "if facts.missed_in_a_row >= rules.broken_in_a_row:",
        "if False:",
    ),
    Guard(
        "no judging by books that cannot know",
        "core/promise.py",
        "    if not at.booked:\n        return Judged(PromiseState.OPEN, waits=Waits.BOOKS)\n",
        "",
    ),
    Guard(
        "quiet until the books know",
        "runs/promise.py",
        "        if judged.waits is not Waits.NOTHING:",
        "        if judged.waits is Waits.MATCHING:",
    ),
    Guard(
        "a talk about a broken promise first",
        "runs/promise.py",
        "        _talk(connection, word, share, now)",
        "        pass",
    ),
    Guard("money counts once", "core/promise_share.py", "coin.take(taken, usable)", "pass"),
    Guard("what needs a person", "core/triage.py", "if needs_human or facts", "if facts"),
    # ---- what attackers come up against
    Guard(
        "no REPLACE in the journal",
        "store/session.py",
        "WHEN NEW.seq BETWEEN 1 AND (SELECT max(seq) FROM journal)",
        "WHEN 0",
        ("tests/security/test_journal.py",),
    ),
    Guard(
        "no TRUNCATE of the journal",
        "store/session.py",
        "DELETE OR TRUNCATE ON",
        "DELETE ON",
        ("tests/security/test_journal.py",),
    ),
    Guard("errors name no row", "store/session.py", '"hide_parameters": True', '"hide_parameters": False', STORE),
    Guard("errors quote no row", "store/session.py", 'event.listen(engine, "handle_error", _hush)', "pass", STORE),
    Guard("the store for its owner", "store/session.py", "path.touch(mode=0o600)", "path.touch()", STORE),
    Guard(
        "a PostgreSQL proves its name",
        "store/session.py",
        "create_engine(verified(parsed)",
        "create_engine((parsed)",
        TLS,
    ),
    Guard(
        "a mail server proves its name",
        "channels/smtp_session.py",
        "context = ssl.create_default_context()",
        "context = ssl._create_unverified_context()",
        TLS,
    ),
    Guard(
        "mail waits for STARTTLS",
        "channels/smtp_session.py",
        'if relay.security == "starttls":',
        'if relay.security == "starttls" and "STARTTLS" in offers:',
        TLS,
    ),
    Guard("the proof at the start", "cli/run.py", "    prove_headers()\n", "", HEADERS),
    Guard("alerts show no address", "runs/alert.py", "redact(unquoted(stop.why))", "unquoted(stop.why)", HEADERS),
    Guard("alerts name no customer", "runs/alert.py", "redact(unquoted(stop.why))", "redact(stop.why)", HEADERS),
    Guard("the page names no customer", "web/machine.py", "why=unquoted(stop.why)", "why=stop.why", LINE),
    Guard(
        "a form proves where it comes from", "web/guard.py", "    protection = CSRFProtect(app)\n", "    return\n", DOOR
    ),
    Guard(
        "a route that nobody may use", "web/guard.py", "        if needed is None:\n            abort(403)\n", "", DOOR
    ),
    Guard(
        "a collector is no owner", "core/user.py", "return self is Role.OWNER or self is needed", "return True", DOOR
    ),
    Guard("a passer-by is nobody", "web/access.py", "return user is not None and", "return user is None or", DOOR),
    Guard("a form has its effect once", "store/session.py", "            form.note(connection)\n", "", DOOR),
    Guard("a session ends", "desk/user.py", "if found is None or not found.is_alive(now):", "if found is None:", DOOR),
    Guard("ten guesses", "desk/user.py", "if wait_until is not None and wait_until > now:", "if False:", DOOR),
    Guard(
        "an invitation is used up",
        "desk/user.py",
        'invitation=None, invited_until=None)\n        _note(connection, now, row.name, row.name, "chose',
        'invited_until=row.invited_until)\n        _note(connection, now, row.name, row.name, "chose',
        DOOR,
    ),
    Guard(
        "a name of ours",
        "web/guard.py",
        'if not host_is_trusted(request.headers.get("Host"), known):',
        "if False:",
        DOOR,
    ),
    Guard("a way back inside", "web/guard.py", 'path[1:2] in ("/", "\\\\")', "False", DOOR),
    Guard(
        "foreign markup",
        "replies/opened.py",
        'return Opened(read.text, harmless("\\n".join(marked))',
        'return Opened(read.text, "\\n".join(marked)',
        MAILS,
    ),
    Guard("the log names no customer", "daemon.py", "why=unquoted(trouble)", "why=trouble", LINE),
    Guard("a backup for its owner", "desk/backup.py", "before = os.umask(0o077)", "before = os.umask(0o022)", BACKUP),
    Guard("cells that calculate", "ledger/csv_out.py", """return f"'{cell}" if""", "return cell if", CSV),
    Guard("no dump of the memory", "cli/run.py", "    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n", "", LINE),
    Guard("state for its owner", "cli/run.py", "before = os.umask(0o077)", "before = os.umask(0o022)", LINE),
    Guard("a secret key for its owner", "wiring.py", "if path.stat().st_mode & 0o077:", "if False:", LINE),
    Guard(
        "every owner is told",
        "runs/notice.py",
        "now)) for owner in recipients}",
        "now)) for owner in list(recipients)[:1]}",
        HEADERS,
    ),
    Guard(
        "what is built is looked at",
        "compose/proof.py",
        "        look(final, _HEADERS)\n    except",
        "        pass\n    except",
        HEADERS,
    ),
    Guard(
        "line ends in names",
        "compose/email.py",
        'char if char.isprintable() or char in JOINERS else " "',
        "char",
        HEADERS,
    ),
    Guard(
        "encoded words in names",
        "compose/email.py",
        'if not words.isascii() or "=?" in words or',
        "if not words.isascii() or",
        HEADERS,
    ),
    Guard(
        "bare line ends stay here",
        "channels/smtp_transaction.py",
        'body.count(b"\\r\\n") == body.count(b"\\r") == body.count(b"\\n")',
        "True",
        SMUGGLING,
    ),
    Guard(
        "dots are stuffed", "channels/smtp_transaction.py", 'body.replace(b"\\r\\n.", b"\\r\\n..")', "body", SMUGGLING
    ),
    Guard("text that can be kept", "store/types.py", 'if text.isascii() and "\\0" not in text:', "if True:", STORE),
    # ---- what people write and do
    Guard("an answer asks for an open address", "core/answer.py", "if not gate.passed:", "if False:", ANSWERS),
    Guard("a text answer keeps their hours", "core/answer.py", "if channel is Channel.EMAIL:", "if True:", ANSWERS),
    Guard("no plan withdraws an answer", "store/outbox.py", ".where(outbox.c.tier != ANSWER)", "", ANSWERS),
    Guard("an answer goes first", "runs/claim.py", "key=lambda row: row.tier != ANSWER", "key=lambda _: 0", ANSWERS),
    Guard("one answer at a time", "desk/answer.py", "    if waiting:\n", "    if False:\n", ANSWERS),
    Guard("no answer twice", "desk/answer.py", "_bare(known.words) == _bare(made.text)", "False", ANSWERS),
    Guard(
        "an answer that is begun only",
        "desk/answer.py",
        "if _bare(made.text) in map(_bare, begun):",
        "if False:",
        ANSWERS,
    ),
    Guard("an answer in draft", "desk/answer.py", "        if made.as_file:\n", "        if False:\n", ANSWERS),
    Guard(
        "an answer has no marks",
        "compose/email.py",
        "    if headers.by_machine:\n        yield",
        "    if True:\n        yield",
        ANSWERS,
    ),
    Guard("their Message-ID is looked at", "desk/answer.py", "own if is_message_id(own) else", "own or", ANSWERS),
    Guard("an answer that has left", "desk/answer.py", "row.state != State.PLANNED.value or ", "", ANSWERS),
    Guard("a lawyer is for the whole customer", "desk/dispute.py", "known.kind in WHOLE_CUSTOMER", "False", ACTIONS),
    Guard(
        "whatever was settled goes on gently",
        "core/resume.py",
        "gaps.append(rules.ladder.spacing(place))",
        "gaps.append(0)",
        ACTIONS,
    ),
    Guard("upheld it rests", "desk/dispute.py", "known.lane.goes_on and not upheld", "known.lane.goes_on", ACTIONS),
    Guard("lifted goes on gently", "desk/hold.py", "    go_on_gently(house, connection, actor, lifted)\n", "", LANES),
    Guard(
        "only a person ends what is grave", "desk/dispute.py", "goes_on = known.lane.goes_on and", "goes_on =", LANES
    ),
    Guard("what is grave stops at once", "store/hold.py", "if kind in WHOLE_CUSTOMER:", "if False:", LANES),
    Guard("not theirs holds all", "core/triage.py", "return HoldKind.NOT_MINE", "return HoldKind.DISPUTE", LANES),
    Guard(
        "a talk counts as having heard from us",
        "store/account.py",
        ", *_called_at(called, key, hashes[key].values())",
        "",
        CALLS,
    ),
    Guard(
        "nothing before the call that they asked for",
        "desk/call.py",
        "HoldKind.CALL_BACK, why, house.clock.now(), actor=actor)",
        "HoldKind.CALL_BACK, why, house.clock.now(), until=house.clock.now(), actor=actor)",
        CALLS,
    ),
    Guard("every matter is confirmed", "desk/dispute.py", "everything=not left", "everything=True", LANES),
    Guard(
        "what nobody read is a matter",
        "core/lane.py",
        "(*_told(understood), *_unread(understood, open_now))",
        "_told(understood)",
        LANES,
    ),
    Guard(
        "begun anew it is in no letter",
        "core/dunning.py",
        "and not begins_anew(item, rules.ladder, rules.min_gap_days, today, rules.zone)",
        "",
        LANES,
    ),
    Guard(
        "begun anew it has its days",
        "core/tiering.py",
        "due_on = max(due_on, item.restarted_on + timedelta(days=min_gap_days))",
        "due_on = due_on",
        LANES,
    ),
    Guard("the agreed credit", "core/dispute.py", "credited - self.credited_before >= self.credit", "True", LANES),
    Guard("no way out of the folder", "ledger/pdf.py", 'or ".." in path.parts', "", ("tests/ledger/test_pdf.py",)),
    Guard("no link in the folder", "ledger/pdf.py", "os.O_NOFOLLOW | ", "", ("tests/ledger/test_pdf.py",)),
    Guard(
        "a PDF only", "ledger/pdf.py", "if not content.startswith(_BEGINS):", "if False:", ("tests/ledger/test_pdf.py",)
    ),
    Guard(
        "the file that was meant",
        "compose/guard.py",
        "or binascii.a2b_base64(content) != attached.content",
        "",
        ("tests/compose/test_email.py",),
    ),
    Guard("the copy that was shown", "desk/answer.py", "made.copy.digest != digest", "False", LANES),
    Guard(
        "what is handed over is lifted by nothing else",
        "desk/hold.py",
        "if away := handover.by_holds(connection, hold_ids):",
        "if away := []:",
        HANDOVER,
    ),
    Guard(
        "handed over, what is planned is withdrawn",
        "desk/handover.py",
        "for row in stops.messages:",
        "for row in ():",
        HANDOVER,
    ),
    Guard(
        "handed over it rests until a person takes it back",
        "desk/handover.py",
        'only taking it back ends this", now,',
        'only taking it back ends this", now, until=now,',
        HANDOVER,
    ),
    Guard(
        "taken back, what still rests calls a person",
        "desk/handover.py",
        "again = _wait_again(house, connection, known, now, actor)",
        "again = []",
        HANDOVER,
    ),
    Guard(
        "taken back, what they promised is waited for again",
        "desk/handover.py",
        "promises, rest = _believe_again(connection, known, now, actor)",
        "promises, rest = [], []",
        HANDOVER,
    ),
    Guard(
        "taken back, what was promised of more than that is so too",
        "desk/handover.py",
        "rest.append([promise.narrow(connection, word, about, placed, now, actor), placed])",
        "pass",
        HANDOVER,
    ),
    Guard(
        "a bill in the place of another is handed over with it",
        "runs/ledger_news.py",
        "for away in handover.by_holds(connection, [pause.hold_id]):",
        "for away in ():",
        HANDOVER,
    ),
    Guard(
        "no word is broken over what somebody else collects",
        "core/promise.py",
        "if word.invoices and all(any(h.covers(number) for h in away) for number in word.invoices):",
        "if False:",
        HANDOVER,
    ),
    Guard(
        "taken back it goes on gently",
        "desk/handover.py",
        "until=pause.until",
        "until=now",
        HANDOVER,
    ),
    Guard(
        "every byte of an archive counts",
        "papers/archive.py",
        "if not faults and not _is_as_written",
        "if False and _is_as",
        PAPERS,
    ),
    Guard("a file of the archive counts", "papers/archive.py", "!= one:", "is ...:", PAPERS),
    Guard(
        "old debts are waited for no more once they are given away",
        "core/handover.py",
        "frozenset({HoldKind.PROMISE, HoldKind.OLD_DEBT})",
        "frozenset({HoldKind.PROMISE})",
        HANDOVER,
    ),
    Guard(
        "whoever collects it now is told of money that came to us",
        "runs/ledger_news.py",
        "for away in handover.standing(connection) if fresh else ():",
        "for away in ():",
        HANDOVER,
    ),
    Guard(
        "nobody is called about what is settled",
        "store/case.py",
        "if not still & set(one.invoices):",
        "if False:",
        CALLS,
    ),
    Guard(
        "two courses begin at the same moment",
        "desk/simulate.py",
        "outlook(replace(other, clock=still), connection",
        "outlook(other, connection",
        ("tests/web/test_simulate.py",),
    ),
    Guard(
        "a stranger's file name stays outside",
        "desk/dossier.py",
        "name = f\"attachments/{stem}-{one.number:02}{ending[0].lower() if ending else ''}\"",
        'name = f"attachments/{one.name}"',
        PAPERS,
    ),
    Guard(
        "nothing turns a printed line around",
        "papers/signs.py",
        'if unicodedata.category(sign)[0] == "C":',
        "if False:",
        PAPERS,
    ),
    Guard("what happened since", "desk/undo.py", "(why := undoes.since(connection, doing))", "(why := '')", ACTIONS),
    Guard(
        "a letter left since", "store/undo.py", "(outbox.c.claim_seq > done.seq)", "(outbox.c.claim_seq < 0)", ACTIONS
    ),
    Guard("taken back once", "desk/undo.py", "if doing.undone_by is not None:", "if False:", ACTIONS),
    Guard(
        "a snoozed case keeps its hold",
        "store/case.py",
        "case.c.snoozed_until <= now",
        "case.c.snoozed_until < now",
        ACTIONS,
    ),
    # ---- the people who are not looking
    Guard(
        "nobody is told twice",
        "store/notice.py",
        "[each for each in recipients if (about, each) not in known]",
        "list(recipients)",
        TOLD,
    ),
    Guard(
        "told once a while",
        "store/notice.py",
        "if not row.failed or row.at <= now < row.at + AGAIN_AFTER",
        "if not row.failed",
        TOLD,
    ),
    Guard("a copy tells nobody", "runs/notice.py", ' and grant.get("instance") == house.instance', "", TOLD),
    Guard(
        "a doubtful day has no digest",
        "runs/digest.py",
        " or in_doubt(clock.get(connection), house.clock.read())",
        "",
        TOLD,
    ),
    Guard("a digest quotes no server", "desk/digest.py", "replace(stop, why=redact(unquoted(stop.why)))", "stop", TOLD),
    Guard("what failed is told later", "runs/urgent.py", "if isinstance(outcome, Deferred)]", "if False]", TOLD),
    Guard(
        "a push that may have arrived",
        "runs/urgent.py",
        "if isinstance(outcome, Deferred)]",
        "if isinstance(outcome, Deferred)] + [place.name for place in house.pushes]",
        TOLD,
    ),
    Guard(
        "a push has no customer's words",
        "runs/urgent.py",
        'f"{spoken(one.kind)}: {_name(one, names)}" for',
        'f"{spoken(one.kind)}: {_name(one, names)} {one.words}" for',
        TOLD,
    ),
    Guard(
        "a push has no server's words",
        "runs/alert.py",
        'f"{stop.kind}: {stop.cure}"',
        'f"{stop.why}: {stop.cure}"',
        TOLD,
    ),
    Guard("no redirect of a push", "channels/push_child.py", "http_redirects=False", "http_redirects=True", PUSH),
    Guard("a push is cut off", "channels/push.py", "timeout=self._patience", "timeout=self._patience + 30", PUSH),
    Guard("law is told at once", "core/case.py", "AT_ONCE = (CaseKind.LEGAL, ", "AT_ONCE = (", TOLD),
    Guard("distress is told at once", "core/case.py", "LEGAL, CaseKind.SENSITIVE)", "LEGAL,)", TOLD),
    # ---- log-ins that are refused, and tokens
    Guard(
        "a refused log-in rests", "store/halt.py", "refused_at <= now < refused_at + LOGIN_REST", "False", LOCKED_OUT
    ),
    Guard("a reload tries again", "runs/recover.py", "halt.forget_logins(connection)", "pass", LOCKED_OUT),
    Guard(
        "the alert waits too",
        "runs/notice.py",
        "() if halt.login_rests(connection, Channel.EMAIL, now) else house.alerts_to",
        "house.alerts_to",
        LOCKED_OUT,
    ),
    Guard(
        "a no is final", "oauth/tokens.py", "if self._denied and self._denied[0] == refresh_token", "if False", SIGN_IN
    ),
    Guard(
        "a pause is kept", "oauth/tokens.py", "if self._failed and self._tick() < self._not_before", "if False", SIGN_IN
    ),
    Guard("the newest counts", "oauth/tokens.py", 'self._unkept = answer.text("refresh_token")', "pass", SIGN_IN),
    Guard("for its provider alone", "oauth/keep.py", 'kept["issuer"] != self._issuer or ', "", SIGN_IN),
    Guard("one showing at a time", "oauth/keep.py", "fcntl.flock(handle, fcntl.LOCK_EX)", "pass", SIGN_IN),
    Guard("a token on one line", "oauth/endpoint.py", "value.isascii() and value.isprintable()", "True", SIGN_IN),
    Guard("secrets are masked", "oauth/endpoint.py", 'text = text.replace(spelled, "***")', "pass", SIGN_IN),
    Guard("cut in time", "oauth/endpoint.py", "    watch.start()\n", "    pass\n", SIGN_IN),
    Guard(
        "no token in the clear", "oauth/endpoint.py", 'parts.scheme == "http" and is_loopback(host)', "True", SIGN_IN
    ),
    Guard(
        "our own sign-in only",
        "oauth/login.py",
        "if not hmac.compare_digest(",
        "if False and not hmac.compare_digest(",
        SIGN_IN,
    ),
)
