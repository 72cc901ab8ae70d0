"""Defects of the default service: PostgreSQL, no auth."""

from tests.mutants.mutant import Mutant


def corpus(case: str) -> str:
    return f"tests/contract/test_corpus.py::test_a_request_gets_its_answer[{case}]"


BODIES = "tests/contract/test_bodies.py::"
CONCURRENCY = "tests/contract/test_concurrency.py::"
FAULTS = "tests/generated/test_faults.py::"
HEADERS = "tests/contract/test_headers.py::"
KEYS = "tests/contract/test_idempotency.py::"
LIFE = "tests/generated/test_life.py::"
LIMITS = "tests/generated/test_rates.py::"
LISTS = "tests/contract/test_lists.py::"
OBSERVED = "tests/generated/test_observability.py::"
PATHS = "tests/contract/test_paths.py::"
SETTINGS = "tests/generated/test_settings.py::"
STATUSES = "tests/contract/test_statuses.py::"

APP = "app/edge/app.py"
ASGI = "app/edge/asgi.py"
DRIVER = "app/driver.py"
CLAIMS = "app/edge/idempotency.py"
ENVELOPE = "app/edge/envelope.py"
ETAG = "app/edge/etag.py"
EXCHANGE = "app/edge/exchange.py"
FINISHED = "app/edge/headers.py"
ITEMS = "app/items/service.py"
LISTING = "app/listing.py"
MIGRATION = "migrations/versions/2026_11_21_create_items.py"
PAGING = "app/edge/paging.py"
PROBES = "app/edge/probes.py"
RATES = "app/edge/rates.py"
ROUTING = "app/edge/routing.py"
SCHEMA = "app/edge/schema.py"
SETTING = "app/settings.py"
STORE = "app/store.py"
STRICT = "app/edge/strict.py"

ORDER = {
    "a path is looked up before the body is measured": Mutant(
        APP,
        "        self._check_load()\n        body = await self._body(head, receive)\n",
        "        self._check_load()\n        self.routes.find(head.method, head.path)\n"
        "        body = await self._body(head, receive)\n",
        corpus("of two refusals the first: 413, not 404 of a path"),
    ),
    "a body is judged before Accept": Mutant(
        APP,
        '        check_acceptable(head.headers.get("accept"))\n'
        "        check_body(head, exchange.body)\n",
        "        check_body(head, exchange.body)\n"
        '        check_acceptable(head.headers.get("accept"))\n',
        corpus("of two refusals the first: 406, not 415"),
    ),
    "a query is judged before the body": Mutant(
        APP,
        "        check_body(head, exchange.body)\n        check_query(head.query, route.queries)\n",
        "        check_query(head.query, route.queries)\n        check_body(head, exchange.body)\n",
        corpus("of two refusals the first: 415, not 400 of a query"),
    ),
    "If-Match is asked for before the item is looked up": Mutant(
        ETAG,
        "            return cls(None)\n",
        "            raise PreconditionRequired\n",
        corpus("of two refusals the first: 404 of an item, not 428"),
    ),
}

WELL_FORMED = {
    "NaN is a number": Mutant(
        STRICT,
        "    raise ValueError(name)\n",
        "    return float(name)\n",
        corpus("a body that is not JSON: NaN, POST /api/v1/items"),
    ),
    "the last of equal keys is taken": Mutant(
        STRICT,
        "if len(found := dict(pairs)) != len(pairs):",
        "if len(found := dict(pairs)) > len(pairs):",
        corpus("a body that is ambiguous or dangerous: a repeated key, POST /api/v1/items"),
    ),
    "a lone surrogate is text": Mutant(
        STRICT,
        r'if "\\u" in text:',
        r'if "\\U" in text:',
        corpus("a body that is ambiguous or dangerous: a high surrogate alone, POST /api/v1/items"),
    ),
    "nesting is deep": Mutant(
        STRICT,
        "DEPTH = 64\n",
        "DEPTH = 640\n",
        corpus("a body that is ambiguous or dangerous: 65 arrays, POST /api/v1/items"),
    ),
    "nesting exhausts the stack": Mutant(
        STRICT,
        "except (ValueError, RecursionError):",
        "except ValueError:",
        corpus("a body that is ambiguous or dangerous: 100,000 arrays, POST /api/v1/items"),
    ),
    "an integer may be longer than any double": Mutant(
        STRICT,
        "    _float(digits)\n    return int(digits)",
        "    return int(digits)",
        corpus("a body that is not JSON: 400 digits, POST /api/v1/items"),
    ),
    "a number may be infinite": Mutant(
        STRICT,
        "if math.isinf(value := float(digits)):",
        "if math.isnan(value := float(digits)):",
        corpus("a body that is not JSON: a number beyond doubles, POST /api/v1/items"),
    ),
    "a BOM is skipped": Mutant(
        STRICT,
        "_check_json(body.decode())",
        '_check_json(body.decode("utf-8-sig"))',
        corpus("a body that is not UTF-8: a BOM, POST /api/v1/items"),
    ),
    "a query parameter may be repeated": Mutant(
        STRICT,
        "if len(set(names)) != len(names):",
        "if len(set(names)) > len(names):",
        corpus("a query that is malformed: a parameter twice"),
    ),
    "another charset is taken": Mutant(
        STRICT,
        'charsets <= {"utf-8"}',
        'charsets <= {"utf-8", "latin-1"}',
        corpus("a media type that is refused: another charset"),
    ),
    "a Content-Encoding is overlooked": Mutant(
        STRICT,
        ' and "content-encoding" not in head.headers',
        "",
        corpus("a media type that is refused: gzip"),
    ),
}

SCHEMAS = {
    "types are coerced": Mutant(
        SCHEMA,
        'ConfigDict(extra="forbid", strict=True)',
        'ConfigDict(extra="forbid")',
        corpus("a body that is no item: quantity: text, POST /api/v1/items"),
    ),
    "unknown fields are ignored": Mutant(
        SCHEMA,
        'ConfigDict(extra="forbid", strict=True)',
        'ConfigDict(extra="ignore", strict=True)',
        corpus("a body that is no item: an unknown field, POST /api/v1/items"),
    ),
    "NUL is text": Mutant(
        SCHEMA,
        r'if "\x00" in text:',
        r'if "\x01" in text:',
        corpus("a body that is no item: name: a NUL, POST /api/v1/items"),
    ),
    "white space may begin a name": Mutant(
        SCHEMA,
        "if text != text.strip():",
        "if text != text.rstrip():",
        corpus("a body that is no item: name: a space before, POST /api/v1/items"),
    ),
    "a number is written as in Python": Mutant(
        SCHEMA,
        '"-?[0-9]+"',
        '"-?[0-9_]+"',
        corpus("a query with a bad value: limit: 1_0"),
    ),
}

TOLD = {
    "an unknown field is named to who sent it": Mutant(
        ENVELOPE,
        'path[-1:] = ["*"]',
        "path = path[:]",
        STATUSES + "test_no_refusal_repeats_what_was_sent",
    ),
    "a bug is told to the client": Mutant(
        ENVELOPE,
        '    log.error("nobody expected this", exc_info=error)\n    return AppError()',
        '    log.error("nobody expected this", exc_info=error)\n    return AppError(str(error))',
        LIFE + "test_a_bug_is_told_to_the_log_and_not_to_the_client",
    ),
    "a taken name is invalid": Mutant(
        ENVELOPE,
        'if state == "23505":',
        'if state == "23506":',
        STATUSES + "test_a_taken_name_is_a_conflict",
    ),
    "Accept is overlooked": Mutant(
        "app/edge/accept.py",
        "        raise NotAcceptable",
        "        return",
        corpus("Accept rules out JSON: HTML"),
    ),
    "a problem is told in the envelope": Mutant(
        ENVELOPE,
        "body = _problem(error) if problem else _envelope(error)",
        "body = _envelope(error)",
        BODIES + "test_every_refusal_can_be_a_problem",
    ),
}

BODY = {
    "a body may be a byte over the limit": Mutant(
        ASGI,
        "    if size > limit:\n",
        "    if size > limit + 1:\n",
        corpus("a size: one byte more"),
    ),
    "a slow body is waited for": Mutant(
        APP,
        "async with asyncio.timeout(self.settings.request_timeout_seconds):",
        "async with asyncio.timeout(3600):",
        corpus("a body that does not come: but for its beginning"),
    ),
    "a body over the limit meets a closed door": Mutant(
        ASGI,
        "size > 10 * limit:",
        "size > limit:",
        corpus("a size: ten times the limit to nowhere"),
    ),
}

WRITES = {
    "a name is unique by good luck": Mutant(
        MIGRATION,
        "unique=True",
        "unique=False",
        CONCURRENCY + "test_of_many_items_with_one_name_exactly_one_is_made",
    ),
    "a deleted item keeps its name": Mutant(
        MIGRATION,
        'sa.text("deleted_at IS NULL")',
        'sa.text("id IS NOT NULL")',
        PATHS + "test_the_name_of_a_deleted_item_is_free",
    ),
    "a write leaves the version": Mutant(
        ITEMS, "    item.version += 1\n", "", CONCURRENCY + "test_the_etag_is_the_version"
    ),
    "the version is checked on a row that others may change": Mutant(
        ITEMS,
        ", LIVE).with_for_update()",
        ", LIVE)",
        CONCURRENCY + "test_no_update_is_lost",
    ),
    "a write moves no time": Mutant(
        ITEMS,
        "    item.updated_at = datetime.now(UTC)\n",
        "",
        BODIES + "test_a_write_moves_updated_at_and_no_other_time",
    ),
    "PATCH empties what it does not name": Mutant(
        ITEMS,
        "change.model_dump(exclude_unset=True)",
        "change.model_dump()",
        PATHS + "test_patch_changes_what_it_names_and_nothing_else",
    ),
    "If-Match takes no *": Mutant(
        ETAG,
        'if not {"*", etag(row)} & self.tags:',
        "if not {etag(row)} & self.tags:",
        corpus("If-Match holds: any"),
    ),
    "a weak tag is enough to write": Mutant(
        ETAG,
        "return cls(_tags(if_match))",
        'return cls(_tags(if_match.replace("W/", "")))',
        corpus("If-Match is another version: weak, PUT /api/v1/items/$id"),
    ),
    "a weak tag is not enough to have seen": Mutant(
        ETAG,
        '{each.removeprefix("W/") for each in _tags(if_none_match or "")}',
        '_tags(if_none_match or "")',
        corpus("If-None-Match: weak, GET /api/v1/items/$id"),
    ),
    "an empty If-Match is none": Mutant(
        ETAG,
        "if if_match is None:",
        "if not if_match:",
        corpus("If-Match is malformed: empty, PUT /api/v1/items/$id"),
    ),
    "what is late goes on": Mutant(
        EXCHANGE,
        "                self.fail(error)\n                work.cancel()\n",
        "                self.fail(error)\n",
        FAULTS + "test_what_is_late_in_a_frozen_database_gives_its_place_to_others",
    ),
    "a write is acknowledged before it is done": Mutant(
        EXCHANGE,
        "                await self._commit(answer)\n",
        "                self.end(answer)\n                await asyncio.sleep(0.05)\n"
        "                await self._commit(answer)\n",
        CONCURRENCY + "test_what_was_acknowledged_can_be_read_at_once",
    ),
    "what a client left behind is written": Mutant(
        EXCHANGE,
        "                stop(ClientLeft())\n",
        "                pass\n",
        LIFE + "test_a_client_that_leaves_has_changed_nothing",
    ),
}

PAGES = {
    "a cursor is not signed": Mutant(
        PAGING,
        "if not hmac.compare_digest(raw[:16], _signature(raw[16:])):",
        "if len(raw) < 16:",
        LISTS + "test_a_forged_cursor_is_refused",
    ),
    "a cursor fits every list": Mutant(
        PAGING,
        "if sealed != seal:",
        "if not sealed:",
        LISTS + "test_a_cursor_of_another_list_is_refused[other2]",
    ),
    "a cursor is bound to its sort alone": Mutant(
        PAGING,
        "repr((sort, sorted(filters.items())))",
        "repr(sort)",
        LISTS + "test_a_cursor_of_another_list_is_refused[other3]",
    ),
    "a page may be of any size": Mutant(
        PAGING,
        "Field(ge=1, le=100), Digits] = 20",
        "Field(ge=1), Digits] = 20",
        corpus("a query with a bad value: limit: 101"),
    ),
    "a page may have a cursor": Mutant(
        PAGING,
        "if self.page is not None and self.cursor is not None:",
        "if self.page is not None and self.cursor:",
        corpus("a query that is malformed: page with cursor"),
    ),
    "equal sort keys have no order": Mutant(
        PAGING,
        '    sort.setdefault("id", list(sort.values())[-1])\n',
        "",
        LISTS + "test_a_walk_meets_each_item_once_and_in_order[1-quantity]",
    ),
    "a walk goes up whatever its sort": Mutant(
        LISTING,
        "tuple_(*columns) < tuple_(*last) if down else",
        "",
        LISTS + "test_a_walk_meets_each_item_once_and_in_order[10--name]",
    ),
    "a filter has wildcards": Mutant(
        LISTING,
        'if how == "contains" else value',
        'if how == "exactly" else value',
        LISTS + "test_every_character_of_a_filter_is_itself[%]",
    ),
    "a filter minds case": Mutant(
        LISTING,
        "column.icontains(",
        "column.contains(",
        LISTS + "test_part_of_a_name_is_matched_without_case",
    ),
    "a link forgets the filters": Mutant(
        "app/edge/links.py",
        "urlencode([*kept, target])",
        "urlencode([target])",
        LISTS + "test_a_link_is_a_path_that_keeps_the_rest_of_the_query",
    ),
    "the last page leads on": Mutant(
        "app/edge/links.py",
        "if meta.page * meta.limit < meta.total:",
        "if meta.page * meta.limit <= meta.total:",
        LISTS + "test_a_list_links_to_pages_that_are_there[page=1&limit=23-relations0]",
    ),
    "deleted items are listed": Mutant(
        ITEMS,
        "select(TABLE).where(LIVE)",
        "select(TABLE)",
        LISTS + "test_deleted_items_are_not_listed",
    ),
}

HTTP = {
    "HEAD is a method of its own": Mutant(
        ROUTING,
        'served = "GET" if method == "HEAD" else method',
        "served = method",
        PATHS + "test_head_answers_as_get_without_the_body[/api/v1/items]",
    ),
    "OPTIONS has a status of its own": Mutant(
        APP,
        'return Answer(204, [("allow", self.routes.allow(head.path))])',
        'return Answer(200, [("allow", self.routes.allow(head.path))])',
        PATHS + "test_options_names_the_methods[/api/v1/items]",
    ),
    "a wrong method is told nothing of the right ones": Mutant(
        ROUTING,
        '        raise MethodNotAllowed(headers={"allow": self.allow(path)})',
        "        raise MethodNotAllowed",
        PATHS + "test_a_wrong_method_is_refused_with_the_right_ones[PUT-/api/v1/items]",
    ),
    "Allow does not name HEAD": Mutant(
        ROUTING,
        '*(["HEAD"] if "GET" in methods else [])',
        "",
        PATHS + "test_options_names_the_methods[/api/v1/items]",
    ),
    "a trailing slash is another resource": Mutant(
        ASGI,
        '.removesuffix("/") or "/"',
        "",
        PATHS + "test_a_trailing_slash_keeps_method_and_body",
    ),
    "any request id is taken over": Mutant(
        ASGI,
        're.fullmatch(r"[A-Za-z0-9._-]{1,64}", given)',
        're.match(r"[A-Za-z0-9._-]{1,64}", given)',
        corpus("X-Request-ID is replaced: a space"),
    ),
    "answers may be sniffed": Mutant(
        FINISHED,
        '    "x-content-type-options": "nosniff",\n',
        "",
        HEADERS + "test_every_answer_is_guarded[list]",
    ),
    "answers may be kept": Mutant(
        FINISHED,
        '"cache-control": "no-store"',
        '"cache-control": "public, max-age=60"',
        HEADERS + "test_every_answer_is_guarded[list]",
    ),
    "HSTS is sent in development": Mutant(
        FINISHED,
        'TRANSPORT if settings.environment == "production" else {}',
        "TRANSPORT",
        HEADERS + "test_every_answer_is_guarded[list]",
    ),
    "HSTS is sent nowhere": Mutant(
        FINISHED,
        'TRANSPORT if settings.environment == "production" else {}',
        "{}",
        SETTINGS + "test_docs_can_be_enabled_in_production",
    ),
    "the server is named": Mutant(
        "app/cli.py",
        "server_header=False",
        "server_header=True",
        HEADERS + "test_every_answer_is_guarded[list]",
    ),
    "CORS reflects every origin": Mutant(
        FINISHED,
        'if origin not in origins and "*" not in origins:',
        "if not origin:",
        SETTINGS + "test_any_other_origin_may_not[https://shop.example.evil]",
    ),
    "CORS allows credentials": Mutant(
        FINISHED,
        'headers = {"access-control-allow-origin": origin or "*", "vary": "Origin"}',
        'headers = {"access-control-allow-origin": origin or "*", "vary": "Origin"}\n'
        '    headers["access-control-allow-credentials"] = "true"',
        SETTINGS + "test_every_origin_may_read_in_development_but_not_with_credentials",
    ),
}

LIVES = {
    "SIGTERM ends it without a drain": Mutant(
        "app/edge/life.py",
        "_drain_on_sigterm(drain, delay)\n",
        "pass\n",
        LIFE + "test_sigterm_drains_and_ends_with_0",
    ),
    "the listener closes at once": Mutant(
        "app/edge/life.py",
        "loop.call_later, delay, end",
        "loop.call_later, 0, end",
        LIFE + "test_sigterm_drains_and_ends_with_0",
    ),
    "a good end is told as a signal": Mutant(
        "app/cli.py",
        "    signal.signal(signal.SIGTERM, lambda *_: sys.exit())\n",
        "",
        LIFE + "test_sigterm_drains_and_ends_with_0",
    ),
    "a drained process is ready": Mutant(
        PROBES,
        "        self.draining = True",
        "        self.draining = False",
        FAULTS + "test_a_rolling_restart_fails_no_request",
    ),
    "an old schema is ready": Mutant(
        STORE,
        "if await connection.run_sync(is_behind):",
        "if not await connection.run_sync(is_behind) and False:",
        LIFE + "test_it_is_not_ready_before_it_is_migrated",
    ),
    "a newer schema is not ready": Mutant(
        "app/migrations.py",
        "return current != head and (current is None or current in known)",
        "return current != head",
        LIFE + "test_it_stays_ready_when_a_newer_release_has_migrated",
    ),
    "readiness waits for the database": Mutant(
        PROBES,
        "timeout=CHECK_SECONDS",
        "timeout=None",
        LIFE + "test_a_frozen_database_holds_up_neither_probe",
    ),
    "a broken connection is used again": Mutant(
        DRIVER,
        "    if socket.poll(0):",
        "    if not socket:",
        FAULTS + "test_connections_that_broke_while_nobody_asked_cost_no_error",
    ),
    "nothing in flight is counted": Mutant(
        APP,
        "if len(self.working) >= self.settings.in_flight_limit:",
        "if len(self.working) > 1_000_000:",
        LIFE + "test_more_than_it_can_carry_is_refused_at_once",
    ),
    "an overload shuts out the probes": Mutant(
        APP,
        "            if self.probes.own(head):\n                await self._probe",
        "            self._check_load()\n            if self.probes.own(head):\n"
        "                await self._probe",
        LIFE + "test_more_than_it_can_carry_is_refused_at_once",
    ),
    "slow requests are not counted": Mutant(
        APP,
        "        self._check_load()  # others may have been faster\n",
        "",
        LIFE + "test_requests_that_come_slowly_are_counted_too",
    ),
    "a client that left is a failure": Mutant(
        APP,
        "LEFT = Answer(499)",
        "LEFT = Answer(500)",
        LIFE + "test_a_client_that_leaves_has_changed_nothing",
    ),
    "a request that fails keeps its connection": Mutant(
        STORE,
        "        await self.close()\n",
        "        if error is None:\n            await self.close()\n",
        FAULTS + "test_clients_that_leave_by_the_hundred_hold_nothing",
    ),
}

SET = {
    "a short secret is strong": Mutant(
        SETTING,
        "len(secret.encode()) >= 32",
        "len(secret.encode()) >= 8",
        SETTINGS + "test_a_weak_setting_is_refused_by_name_at_start[production-a short secret]",
    ),
    "the example is a secret": Mutant(
        SETTING,
        " and secret != EXAMPLE",
        "",
        SETTINGS + "test_the_secret_of_the_example_is_refused",
    ),
    "staging takes every origin": Mutant(
        SETTING,
        'if self.guarded and "*" in self.cors_origins:',
        'if self.environment == "production" and "*" in self.cors_origins:',
        SETTINGS + "test_a_weak_setting_is_refused_by_name_at_start[staging-every origin]",
    ),
    "production has docs": Mutant(
        SETTING,
        'self.environment != "production" if self.docs_enabled is None',
        "True if self.docs_enabled is None",
        SETTINGS + "test_docs_are_off_in_production",
    ),
}

RETRIES = {
    "a key is kept after its write": Mutant(
        EXCHANGE,
        "        if self.claim:\n            await self.unit.keep(self.claim, answer)\n"
        "        await self.unit.commit()\n",
        "        await self.unit.commit()\n"
        "        if self.claim:\n            await self.unit.keep(self.claim, answer)\n"
        "            await self.unit.commit()\n",
        FAULTS + "test_a_killed_process_has_done_each_write_once_or_not_at_all[postgresql-none-30]",
    ),
    "a key is not kept": Mutant(
        EXCHANGE,
        "            await self.unit.keep(self.claim, answer)\n",
        "            pass\n",
        KEYS + "test_a_retry_is_answered_as_the_first_was",
    ),
    "a key fits another body": Mutant(
        CLAIMS,
        "if kept.fingerprint != claim.fingerprint:",
        "if not kept.fingerprint:",
        KEYS + "test_a_key_with_another_body_is_refused",
    ),
    "a retry is told as the first": Mutant(
        CLAIMS,
        'headers=[*answer.headers, ("idempotency-replayed", "true")]',
        "headers=[*answer.headers]",
        KEYS + "test_a_retry_is_answered_as_the_first_was",
    ),
    "a key may be empty": Mutant(
        CLAIMS, "{1,255}", "{0,255}", corpus("Idempotency-Key is malformed: empty")
    ),
    "a key counts on every write": Mutant(
        APP,
        "if route.creates else None",
        "if not exchange.head.reads else None",
        KEYS + "test_keys_are_ignored_on_other_methods",
    ),
    "a key stays in use": Mutant(
        CLAIMS,
        "        answer.add_done_callback(lambda _: self._taken.remove(name))\n",
        "",
        KEYS + "test_a_retry_is_answered_as_the_first_was",
    ),
    "a refusal is kept": Mutant(
        EXCHANGE,
        "            await self.through(app)\n        except Exception as error:\n",
        "            await self.through(app)\n        except Exception as error:\n"
        "            await unit.find(claim)\n"
        "            await unit.keep(claim, Answer(409))\n"
        "            await unit.commit()\n",
        KEYS + "test_a_refusal_frees_the_key",
    ),
}

COUNTED = {
    "one more than the limit is admitted": Mutant(
        RATES,
        "        if used >= rate.limit:\n",
        "        if used > rate.limit:\n",
        LIMITS + "test_every_answer_tells_the_limit_and_a_refusal_when_to_come_back",
    ),
    "nobody is told the limit": Mutant(
        FINISHED,
        "    headers |= standing.headers() if standing else {}\n",
        "",
        LIMITS + "test_every_answer_tells_the_limit_and_a_refusal_when_to_come_back",
    ),
    "nobody is told when to come back": Mutant(
        RATES,
        'return headers | ({"retry-after": str(seconds)} if self.left < 0 else {})',
        "return headers",
        LIMITS + "test_every_answer_tells_the_limit_and_a_refusal_when_to_come_back",
    ),
    "anybody may say where it comes from": Mutant(
        "app/edge/address.py",
        "_read(hop) if any(client in network for network in trusted) else None",
        "_read(hop)",
        LIMITS + "test_a_forwarded_address_counts_only_where_a_proxy_is_trusted",
    ),
    "a line of IPv6 is as many as it likes": Mutant(
        "app/edge/address.py",
        'f"{client}/64"',
        'f"{client}/128"',
        LIMITS + "test_the_addresses_of_one_line_are_one_caller",
    ),
    "each process has a budget": Mutant(
        "app/edge/redis_rates.py",
        "'current', current + 1)",
        "'current', current)",
        LIMITS + "test_processes_share_one_budget",
    ),
    "a Redis that hangs is waited for": Mutant(
        "app/edge/redis_rates.py",
        "ANSWER_SECONDS = (0.04, 0.01)",
        "ANSWER_SECONDS = (4, 1)",
        LIMITS + "test_a_redis_that_hangs_holds_nobody_up",
    ),
}

OBSERVABLE = {
    "the log has a route for each stranger": Mutant(
        ROUTING,
        'return next((route.template for route in self._at(path)), "unmatched")',
        "return next((route.template for route in self._at(path)), path)",
        SETTINGS + "test_every_line_of_the_log_is_json_in_production",
    ),
    "the metrics have a series for each stranger": Mutant(
        APP,
        "self.metrics.observe(head.method, route, status, seconds)",
        "self.metrics.observe(head.method, head.path, status, seconds)",
        OBSERVED + "test_strangers_do_not_make_series",
    ),
    "the metrics forget a request": Mutant(
        "app/edge/metrics.py",
        "        requests.inc()\n",
        "",
        OBSERVED + "test_metrics_count_what_was_asked_and_how_long_it_took",
    ),
    "traces begin anew": Mutant(
        APP,
        "self.telemetry.begin(head)",
        "self.telemetry.begin(Head.of(scope | {'headers': []}, ()))",
        OBSERVED + "test_a_request_is_one_line_of_the_contract",
    ),
}

MUTANTS = (ORDER | WELL_FORMED | SCHEMAS | TOLD | BODY | WRITES | PAGES | HTTP | LIVES | SET) | (
    RETRIES | COUNTED | OBSERVABLE
)
