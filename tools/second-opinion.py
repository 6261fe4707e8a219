#!/usr/bin/env python3
"""A second opinion on codes, documents and verdicts, written from docs/FORMAT.md alone.

COSE and Ed25519 are those of the packages cwt and cryptography, CBOR is that of cbor2: nothing is shared with the Rust
programs. Exit status: 0 where all is good, 1 where it is not, 2 for a wrong command line.

    second-opinion.py code --key PUB.pem TEXT         (or - for standard input)
    second-opinion.py document --keys A.pub,B.pub --threshold 2 FILE
    second-opinion.py list --key PUB.pem --size BYTES FILE
    second-opinion.py fixtures FOLDER
"""

import argparse
import datetime
import json
import pathlib
import sys

from second_opinion import codes, documents, status
from second_opinion.basics import Refused, need, rfc3339
from second_opinion.gate import Gate
from second_opinion.keys import PublicKey

# The documents of the fixtures: file, role, keys and threshold.
DOCUMENTS = [
    ("root/1.root", "root", [0, 1, 2], 2),
    ("pack/1.pack", "publisher", [0, 1], 2),
    ("pack/2.pack", "publisher", [0, 1], 2),
    ("snapshot/1.snapshot", "snapshot", [0], 1),
    ("snapshot/2.snapshot", "snapshot", [0], 1),
    ("newest.snapshot", "snapshot", [0], 1),
    ("status/north/1-2.delta", "status", [1], 1),
    ("status/north/negative-test/1.column", "status", [1], 1),
    ("status/north/risk-level/1.column", "status", [1], 1),
]
# The snapshots of the fixtures, as a gate follows them that misses none.
DAYS = ["snapshot/1.snapshot", "snapshot/2.snapshot", "snapshot/3.snapshot"]
# Reasons that a gate has for what a code says, for when it says it, or for who may say it: the code itself is good.
ABOUT_CONTENT = {
    "data-too-old",
    "expired",
    "issued-in-future",
    "issuer-not-in-force",
    "key-out-of-validity",
    "rule-failed",
    "rule-not-met",
    "rule-refers",
    "status-invalid",
    "status-restricted",
    "status-stale",
    "status-suspended",
    "status-unknown",
    "unknown-issuer",
}


class Tally:
    """Which checks agreed, and which did not."""

    def __init__(self):
        self.agreed, self.wrong = 0, []

    def expect(self, name, expected, attempt):
        """Whether `attempt` succeeds is as expected."""
        try:
            attempt()
            found, why = True, "is taken"
        except Refused as e:
            found, why = False, str(e)
        self.same(name, found == expected, why)

    def same(self, name, agrees, why):
        if agrees:
            self.agreed += 1
        else:
            self.wrong.append(f"{name}: {why}")


# The fixtures: fixtures/README.md.


def check_fixtures(folder):
    folder = pathlib.Path(folder)
    tally = Tally()
    for name, role, numbers, threshold in DOCUMENTS:
        data = (folder / "trust" / name).read_bytes()
        keys = [PublicKey.of_file(folder / f"../../keys/demo/{role}-{n}.pub") for n in numbers]
        cases = [(data, threshold, True), (data, threshold + 1, False), (flipped(data), threshold, False)]
        for case, needed, expected in cases:
            check = lambda: documents.check_document(case, keys, needed)
            tally.expect(f"{name} with threshold {needed}", expected, check)
    refused = (folder / "refused/disk-full-admit.pack").read_bytes()
    tally.expect("refused/disk-full-admit.pack", False, lambda: documents.Document(refused))
    check_status_files(folder, tally)
    gates = [gate_of(folder, ["newest.snapshot"], []), gate_of(folder, DAYS, ["status/north/2.status"])]
    tally.same("two ways", gates[0].held == gates[1].held, "a gate that followed deltas holds something else")
    for path in sorted(folder.glob("*.txt")):
        head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
        fields = dict(line.split(": ", 1) for line in head.split("\n"))
        check_vector(folder, fields, body.removesuffix("\n"), gates, tally)
    print(f"{tally.agreed} passed, {len(tally.wrong)} failed")
    need(tally.agreed > 300, "there are more fixtures than these")
    need(not tally.wrong, "; ".join(tally.wrong))


def check_vector(folder, fields, body, gates, tally):
    reasons = [reason for reason in fields["reasons"].split(",") if reason != "-"]
    good = fields["key"] != "-" and set(reasons) <= ABOUT_CONTENT
    # No key makes a code of what is none.
    key = PublicKey.of_file(folder / (fields["key"] if fields["key"] != "-" else "../../keys/demo/code-0.pub"))
    tally.expect(fields["name"], good, lambda: codes.check_code(bytes_of(body), key))
    if not good:
        return
    clock = datetime.datetime.fromisoformat(fields["at"]).timestamp()
    expected = fields["outcome"], reasons, fields.get("emergency") == "yes"
    for gate in gates:
        verdict = gate.judge(body, int(clock))
        found = verdict.outcome, verdict.reasons, verdict.emergency
        tally.same(fields["name"], found == expected, f"{found} where {expected} was expected")


def bytes_of(body):
    """The bytes of a code, from its text or from groups of hexadecimal digits."""
    if not body.startswith("hex:"):
        return codes.code_of(body)
    groups = (group.partition("*") for group in body[4:].split(" "))
    return b"".join(bytes.fromhex(digits) * int(times or 1) for digits, _, times in groups)


def gate_of(folder, snapshots, missing):
    """A gate that took these snapshots one after the other from a tree that lacks some files."""

    def read(path):
        return None if path in missing else (folder / "trust" / path).read_bytes()

    gate = Gate(read("root/1.root"))
    for snapshot in snapshots:
        gate.update(read(snapshot), read)
    return gate


def check_status_files(folder, tally):
    """The status files of the fixtures: each list by its key, and what the delta makes of the first."""
    trust = folder / "trust"
    key, other = (PublicKey.of_file(folder / f"../../keys/demo/status-{n}.pub") for n in (1, 0))
    files = [(trust / f"status/north/{version}.status").read_bytes() for version in (1, 2)]
    sizes = [1024, 1025]
    for version, data, size in zip((1, 2), files, sizes):
        name = f"status/north/{version}.status"
        tally.expect(name, True, lambda: list_of(data, key, size))
        tally.expect(f"{name} by another key", False, lambda: list_of(data, other, size))
        tally.expect(f"{name} with a flipped bit", False, lambda: list_of(flipped(data), key, size))
        for wrong in (0, size - 1, size + 1):
            tally.expect(f"{name} of {wrong} bytes", False, lambda: list_of(data, key, wrong))
    first, second = (list_of(data, key, size)[1] for data, size in zip(files, sizes))
    delta = documents.Document((trust / "status/north/1-2.delta").read_bytes()).value
    tally.same("1-2.delta", status.apply(delta, first) == second, "it leads elsewhere")
    tally.expect("1-2.delta on its own result", False, lambda: status.apply(delta, second))
    for group in range(3):
        changes = [[0, 0, b""] if n == group else part for n, part in enumerate(delta["changes"])]
        less = {**delta, "changes": changes}
        tally.expect(f"1-2.delta without group {group}", False, lambda: status.apply(less, first))
    # Gaps 2, 3, 9 with k = 2: 0 10, 0 11, 110 01, and padding; with a bit in the padding, and with a byte more.
    tally.same("Rice", status.indexes(3, 2, bytes([0x4F, 0x20]), 17) == [2, 6, 16], "not its indexes")
    for gaps, end in ((bytes([0x4F, 0x20]), 16), (bytes([0x4F, 0x21]), 17), (bytes([0x4F, 0x20, 0]), 17), (b"\x4f", 17)):
        tally.expect(f"Rice: {gaps.hex()}", False, lambda: status.indexes(3, 2, gaps, end))


def flipped(data):
    return bytes([*data[:-1], data[-1] ^ 1])


def list_of(data, key, size):
    """A status list that this key signed, and its bytes."""
    token = status.Token(data)
    token.is_by(key)
    return token, status.inflate(token.zlib, size)


def list_in_words(data, key, size):
    token, content = list_of(data, key, size)
    statuses = [status.status_at(content, index) for index in range(4 * size)]
    return {
        "list": token.list,
        "version": token.version,
        "issued": rfc3339(token.issued),
        "counts": {name: statuses.count(name) for name in status.STATUSES},
    }


def main():
    parser = argparse.ArgumentParser(description="A second opinion on codes, documents and verdicts.")
    commands = parser.add_subparsers(dest="command", required=True)
    code = commands.add_parser("code", help="verify a code's text and print what it says")
    code.add_argument("--key", required=True, help="PEM file of the issuer's public key")
    code.add_argument("text", help="the text, or - for standard input")
    document = commands.add_parser("document", help="verify a root, pack, snapshot, delta or column and print it")
    document.add_argument("--keys", required=True, help="PEM files of the role's public keys, separated by commas")
    document.add_argument("--threshold", required=True, type=int, help="how many of them must have signed")
    document.add_argument("file")
    listed = commands.add_parser("list", help="verify a status list and print how many indexes have each status")
    listed.add_argument("--key", required=True, help="PEM file of the issuer's status key")
    listed.add_argument("--size", required=True, type=int, help="the list's bytes, as the snapshot pins them")
    listed.add_argument("file")
    fixtures = commands.add_parser("fixtures", help="check every file of fixtures/codes")
    fixtures.add_argument("folder")
    args = parser.parse_args()
    try:
        if args.command == "fixtures":
            return check_fixtures(args.folder)
        if args.command == "code":
            text = sys.stdin.read().removesuffix("\n") if args.text == "-" else args.text
            found = codes.in_words(codes.check_code(codes.code_of(text), PublicKey.of_file(args.key)))
        elif args.command == "list":
            found = list_in_words(pathlib.Path(args.file).read_bytes(), PublicKey.of_file(args.key), args.size)
        else:
            keys = [PublicKey.of_file(path) for path in args.keys.split(",")]
            need(1 <= args.threshold <= len(keys), "a threshold is 1 up to the number of keys")
            data = pathlib.Path(args.file).read_bytes()
            found = documents.in_words(documents.check_document(data, keys, args.threshold), keys)
    except Refused as e:
        sys.exit(f"refused: {e}")
    except (OSError, ValueError) as e:
        sys.exit(f"error: {e}")
    print(json.dumps(found, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
