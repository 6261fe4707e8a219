"""Sections 3.4, 5 and 6: what a gate takes, and what it makes of a code."""

import hashlib
from dataclasses import dataclass

from . import rules, status
from .basics import DAY, Refused, need
from .codes import check_code, code_of, kid_of
from .documents import Document, check_document
from .keys import PublicKey

ISSUE_AHEAD = 300
# docs/VERDICTS.md: the reasons that a readable code can have, by the outcome that follows.
GRAVE = {"bad-signature", "status-invalid", "status-restricted"}
REFUSE = {
    "bad-signature",
    "expired",
    "key-out-of-validity",
    "rule-not-met",
    "status-invalid",
    "status-restricted",
}
# What old data may have wrong, and what a rule may miss where the gate lacks status data.
SPARED_BY_AGE = {"expired", "key-out-of-validity", "rule-not-met", "status-restricted"}
SPARED_BY_LACK = {"rule-not-met"}


@dataclass
class Held:
    """A list or a column: what is pinned of it, and what is in it."""

    version: int
    issued: int
    content: bytes
    column: dict | None = None


@dataclass
class Verdict:
    outcome: str
    reasons: list
    emergency: bool


def keys_of(role):
    return [PublicKey(key) for _, key in role["keys"]]


class Gate:
    """The trust of one gate. Its name is unknown, so a declaration for gates by name is none for it."""

    def __init__(self, root):
        document = Document(root)
        self.root = document.value
        check_document(root, keys_of(self.root["roles"]["root"]), self.root["roles"]["root"]["threshold"])
        self.snapshot = self.pack = None
        self.held = {}

    def update(self, snapshot, read):
        """Moves to a snapshot, all or nothing. `read` gives the bytes at a path of the tree."""
        roles = self.root["roles"]
        new = check_document(snapshot, keys_of(roles["snapshot"]), roles["snapshot"]["threshold"])
        need(new.kind == "snapshot", "not a snapshot")
        today = new.value
        need(today["root"] <= self.root["version"], "a root that is not there")
        if self.snapshot:
            need(not_older(new, self.snapshot), "an older snapshot, or another of this version")
            need(today["pack"]["version"] >= self.snapshot.value["pack"]["version"], "an older pack")
        data = read(f"pack/{today['pack']['version']}.pack")
        need_pinned(today["pack"], data)
        pack = check_document(data, keys_of(roles["publisher"]), roles["publisher"]["threshold"])
        need(pack.kind == "pack" and pack.value["version"] == today["pack"]["version"], "not the pack that is pinned")
        need(not self.pack or not_older(pack, self.pack), "an older pack, or another of this version")
        for document in (self.root, pack.value):
            need_dated(document["issued"], today)
        held = {}
        for issuer in pack.value["issuers"]:
            for column in [None, *issuer.get("columns", [])] if "list" in issuer else []:
                place = issuer["list"], column
                found = self.follow(place, issuer, today, read)
                if found:
                    held[place] = found
        self.snapshot, self.pack, self.held = new, pack, held

    def follow(self, place, issuer, today, read):
        """What is held of a list or column after an update (rule 5)."""
        name, column = place
        kind = "column" if column else "status"
        entries = [file for file in today["files"] if file["list"] == name]
        pins = [file for file in entries if file["kind"] == kind and file.get("column") == column]
        before = self.held.get(place)
        if not pins:
            need(before is None, f"{name}: withheld")
            return None
        [pin] = pins
        if before:
            need(pin["version"] >= before.version, f"{name}: rolled back")
            if pin["version"] == before.version:
                need(pinned(pin, before.content), f"{name}: other content of this version")
                need_dated(before.issued, today)
                return before
        if before and not column:
            try:
                return self.by_deltas(before, pin, entries, issuer, today, read)
            except Refused:
                pass
        data = read(path_of(pin))
        need_pinned(pin, data)
        held = self.column(data, pin, issuer) if column else self.list(data, pin, issuer)
        need_dated(held.issued, today)
        return held

    def list(self, data, pin, issuer):
        token = status.Token(data)
        need((token.list, token.version) == (pin["list"], pin["version"]), "another list")
        # One of the keys is enough.
        by = [key for key in status_keys(issuer, token.issued) if verifies(token.is_by, key)]
        need(by, "not signed by a status key in its time")
        content = status.inflate(token.zlib, pin["content"][0])
        need(pinned(pin, content), "another content")
        return Held(token.version, token.issued, content)

    def column(self, data, pin, issuer):
        document = Document(data)
        column = document.value
        need(document.kind == "column", "not a column")
        names = column["list"], column["column"], column["version"]
        need(names == (pin["list"], pin["column"], pin["version"]), "another column")
        need(document.count(status_keys(issuer, column["issued"])) > 0, "not signed by a status key in its time")
        content = status.inflate(column["values"], column["size"])
        need(pinned(pin, content), "another content")
        return Held(column["version"], column["issued"], content, column)

    def by_deltas(self, before, pin, entries, issuer, today, read):
        """The pinned list by way of deltas; refused where they do not lead there."""
        version, content, issued = before.version, before.content, None
        while version < pin["version"]:
            steps = [file for file in entries if file["kind"] == "delta" and file["from"] == version]
            steps = [file for file in steps if file["version"] <= pin["version"]]
            need(steps, "no chain of deltas")
            entry = max(steps, key=lambda file: file["version"])
            data = read(path_of(entry))
            need_pinned(entry, data)
            document = Document(data)
            delta = document.value
            need(document.kind == "delta", "not a delta")
            names = delta["list"], delta["from"], delta["version"]
            need(names == (entry["list"], entry["from"], entry["version"]), "another delta")
            need(document.count(status_keys(issuer, delta["issued"])) > 0, "not signed by a status key in its time")
            content = status.apply(delta, content)
            version, issued = delta["version"], delta["issued"]
        need(pinned(pin, content), "the deltas lead elsewhere")
        need_dated(issued, today)
        return Held(version, issued, content)

    def judge(self, text, clock):
        """The verdict on a code's text by a system clock."""
        data = code_of(text)
        kid = kid_of(data)[0]
        candidates = [
            (issuer, key)
            for issuer in self.pack.value["issuers"]
            for key in issuer["keys"]
            if key["role"] == "code" and PublicKey(key["key"]).kid == kid
        ]
        if not candidates:
            return verdict({"unknown-issuer"}, False)
        for issuer, key in candidates:
            try:
                claims = check_code(data, PublicKey(key["key"]))
            except Refused:
                continue
            return self.judge_claims(claims, issuer, key, clock)
        return verdict({"bad-signature"}, False)

    def judge_claims(self, claims, issuer, key, clock):
        pack, snapshot = self.pack.value, self.snapshot.value
        lists = [held.issued for (_, column), held in self.held.items() if column is None]
        newest_list = min(max(lists, default=0), snapshot["issued"])
        floor = max(self.root["issued"], pack["issued"], newest_list)
        gate_time = max(clock, floor)
        suspect = clock < floor or snapshot["issued"] - gate_time > DAY
        expires, issued, index = claims[4], claims[6], claims[-65537][0]
        now = max(gate_time, issued) if suspect or issued - gate_time <= ISSUE_AHEAD else gate_time

        declared = pack.get("emergency")
        if declared:
            over = max(gate_time, snapshot["issued"]) > declared["until"]
            holds = declared["from"] <= gate_time and not over and not declared["gates"]
            covers = not declared["issuers"] or issuer["id"] in declared["issuers"]
            declared = declared if holds and covers else None
        relaxed = declared["windows"] if declared else [0, 0, 0]

        def too_old(since, windows):
            return gate_time - since > max(windows[2], relaxed[2])

        reasons = set()

        def found(reason, condition):
            if condition:
                reasons.add(reason)

        found("expired", now > expires)
        found("issued-in-future", now < issued)
        found("key-out-of-validity", not key["from"] <= issued <= key["until"])
        found("issuer-not-in-force", not issuer["from"] <= now <= issuer["until"])
        found("data-too-old", too_old(snapshot["issued"], pack["windows"]))
        columns = {}
        if "list" in issuer:
            parts = {column: self.held.get((issuer["list"], column)) for column in [None, *issuer.get("columns", [])]}
            there = [part for part in parts.values() if part]
            windows = issuer.get("windows", pack["windows"])
            found("status-stale", parts[None] and any(too_old(part.issued, windows) for part in there))
            listed = parts[None] and status.status_at(parts[None].content, index)
            found("status-unknown", not listed or len(there) < len(parts))
            found(f"status-{listed}", listed not in (None, "valid"))
            for column, part in parts.items():
                value = column and part and status.column_at(part.column, part.content, index)
                if value:
                    columns[column] = value
        facts = rules.facts_of(claims, issuer["id"], columns, pack["value-sets"], now)
        for rule in pack["rules"]:
            if rule["id"] in issuer["rules"] and not (declared and rule["id"] in declared["rules"]):
                met = rules.holds(rule["logic"], facts)
                unmet = {"refuse": "rule-not-met", "refer": "rule-refers"}[rule["otherwise"]]
                found("rule-failed" if met is None else unmet, met is not True)
        return verdict(reasons, declared is not None)


def verdict(reasons, emergency):
    spared = set()
    if reasons & {"data-too-old", "status-stale"}:
        spared |= SPARED_BY_AGE
    if "status-unknown" in reasons:
        spared |= SPARED_BY_LACK
    # What decides: a reason that refuses; else one that refers by itself; in the order of their names.
    by_rank = lambda reason: (reason not in GRAVE, reason)
    refusing = sorted(reasons & REFUSE - spared, key=by_rank)
    spared = sorted(reasons & REFUSE & spared, key=by_rank)
    order = [*refusing, *sorted(reasons - REFUSE), *spared]
    outcome = "refuse" if refusing else "refer" if order else "admit"
    return Verdict(outcome, order, emergency)


def not_older(new, held):
    """A later version, or the same document again."""
    if new.value["version"] == held.value["version"]:
        return new.digest == held.digest
    return new.value["version"] > held.value["version"]


def need_dated(issued, snapshot):
    need(issued - snapshot["issued"] <= DAY, "dated more than a day after its snapshot")


def need_pinned(pin, data):
    need(data is not None, "not there")
    need((len(data), hashlib.sha256(data).digest()) == (pin["size"], pin["sha256"]), "not the file that is pinned")


def pinned(pin, content):
    return [len(content), hashlib.sha256(content).digest()] == pin["content"]


def path_of(file):
    folder = f"status/{file['list']}"
    return {
        "column": lambda: f"{folder}/{file['column']}/{file['version']}.column",
        "delta": lambda: f"{folder}/{file['from']}-{file['version']}.delta",
        "status": lambda: f"{folder}/{file['version']}.status",
    }[file["kind"]]()


def status_keys(issuer, issued):
    """The issuer's status keys in whose time something was made."""
    keys = (key for key in issuer["keys"] if key["role"] == "status" and key["from"] <= issued <= key["until"])
    return [PublicKey(key["key"]) for key in keys]


def verifies(check, key):
    try:
        check(key)
    except Refused:
        return False
    return True
