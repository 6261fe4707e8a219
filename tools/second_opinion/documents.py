"""Section 3: signed documents."""

import hashlib

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


def check_document(data, keys, threshold):
    """The kind and the payload of a document that so many different keys signed, and how many they are."""
    document = decode(data, "document")
    need(isinstance(document, list) and len(document) == 4, "not a COSE_Sign")
    protected, unprotected, payload, signatures = document
    need(isinstance(protected, bytes) and isinstance(payload, bytes), "not a COSE_Sign")
    need(unprotected == {}, "an unprotected header")
    need(isinstance(signatures, list) and len(signatures) <= 64, "not up to 64 signatures")
    header = decode(protected, "protected header")
    need(isinstance(header, dict) and list(header) == [16], "not the protected header of a document")
    need(header[16] in KINDS, f"type {header[16]}")
    need(len(data) <= LARGEST[KINDS[header[16]]], "larger than the type may be")
    for entry in signatures:
        check_entry(entry)
    # One entry at a time, since the library is content with the first signature that verifies.
    signed_by = {key.raw for entry in signatures for key in keys if is_signed(document, entry, key)}
    need(len(signed_by) >= threshold, f"{len(signed_by)} of the keys signed, {threshold} are needed")
    value = decode(payload, "payload")
    {"root": check_root, "pack": check_pack, "snapshot": check_snapshot}[KINDS[header[16]]](value)
    return {
        "type": header[16],
        "digest": hashlib.sha256(payload).hexdigest(),
        "signatures": len(signed_by),
        "payload": words(value),
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
    head(pack, "name rules format issued expires issuers version windows value-sets")
    need(pack["issued"] < uint(pack["expires"], TIME_MAX, "expires"), "expires before issued")
    rules = [check_rule(rule) for rule in items(pack["rules"], 0, 64, "rules")]
    ascending(rules, "rules")
    every_key, issuers = [], []
    for issuer in items(pack["issuers"], 0, 256, "issuers"):
        members(issuer, "issuer", "id from keys name rules until", "list")
        issuers.append(ident(issuer["id"]))
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
        every_key += keys
    ascending(issuers, "issuers")
    need(len(set(every_key)) == len(every_key), "one key twice")
    windows = [uint(window, TEN_YEARS, "window") for window in row(pack["windows"], 3, "windows")]
    need(windows == sorted(windows), "windows descend")
    need(isinstance(pack["value-sets"], dict) and len(pack["value-sets"]) <= 64, "value-sets: not a map of up to 64")
    for name, values in pack["value-sets"].items():
        ident(name)
        for value in items(values, 0, 4096, "value set"):
            need(isinstance(value, str) and len(value.encode()) <= 1024, "value: not a text of 1 KiB")


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
    head(snapshot, "pack root files format issued version")
    pin = members(snapshot["pack"], "pack", "size sha256 version")
    uint(pin["size"], 2**64 - 1, "size")
    octets(pin["sha256"], 32, "sha256")
    uint(pin["version"], VERSION_MAX, "version", least=1)
    uint(snapshot["root"], VERSION_MAX, "root", least=1)
    order = []
    for file in items(snapshot["files"], 0, 1024, "files"):
        members(file, "file", "kind list size sha256 version", "from column")
        kind, column, start = file["kind"], file.get("column"), file.get("from")
        need(kind in ("column", "delta", "status"), "kind")
        need((start is not None) == (kind == "delta") and (column is not None) == (kind == "column"), "file's members")
        if "from" in file:
            uint(start, 2**64 - 1, "from")
        if "column" in file:
            ident(column)
        uint(file["size"], 2**64 - 1, "size")
        octets(file["sha256"], 32, "sha256")
        version = uint(file["version"], VERSION_MAX, "version")
        order.append((ident(file["list"]), kind, column or "", -1 if start is None else start, version))
    ascending(order, "files")


def head(document, names):
    members(document, "payload", names)
    need(type(document["format"]) is int and document["format"] == 1, f"format {document['format']}")
    uint(document["issued"], TIME_MAX, "issued")
    uint(document["version"], VERSION_MAX, "version", least=1)
    if "name" in document:
        check_names(document["name"])


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
