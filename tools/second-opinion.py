#!/usr/bin/env python3
"""A second opinion on codes and documents, written from docs/FORMAT.md alone.

COSE and Ed25519 are those of the packages cwt and cryptography, CBOR is that of cbor2: nothing is shared with the Rust
programs. Exit status: 0 where all is good, 1 where it is not, 2 for a wrong command line.

    second-opinion.py code --key PUB.pem TEXT         (or - for standard input)
    second-opinion.py document --keys A.pub,B.pub --threshold 2 FILE
    second-opinion.py fixtures FOLDER
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import re
import sys
import unicodedata

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cwt import COSE, COSEKey
from cwt.exceptions import CWTError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
TIME_MAX = 253_402_300_799
P = 2**255 - 19
# The y coordinates of the points of small order: 1, -1, 0, and those of order 8.
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}
# Bidirectional controls, line and paragraph separators, byte order mark (FORMAT.md, conventions).
HIDDEN = {0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF}
KINDS = {f"application/postern-{kind}+cbor": kind for kind in ("root", "pack", "snapshot")}
LARGEST = {"root": 64 << 10, "pack": 4 << 20, "snapshot": 256 << 10}
VERSION_MAX = 2**53 - 1
TEN_YEARS = 3653 * 86_400
# The documents of the fixtures: file, role, keys and threshold.
DOCUMENTS = [
    ("root/1.root", "root", 3, 2),
    ("pack/1.pack", "publisher", 2, 2),
    ("newest.snapshot", "snapshot", 1, 1),
]
# Reasons that a gate has for what a code says, for when it says it, or for who may say it: the code itself is good.
ABOUT_CONTENT = {
    "data-too-old",
    "expired",
    "issued-in-future",
    "issuer-not-in-force",
    "key-out-of-validity",
    "rule-not-met",
    "rule-refers",
    "unknown-issuer",
}


class Refused(Exception):
    """Not as FORMAT.md says."""


def need(condition, message):
    if not condition:
        raise Refused(message)


# Conventions and section 1: deterministic CBOR, keys, signatures.


def decode(data, what):
    """The value that these bytes, and no others, encode."""
    try:
        value = cbor2.loads(data)
        again = cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, ValueError, OverflowError, MemoryError, RecursionError, EOFError, TypeError) as e:
        raise Refused(f"{what}: not CBOR: {e}") from e
    allowed(value, what)
    need(again == data, f"{what}: not deterministic, or bytes left over")
    return value


def allowed(value, what):
    """Tags, floating-point numbers and undefined occur nowhere."""
    if isinstance(value, list):
        for item in value:
            allowed(item, what)
    elif isinstance(value, dict):
        for key, item in value.items():
            allowed(key, what)
            allowed(item, what)
    else:
        need(value is None or type(value) in (bool, int, bytes, str), f"{what}: {type(value).__name__} occurs nowhere")


class PublicKey:
    """A public key file, and the COSE keys made of it."""

    def __init__(self, path):
        key = load_pem_public_key(pathlib.Path(path).read_bytes())
        need(isinstance(key, Ed25519PublicKey), f"{path}: not an Ed25519 key")
        self.raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        need(not is_small_order(self.raw), f"{path}: a key of small order")
        thumbprint = hashlib.sha256(bytes.fromhex("a301012006215820") + self.raw).digest()
        self.kid, self.fingerprint = thumbprint[:4], thumbprint.hex()

    def cose(self, alg):
        return COSEKey.new({1: 1, 2: self.kid, 3: alg, 4: [2], -1: 6, -2: self.raw})


def is_small_order(point):
    y = int.from_bytes(point, "little") & (2**255 - 1)
    return y % P in SMALL_ORDER


def verify(tag, message, key, alg):
    """Lets the COSE library verify an untagged message; it wants the tag that the format leaves out."""
    tagged = bytes([0xC0 | tag]) if tag < 24 else bytes([0xD8, tag])
    try:
        return COSE.new(verify_kid=True).decode(tagged + message, key.cose(alg))
    except (CWTError, ValueError) as e:
        raise Refused(f"the signature does not verify: {e}") from e


# Section 2: codes.


def unbase45(text):
    digits = [ALPHABET.find(c) for c in text]
    need(-1 not in digits, "not Base45: a character outside the alphabet")
    data = bytearray()
    for i in range(0, len(digits), 3):
        group = digits[i : i + 3]
        need(len(group) > 1, "not Base45: a character left over")
        n = sum(digit * 45**k for k, digit in enumerate(group))
        need(n < 256 ** (len(group) - 1), "not Base45: a group too large")
        data += n.to_bytes(len(group) - 1, "big")
    return bytes(data)


def check_text(text, key):
    need(text.startswith("PC1:"), "no PC1:")
    need(len(text) <= 1024, "longer than 1,024 characters")
    return check_code(unbase45(text[4:]), key)


def check_code(data, key):
    """The claims of a code, in words."""
    code = decode(data, "code")
    need(isinstance(code, list) and len(code) == 4, "not a COSE_Sign1")
    protected, unprotected, payload, signature = code
    need(all(isinstance(part, bytes) for part in (protected, payload, signature)), "not a COSE_Sign1")
    need(unprotected == {}, "an unprotected header")
    header = decode(protected, "protected header")
    need(isinstance(header, dict) and list(header) == [1, 4], "not the protected header of a code")
    need(header[1] in (-19, -8), f"algorithm {header[1]}")
    need(isinstance(header[4], bytes) and len(header[4]) == 4, "not a kid")
    need(header[4] == key.kid, "the kid is not the key's")
    need(len(signature) == 64, "not a signature")
    need(not is_small_order(signature[:32]), "R is of small order")
    need(verify(18, data, key, header[1]) == payload, "another payload was verified")
    return check_claims(decode(payload, "claims"))


def check_claims(claims):
    need(isinstance(claims, dict) and list(claims) == [4, 6, -65537], "not the claims exp, iat and record")
    expires, issued = uint(claims[4], TIME_MAX, "exp"), uint(claims[6], TIME_MAX, "iat")
    need(issued < expires, "exp before iat")
    index, holder, facts = row(claims[-65537], 3, "record")
    name, birth, tag = row(holder, 3, "holder")
    vaccination, test, recovery = row(facts, 3, "facts")
    return {
        "expires": rfc3339(expires),
        "issued": rfc3339(issued),
        "index": uint(index, 2**32 - 1, "index"),
        "name": name if name is None else printable(name, 96, "name"),
        "birth": birth if birth is None else birth_text(uint(birth, 65311, "birth")),
        "document_tag": tag if tag is None else octets(tag, 9, "document tag").hex(),
        "vaccination": vaccination if vaccination is None else vaccination_words(vaccination),
        "test": test if test is None else test_words(test, issued),
        "recovery": recovery if recovery is None else day_text(recovery),
    }


def vaccination_words(value):
    product, dose, doses, day = row(value, 4, "vaccination")
    return {
        "product": uint(product, 65535, "product", least=1),
        "dose": uint(dose, 99, "dose", least=1),
        "doses": uint(doses, 99, "doses", least=1),
        "day": day_text(day),
    }


def test_words(value, issued):
    kind, result, age = row(value, 3, "test")
    return {
        "kind": ["nucleic-acid", "antigen"][uint(kind, 2, "test kind", least=1) - 1],
        "result": ["not-detected", "detected"][uint(result, 2, "test result", least=1) - 1],
        "sampled": rfc3339(max(0, issued - 60 * uint(age, 0xFFFFFF, "age"))),
    }


def uint(value, most, what, least=0):
    need(type(value) is int and least <= value <= most, f"{what}: not an integer from {least} to {most}")
    return value


def row(value, length, what):
    need(isinstance(value, list) and len(value) == length, f"{what}: not an array of {length}")
    return value


def octets(value, length, what):
    need(isinstance(value, bytes) and len(value) == length, f"{what}: not {length} bytes")
    return value


def printable(text, most, what):
    need(isinstance(text, str) and 1 <= len(text.encode()) <= most, f"{what}: not a text of 1 to {most} bytes")
    bad = [c for c in text if unicodedata.category(c) == "Cc" or ord(c) in HIDDEN]
    need(not bad and text == text.strip(), f"{what}: not printable")
    return text


def birth_text(n):
    year, month, day = 1900 + n // 32 // 13, n // 32 % 13, n % 32
    try:
        datetime.date(year, month or 1, day or 1)
    except ValueError as e:
        raise Refused(f"birth: {e}") from e
    need(month or not day, "birth: a day of an unknown month")
    parts = [f"{year:04}", f"{month:02}" if month else "", f"{day:02}" if day else ""]
    return "-".join(part for part in parts if part)


def day_text(value):
    return str(datetime.date(2020, 1, 1) + datetime.timedelta(days=uint(value, 65535, "day")))


def rfc3339(seconds):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).isoformat() + "Z"


# Section 3: signed documents.


def check_document(data, keys, threshold):
    """The payload of a document that so many different keys signed."""
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


def check_names(names):
    members(names, "names", "en zh")
    for text in names.values():
        printable(text, 200, "name")


def interval(value):
    need(uint(value["from"], TIME_MAX, "from") <= uint(value["until"], TIME_MAX, "until"), "until before from")


def members(value, what, names, optional=""):
    known, given = set(names.split()), set(value) if isinstance(value, dict) else None
    need(given is not None and known <= given <= known | set(optional.split()), f"{what}: not its members")
    return value


def items(value, least, most, what):
    need(isinstance(value, list) and least <= len(value) <= most, f"{what}: not an array of {least} to {most}")
    return value


def ascending(values, what):
    # Texts by their bytes: code points have the same order.
    need(all(a < b for a, b in zip(values, values[1:])), f"{what}: not ascending")


def ident(text):
    need(isinstance(text, str) and re.fullmatch("[a-z0-9][a-z0-9-]{0,31}", text), "not an identifier")
    return text


def public_key(entry, what):
    need(type(entry[0]) is int and entry[0] == -19, f"{what}: not the algorithm -19")
    key = octets(entry[1], 32, what)
    need(is_point(key) and not is_small_order(key), f"{what}: not an Ed25519 public key")
    return key


def is_point(encoded):
    """RFC 8032 section 5.1.3: whether these bytes are the encoding of a point of the curve."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    if y >= P:
        return False
    d = -121665 * pow(121666, -1, P)
    xx = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    return xx == 0 and encoded[31] < 128 or pow(xx, (P - 1) // 2, P) == 1


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


def words(value):
    """JSON has no bytes: hexadecimal digits."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [words(item) for item in value]
    if isinstance(value, dict):
        return {key: words(item) for key, item in value.items()}
    return value


# The fixtures: fixtures/README.md.


def check_fixtures(folder):
    folder = pathlib.Path(folder)
    agreed, wrong = 0, []
    for path in sorted(folder.glob("*.txt")):
        head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
        fields = dict(line.split(": ", 1) for line in head.split("\n"))
        reasons = set(fields["reasons"].split(",")) - {"-"}
        expected = fields["key"] != "-" and reasons <= ABOUT_CONTENT
        # No key makes a code of what is none.
        key = PublicKey(folder / (fields["key"] if fields["key"] != "-" else "../../keys/demo/code-0.pub"))
        try:
            judge_body(body.removesuffix("\n"), key)
            found, why = True, "verifies"
        except Refused as e:
            found, why = False, str(e)
        if found == expected:
            agreed += 1
        else:
            wrong.append(f"{path.name}: {why}")
    for name, role, count, threshold in DOCUMENTS:
        data = (folder / "trust" / name).read_bytes()
        keys = [PublicKey(folder / f"../../keys/demo/{role}-{n}.pub") for n in range(count)]
        forged = bytes([*data[:-1], data[-1] ^ 1])
        cases = [(data, threshold, True), (data, threshold + 1, False), (forged, threshold, False)]
        for case, needed, expected in cases:
            try:
                check_document(case, keys, needed)
                found, why = True, "verifies"
            except Refused as e:
                found, why = False, str(e)
            if found == expected:
                agreed += 1
            else:
                wrong.append(f"{name} with threshold {needed}: {why}")
    print(f"{agreed} passed, {len(wrong)} failed")
    need(agreed > 100, "there are more fixtures than these")
    need(not wrong, "; ".join(wrong))


def judge_body(body, key):
    if not body.startswith("hex:"):
        return check_text(body, key)
    groups = (group.partition("*") for group in body[4:].split(" "))
    return check_code(b"".join(bytes.fromhex(digits) * int(times or 1) for digits, _, times in groups), key)


def main():
    parser = argparse.ArgumentParser(description="A second opinion on codes and documents.")
    commands = parser.add_subparsers(dest="command", required=True)
    code = commands.add_parser("code", help="verify a code's text and print what it says")
    code.add_argument("--key", required=True, help="PEM file of the issuer's public key")
    code.add_argument("text", help="the text, or - for standard input")
    document = commands.add_parser("document", help="verify a root, pack or snapshot and print it")
    document.add_argument("--keys", required=True, help="PEM files of the role's public keys, separated by commas")
    document.add_argument("--threshold", required=True, type=int, help="how many of them must have signed")
    document.add_argument("file")
    fixtures = commands.add_parser("fixtures", help="check every file of fixtures/codes")
    fixtures.add_argument("folder")
    args = parser.parse_args()
    try:
        if args.command == "fixtures":
            return check_fixtures(args.folder)
        if args.command == "code":
            text = sys.stdin.read().removesuffix("\n") if args.text == "-" else args.text
            found = check_text(text, PublicKey(args.key))
        else:
            keys = [PublicKey(path) for path in args.keys.split(",")]
            need(1 <= args.threshold <= len(keys), "a threshold is 1 up to the number of keys")
            found = check_document(pathlib.Path(args.file).read_bytes(), keys, args.threshold)
    except Refused as e:
        sys.exit(f"refused: {e}")
    except (OSError, ValueError) as e:
        sys.exit(f"error: {e}")
    print(json.dumps(found, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
