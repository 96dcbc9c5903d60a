"""The mistakes that careless hands make with two clocks, each as a change of our text, and the check that finds it.

Twelve that others' projectors were seen to make, thirty that are harder to see, three of them of healing and one
harmless, and some of our own forms.
"""

from tests.histories.planted import Mistake

RULE, BATCH, ROWS, PASSES = "core/history.py", "projector/batch.py", "projector/rows.py", "projector/passes.py"
KEYS, STANDING, COUNTS, PAGES = (f"histories/{name}.py" for name in ("keys", "standing", "counts", "pages"))
COMPARING, SEARCHING = "histories/comparing.py", "histories/searching.py"
HEALING = "projector/healing.py"

_MERGED = "merged = sorted([*events, *(self.events[position] for position in tail)], key=place)"
_JUDGED = """        self._supersede(old, new.known_from)
        return new
"""
_SUPERSEDED = """        old = self.current.pop()
        copy = Row(old.place, old.at, old.before, commit)
        self._supersede(old, commit)
        self.current.append(copy.ended(first.occurred_at, commit))
        return old.at
"""
_COPIED = "self.current.append(copy.ended(first.occurred_at, commit))"
_ENDED = "at = self.current[-1].ended(events[0].occurred_at, commit).at"
_FOLLOWED = """            self.current.append(row.ended(OPEN if following is None else following.occurred_at, commit))
            at = row.at

    def _insert"""
_NEW_ROW = "old, new = tail.get(event.position), self._row(at, event, commit).ended(following, commit)"
_REPLACED = "rows = history(projection, events)\n"

TWELVE = (
    Mistake(
        "a tie ordered before",
        RULE,
        (
            ("self.current[-1].place < first", "self.current[-1].valid_from < first[0]"),
            (
                "bisect_left(self.current, first, key=lambda row: row.place)",
                "bisect_left(self.current, first[0], key=lambda row: row.valid_from)",
            ),
            (_MERGED, _MERGED.replace("key=place", "key=lambda event: (event.occurred_at, -event.position)")),
        ),
        "answers",
    ),
    Mistake("arrival order", RULE, (("        elif behind:\n", "        elif False:\n"),), "answers"),
    Mistake(
        "late before the first is taken as the last",
        RULE,
        (("        elif behind:\n", "        elif 0 < behind < len(self.current):\n"),),
        "answers",
    ),
    Mistake(
        "late folded on top",
        RULE,
        (
            (
                "at = self._predecessor(merged[0], commit)",
                "self._predecessor(merged[0], commit)\n        at = next(reversed(tail.values())).at",
            ),
        ),
        "answers",
    ),
    Mistake("known side never closed", RULE, (("        old.known_to = commit\n", ""),), "one_holds"),
    Mistake("old rows overwritten", RULE, (("        self.superseded.append(old)\n", ""),), "answers"),
    Mistake(
        "known from 0",
        RULE,
        (("self.known_from, self.known_to = commit, OPEN", "self.known_from, self.known_to = 0, OPEN"),),
        "answers",
    ),
    Mistake(
        "rewritten rows keep their old known_from",
        RULE,
        (
            (
                _JUDGED,
                "        self._supersede(old, new.known_from)\n"
                "        new.known_from = old.known_from\n"
                "        return new\n",
            ),
        ),
        "one_holds",
    ),
    Mistake(
        "a whole batch as one commit",
        BATCH,
        (("""groupby(events, key=attrgetter("commit_position"))""", "groupby(events, key=lambda _: 0)"),),
        "projects",
    ),
    Mistake(
        "< for <=",
        KEYS,
        (("AND valid_from <= ? ORDER", "AND valid_from < ? ORDER"),),
        "keys",
    ),
    Mistake(
        "a closed known end",
        STANDING,
        (("AND known_to > {self.known}", "AND known_to >= {self.known}"),),
        "counts",
    ),
    Mistake(
        "a tie by time only",
        KEYS,
        (
            (
                "AND valid_from <= ? ORDER BY valid_from DESC, event_position DESC LIMIT 1",
                "AND valid_from <= ? ORDER BY +valid_from DESC LIMIT 1",
            ),
        ),
        "keys",
        instead="an index walked backwards answers rightly by luck: `+` keeps the database from it",
    ),
)

THIRTY = (
    Mistake(
        "known_from = position",
        RULE,
        (("rolled(self.projection, at), commit)", "rolled(self.projection, at), event.position)"),),
        "declares",
    ),
    Mistake(
        "a commit split over two batches",
        PASSES,
        (("if found and found[-1].commit_position > found[-1].position:", "if False:"),),
        "projects",
    ),
    Mistake(
        "late asked per event, not per commit",
        BATCH,
        (("        yield list(commit)\n", "        yield from ([event] for event in commit)\n"),),
        "projects",
    ),
    Mistake(
        "frontier = own time",
        STANDING,
        (("SELECT position, frontier FROM", "SELECT position, occurred_at FROM"),),
        "keys",
    ),
    Mistake(
        "frontier = that of the commit only",
        STANDING,
        (
            (
                "SELECT position, frontier FROM events",
                "SELECT position, (SELECT max(occurred_at) FROM events c WHERE c.commit_position = events.position)"
                " FROM events",
            ),
        ),
        "keys",
    ),
    Mistake(
        "roll-ups keep what is superseded",
        ROWS,
        (("for row in known.superseded:\n            self._left(row)\n", "for row in known.superseded:\n"),),
        "rolls_up",
    ),
    Mistake(
        "preceding values not carried into the rewrite",
        RULE,
        ((_JUDGED, f"        new.before = old.before\n{_JUDGED}"),),
        "declares",
    ),
    Mistake(
        "stops at an equal state, whatever preceded it",
        RULE,
        (("if old.at == new.at and old.before == new.before:", "if old.at == new.at:"),),
        "declares",
    ),
    Mistake(
        "the predecessor's copy without closed_commit",
        RULE,
        ((_COPIED, "copy.valid_to = first.occurred_at\n        self.current.append(copy)"),),
        "one_holds",
    ),
    Mistake(
        "the predecessor ended in place",
        RULE,
        ((_SUPERSEDED, "        return self.current[-1].ended(first.occurred_at, commit).at\n"),),
        "one_holds",
    ),
    Mistake("the predecessor untouched", RULE, ((_SUPERSEDED, "        return self.current[-1].at\n"),), "one_holds"),
    Mistake(
        "the predecessor's copy keeps the old closed_commit",
        RULE,
        ((_COPIED, "self.current.append(copy.ended(first.occurred_at, old.closed_commit))"),),
        "declares",
    ),
    Mistake(
        "closed_commit = position",
        RULE,
        ((_ENDED, "at = self.current[-1].ended(events[0].occurred_at, events[0].position).at"),),
        "declares",
    ),
    Mistake(
        "closed at the last new event, not at the first",
        RULE,
        ((_ENDED, "at = self.current[-1].ended(events[-1].occurred_at, commit).at"),),
        "one_holds",
    ),
    Mistake(
        "a batch's memory not updated between commits",
        RULE,
        (
            (
                _ENDED,
                f"{_ENDED}\n"
                "            at = next((row.at for row in reversed(self.current) if row.id is not None), NOTHING)",
            ),
        ),
        "projects",
        instead="rows in memory are what is written: here they are written, and not seen by the next commit",
    ),
    Mistake(
        "the last row chosen by position",
        ROWS,
        (
            (
                "ORDER BY valid_from DESC, event_position DESC, known_from DESC LIMIT 1",
                "ORDER BY event_position DESC LIMIT 1",
            ),
        ),
        "projects",
    ),
    Mistake(
        "no row for None",
        RULE,
        ((_FOLLOWED, _FOLLOWED.replace("self.current.append", "row.at.state is None or self.current.append")),),
        "answers",
    ),
    Mistake(
        "no row where the state stays the same",
        RULE,
        ((_FOLLOWED, _FOLLOWED.replace("self.current.append", "row.at.state == at.state or self.current.append")),),
        "one_holds",
    ),
    Mistake(
        "revived with the old state",
        RULE,
        (
            (
                "            at = row.at\n\n    def _insert",
                "            at = at if row.at.state is None and row.at.parked is None else row.at\n\n    def _insert",
            ),
        ),
        "answers",
    ),
    Mistake(
        "alive without closed_commit",
        STANDING,
        (
            (
                "AND (valid_to > {self.occurred} OR closed_commit > {self.known}) AND",
                "AND valid_to > {self.occurred} AND",
            ),
        ),
        "counts",
    ),
    Mistake(
        "alive with closed_commit >=",
        STANDING,
        (("OR closed_commit > {self.known})", "OR closed_commit >= {self.known})"),),
        "counts",
    ),
    Mistake(
        "the part-bucket without its last moment",
        COUNTS,
        (("_deltas(at, by, start, at.occurred + 1, moment", "_deltas(at, by, start, at.occurred, moment"),),
        "counts",
    ),
    Mistake(
        "the part-bucket over superseded rows",
        COUNTS,
        (
            (
                'f" WHERE {at.believed}{long} AND valid_from >= ?',
                'f" WHERE 1 = 1{long} AND valid_from >= ?',
            ),
        ),
        "counts",
    ),
    Mistake(
        "waiting rows not folded again",
        RULE,
        (
            (
                "kept = new if old is None else self._judged(old, new)",
                "kept = new if old is None else old if old.at.parked else self._judged(old, new)",
            ),
        ),
        "answers",
    ),
    Mistake(
        "a late event behind the failing one is folded",
        RULE,
        (
            (
                _NEW_ROW,
                "behind = at if event.position in tail else at._replace(parked=None, error=None)\n"
                f"            {_NEW_ROW.replace('_row(at,', '_row(behind,')}",
            ),
        ),
        "answers",
    ),
    Mistake(
        "a long key's settled = its own commit",
        RULE,
        (("settled = max(settled, event.commit_position)", "settled = event.commit_position"),),
        "long_ones_keep_the_latest",
    ),
)

OF_HEALING = (
    Mistake(
        "heal of keys parked now only",
        HEALING,
        (("WHERE parked IS NOT NULL", "WHERE parked IS NOT NULL AND known_to = {OPEN}"),),
        "heals",
    ),
    Mistake(
        "heal of the latest belief only",
        HEALING,
        ((_REPLACED, "rows = [row for row in history(projection, events) if row.known_to == OPEN]\n"),),
        "heals",
    ),
    Mistake(
        "heal with known_from = now",
        HEALING,
        (
            (
                _REPLACED,
                f"{_REPLACED}        for row in rows:\n"
                "            row.known_from = build.position if row.known_to == OPEN else row.known_from\n",
            ),
        ),
        "heals",
    ),
)

BLIND = Mistake(
    "the checkpoint moved without comparing",
    PASSES,
    (
        (
            "WHERE build = ? AND position = ? AND updated_at = ?",
            "WHERE build = ? AND (position = ? OR updated_at = ? OR 1 = 1)",
        ),
    ),
    "the machine",
)
APART = Mistake(
    "the checkpoint in a second transaction",
    PASSES,
    (
        ("moved = writer.execute(_MOVE, (position, self._store.now(), *seen))", "moved = len(seen)"),
        (
            "            self._write(parts, events[-1].position)\n",
            "            self._write(parts, events[-1].position)\n"
            '            self._hook("between the two")\n'
            "            with self._store.write() as writer:\n"
            "                for one in group:\n"
            "                    seen = (one.number, one.position, one.updated_at)\n"
            "                    writer.execute(_MOVE, (events[-1].position, 0, *seen))\n",
        ),
    ),
    "the machine",
)

OURS = (
    Mistake(
        "long keys not among those that an index names",
        SEARCHING,
        (("sorted({*chain.from_iterable(rows), *at.long_keys()})", "sorted({*chain.from_iterable(rows)})"),),
        "when",
    ),
    Mistake(
        "one side of `or` names the keys",
        SEARCHING,
        (("[one for way in each if way is not None for one in way]", "each[0] or []"),),
        "when",
    ),
    Mistake(
        "goes on behind all that was read",
        SEARCHING,
        (("looked.stories[keys - 1].key if more", "looked.stories[-1].key if more"),),
        "when",
    ),
    Mistake(
        "the index asked at the latest belief only",
        SEARCHING,
        (
            (
                "{column} <= ? AND valid_from <= ?",
                "{column} <= ? AND valid_from <= ? AND known_to = 4611686018427387904",
            ),
        ),
        "when",
    ),
    Mistake(
        "a page's alive without closed_commit",
        PAGES,
        (
            (
                'f"(valid_to > {at.occurred} OR closed_commit > {at.known}) AND settled IS NULL"',
                'f"valid_to > {at.occurred} AND settled IS NULL"',
            ),
        ),
        "pages",
    ),
    Mistake(
        "gone since the last event, not since the removal",
        RULE,
        (
            (
                "At(gone_since=at.gone_since if at.state is None else event.occurred_at)",
                "At(gone_since=event.occurred_at)",
            ),
        ),
        "tells_when_it_went",
    ),
    Mistake(
        "an older belief of a long key is not folded anew",
        KEYS,
        (("return settled is None or settled <= at.known", "return True"),),
        "long_keys",
    ),
    Mistake(
        "what begins at the first moment counted as between the two",
        COMPARING,
        (("n.valid_from > {early", "n.valid_from >= {early"), ("p.valid_from <= {early", "p.valid_from < {early")),
        "between",
    ),
    Mistake(
        "a curve's point holds what begins at its end",
        COUNTS,
        (("(delta.at - start) // width", "(delta.at - start - 1) // width"),),
        "curves",
    ),
    Mistake(
        "was ever so in no time at all",
        PAGES,
        (("if row.until != row.since and asked.hold(row)]", "if asked.hold(row)]"),),
        "ever",
    ),
)

HARMLESS = Mistake(
    "p not snapped to a whole commit",
    STANDING,
    (("position <= ? AND position = commit_position", "position <= ?"),),
    "nothing",
)
"""Rows are known from a commit's last position on, so a position inside a commit finds those of the one before."""
