"""Section 3: signed documents."""

import hashlib
import re

import cbor2

from .basics import (
    DAY,
    TIME_MAX,
    VERSION_MAX,
    Refused,
    ascending,
    check_names,
    decode,
    ident,
    interval,
    items,
    members,
    need,
    octets,
    row,
    uint,
    words,
)
from .keys import is_small_order, public_key, verify

TYPE = "application/postern-{}+cbor"
LARGEST = {
    "root": 64 << 10,
    "pack": 4 << 20,
    "snapshot": 256 << 10,
    "delta": 32 << 20,
    "column": (128 << 20) + (64 << 10),
}
KINDS = {TYPE.format(kind): kind for kind in LARGEST}
TEN_YEARS = 3653 * DAY
LONGEST_EMERGENCY = 92 * DAY
LARGEST_LIST = 33_554_432
LARGEST_COLUMN = 134_217_728
A_YEAR = 31_536_000


class Document:
    """A document whose payload is as its type has it. Who signed it, only `count` tells."""

    def __init__(self, data):
        self.parts = decode(data, "document")
        need(isinstance(self.parts, list) and len(self.parts) == 4, "not a COSE_Sign")
        protected, unprotected, payload, self.signatures = self.parts
        need(isinstance(protected, bytes) and isinstance(payload, bytes), "not a COSE_Sign")
        need(unprotected == {}, "an unprotected header")
        need(isinstance(self.signatures, list) and len(self.signatures) <= 64, "not up to 64 signatures")
        header = decode(protected, "protected header")
        need(isinstance(header, dict) and list(header) == [16], "not the protected header of a document")
        self.type = header[16]
        need(self.type in KINDS, f"type {self.type}")
        self.kind = KINDS[self.type]
        need(len(data) <= LARGEST[self.kind], "larger than the type may be")
        for entry in self.signatures:
            check_entry(entry)
        self.value = decode(payload, "payload")
        CHECKS[self.kind](self.value)
        self.digest = hashlib.sha256(payload).hexdigest()

    def count(self, keys):
        """How many different keys of these have signed."""
        # One entry at a time, since the library is content with the first signature that verifies.
        return len({key.raw for entry in self.signatures for key in keys if is_signed(self.parts, entry, key)})


def check_document(data, keys, threshold):
    """A document that so many different keys signed."""
    document = Document(data)
    count = document.count(keys)
    need(count >= threshold, f"{count} of the keys signed, {threshold} are needed")
    return document


def in_words(document, keys):
    return {
        "type": document.type,
        "digest": document.digest,
        "signatures": document.count(keys),
        "payload": words(document.value),
    }


def check_root(root):
    head(root, "name roles format issued expires version")
    need(root["issued"] < uint(root["expires"], TIME_MAX, "expires"), "expires before issued")
    roles = members(root["roles"], "roles", "root snapshot publisher")
    every_key = []
    for name, role in roles.items():
        members(role, name, "keys threshold")
        keys = [public_key(row(entry, 2, name), name) for entry in items(role["keys"], 1, 32, name)]
        ascending(keys, name)
        uint(role["threshold"], len(keys), "threshold", least=1)
        every_key += keys
    need(len(set(every_key)) == len(every_key), "one key in two roles")


def check_pack(pack):
    names = "name rules format issued expires issuers version windows value-sets"
    head(pack, names, "tags disk-full emergency", formats=(1, 2))
    need(pack["issued"] < uint(pack["expires"], TIME_MAX, "expires"), "expires before issued")
    rules = [check_rule(rule) for rule in items(pack["rules"], 0, 64, "rules")]
    ascending(rules, "rules")
    issuers = [check_issuer(issuer, rules) for issuer in items(pack["issuers"], 0, 256, "issuers")]
    ascending(issuers, "issuers")
    every_key = [key["key"] for issuer in pack["issuers"] for key in issuer["keys"]]
    need(len(set(every_key)) == len(every_key), "one key twice")
    lists = [issuer["list"] for issuer in pack["issuers"] if "list" in issuer]
    need(len(set(lists)) == len(lists), "one list for two issuers")
    check_windows(pack["windows"])
    need(isinstance(pack["value-sets"], dict) and len(pack["value-sets"]) <= 64, "value-sets: not a map of up to 64")
    for name, values in pack["value-sets"].items():
        ident(name)
        for value in items(values, 0, 4096, "value set"):
            need(isinstance(value, str) and len(value.encode()) <= 1024, "value: not a text of 1 KiB")
    if "tags" in pack:
        for tag in items(pack["tags"], 1, 8, "tags"):
            members(tag, "tag", "from epoch until digest")
            interval(tag)
            uint(tag["epoch"], 255, "epoch")
            octets(tag["digest"], 32, "digest")
        ascending([tag["epoch"] for tag in pack["tags"]], "tags")
    need(pack.get("disk-full", "close") in ("by-hand", "close"), "disk-full")
    if "emergency" in pack:
        check_emergency(pack["emergency"], pack, rules, issuers)
    new = {"tags", "disk-full", "emergency"} & set(pack)
    new = new or any("columns" in issuer or "windows" in issuer for issuer in pack["issuers"])
    need(pack["format"] == (2 if new else 1), "format is 2 where something needs it, else 1")


def check_issuer(issuer, rules):
    members(issuer, "issuer", "id from keys name rules until", "list columns windows")
    check_names(issuer["name"])
    interval(issuer)
    if "list" in issuer:
        ident(issuer["list"])
    for rule in items(issuer["rules"], 0, 64, "rules"):
        need(ident(rule) in rules, "a rule that is not in the pack")
    keys = []
    for key in items(issuer["keys"], 1, 32, "keys"):
        members(key, "key", "alg key from role until")
        need(key["role"] in ("code", "status"), "a role that an issuer's key cannot have")
        interval(key)
        keys.append(public_key([key["alg"], key["key"]], "key"))
    ascending(keys, "keys")
    if "columns" in issuer:
        need("list" in issuer, "columns without a list")
        ascending([ident(column) for column in items(issuer["columns"], 1, 16, "columns")], "columns")
    if "windows" in issuer:
        check_windows(issuer["windows"])
    return ident(issuer["id"])


def check_windows(windows):
    need(sorted(uint(window, TEN_YEARS, "window") for window in row(windows, 3, "windows")) == windows, "windows descend")


def check_emergency(emergency, pack, rules, issuers):
    members(emergency, "emergency", "from gates rules until reason issuers windows")
    interval(emergency)
    need(emergency["until"] - emergency["from"] <= LONGEST_EMERGENCY, "emergency: more than 92 days")
    check_names(emergency["reason"])
    for gate in items(emergency["gates"], 0, 1024, "gates"):
        need(isinstance(gate, str) and re.fullmatch("[!-*,-~]{1,64}", gate), "not a gate's name")
    for name, most, known in (("rules", 64, rules), ("issuers", 256, issuers)):
        for item in items(emergency[name], 0, most, name):
            need(ident(item) in known, f"emergency: {item} is not in the pack")
    for name in ("gates", "rules", "issuers"):
        ascending(emergency[name], name)
    check_windows(emergency["windows"])
    need(all(a >= b for a, b in zip(emergency["windows"], pack["windows"])), "emergency: windows shorter than the pack's")


def check_rule(rule):
    members(rule, "rule", "id name logic otherwise")
    check_names(rule["name"])
    need(rule["otherwise"] in ("refer", "refuse"), "otherwise")
    need(count_json(rule["logic"], 1) <= 65_536, "logic: too many values")
    return ident(rule["id"])


def count_json(value, depth):
    need(depth <= 64, "logic: too deep")
    if isinstance(value, list):
        return 1 + sum(count_json(item, depth + 1) for item in value)
    if isinstance(value, dict):
        need(all(isinstance(key, str) and len(key.encode()) <= 4096 for key in value), "logic: a key")
        return 1 + sum(count_json(item, depth + 1) for item in value.values())
    need(not isinstance(value, bytes), "logic: bytes")
    need(not isinstance(value, str) or len(value.encode()) <= 4096, "logic: a long text")
    need(type(value) is not int or -(2**63) <= value < 2**63, "logic: a large integer")
    return 1


def check_snapshot(snapshot):
    head(snapshot, "pack root files format issued version", "register", formats=(1, 2))
    for name in {"pack", "register"} & set(snapshot):
        check_pin(members(snapshot[name], name, "size sha256 version"))
    doc_version(snapshot["root"])
    order, places = [], []
    for file in items(snapshot["files"], 0, 1024, "files"):
        members(file, "file", "kind list size sha256 version", "from column content")
        check_pin(file)
        kind, column, start, version = file["kind"], file.get("column"), file.get("from"), file["version"]
        need(kind in ("column", "delta", "status"), "kind")
        delta = kind == "delta"
        need(("from" in file) == delta and ("content" in file) != delta, "file's members")
        need(("column" in file) == (kind == "column"), "file's members")
        if "from" in file:
            need(doc_version(start) < version, "a delta that does not lead to a later version")
        if "content" in file:
            size, digest = row(file["content"], 2, "content")
            uint(size, 2**64 - 1, "size")
            octets(digest, 32, "content")
        if "column" in file:
            ident(column)
        order.append((ident(file["list"]), kind, column or "", start or 0, version))
        if not delta:
            places.append((file["list"], column))
    ascending(order, "files")
    need(len(set(places)) == len(places), "two entries of one list or column")
    new = snapshot["files"] or "register" in snapshot
    need(snapshot["format"] == (2 if new else 1), "format is 2 where something needs it, else 1")


def check_pin(pin):
    uint(pin["size"], 2**64 - 1, "size")
    octets(pin["sha256"], 32, "sha256")
    doc_version(pin["version"])


def check_delta(delta):
    head(delta, "from list size format issued result changes version")
    ident(delta["list"])
    need(doc_version(delta["from"]) < delta["version"], "a delta that does not lead to a later version")
    uint(delta["size"], LARGEST_LIST, "size")
    octets(delta["result"], 32, "result")
    for group in row(delta["changes"], 3, "changes"):
        count, k, gaps = row(group, 3, "group")
        uint(count, 2**64 - 1, "count")
        uint(k, 26, "k")
        need(isinstance(gaps, bytes), "gaps")
        need(count > 0 or group == [0, 0, b""], "a group of no indexes that is not empty")


def check_column(column):
    head(column, "list size unit column format issued origin values version")
    ident(column["list"])
    ident(column["column"])
    uint(column["size"], LARGEST_COLUMN, "size")
    uint(column["origin"], TIME_MAX, "origin")
    need(uint(column["unit"], A_YEAR, "unit") > 0 or column["origin"] == 0, "an origin of plain numbers")
    need(isinstance(column["values"], bytes), "values")


def head(document, names, optional="", formats=(1,)):
    members(document, "payload", names, optional)
    need(type(document["format"]) is int and document["format"] in formats, f"format {document['format']}")
    uint(document["issued"], TIME_MAX, "issued")
    doc_version(document["version"])
    if "name" in document:
        check_names(document["name"])


def doc_version(value):
    return uint(value, VERSION_MAX, "version", least=1)


def check_entry(entry):
    protected, unprotected, signature = row(entry, 3, "signature")
    need(isinstance(protected, bytes) and unprotected == {}, "signature: not its headers")
    header = decode(protected, "signature's header")
    need(isinstance(header, dict) and list(header) == [1, 4] and header[1] == -19, "signature: not its header")
    octets(header[4], 4, "kid")
    octets(signature, 64, "signature")


def is_signed(document, entry, key):
    protected, _, signature = entry
    if cbor2.loads(protected)[4] != key.kid or is_small_order(signature[:32]):
        return False
    try:
        return verify(98, cbor2.dumps([*document[:3], [entry]], canonical=True), key, -19) == document[2]
    except Refused:
        return False


CHECKS = {
    "root": check_root,
    "pack": check_pack,
    "snapshot": check_snapshot,
    "delta": check_delta,
    "column": check_column,
}
