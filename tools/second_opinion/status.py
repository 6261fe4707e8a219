"""Sections 3.6 and 3.7: status lists, deltas and columns."""

import hashlib
import zlib

from .basics import TIME_MAX, decode, ident, members, need, octets, row, uint
from .documents import LARGEST_LIST, doc_version
from .keys import is_small_order, verify

TAG_SIGN1 = 0xD2
LARGEST_TOKEN = LARGEST_LIST + (64 << 10)
STATUSES = ["valid", "invalid", "suspended", "restricted"]


class Token:
    """A status list in its envelope. Who signed it, only `is_by` tells."""

    def __init__(self, data):
        need(len(data) <= LARGEST_TOKEN, "larger than a status list may be")
        need(data[:1] == bytes([TAG_SIGN1]), "no tag 18")
        self.message = data[1:]
        protected, unprotected, self.payload, self.signature = row(decode(self.message, "status list"), 4, "COSE_Sign1")
        need(isinstance(protected, bytes) and isinstance(self.payload, bytes), "not a COSE_Sign1")
        need(unprotected == {}, "an unprotected header")
        octets(self.signature, 64, "signature")
        header = decode(protected, "protected header")
        need(isinstance(header, dict) and list(header) == [1, 4, 16], "not the protected header of a status list")
        need(header[1] == -19 and header[16] == "application/statuslist+cwt", "not the header of a status list")
        self.kid = octets(header[4], 4, "kid")
        claims = decode(self.payload, "claims")
        need(isinstance(claims, dict) and list(claims) == [2, 6, 65533, -65538], "not the claims of a status list")
        need(isinstance(claims[2], str) and claims[2].startswith("postern:"), "not a subject")
        self.list = ident(claims[2].removeprefix("postern:"))
        self.issued = uint(claims[6], TIME_MAX, "iat")
        self.version = doc_version(claims[-65538])
        listed = members(claims[65533], "status list", "lst bits")
        need(type(listed["bits"]) is int and listed["bits"] == 2, "not of two bits")
        need(isinstance(listed["lst"], bytes), "lst")
        self.zlib = listed["lst"]

    def is_by(self, key):
        need(self.kid == key.kid, "the kid is not the key's")
        need(not is_small_order(self.signature[:32]), "R is of small order")
        need(verify(18, self.message, key, -19) == self.payload, "another payload was verified")


def inflate(data, size):
    """What a ZLIB stream holds, which is so many bytes; never more is inflated than one byte past that."""
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(data, size + 1)
    except zlib.error as e:
        need(False, f"no ZLIB stream: {e}")
    need(stream.eof and not stream.unused_data and len(content) == size, "it does not inflate to the size that is named")
    return content


def status_at(content, index):
    """The status of an index by its name; None past the list's end."""
    return STATUSES[content[index // 4] >> 2 * (index % 4) & 3] if index // 4 < len(content) else None


def apply(delta, old):
    """The list that a delta makes of another."""
    need(len(old) <= delta["size"], "a list that shrinks")
    new = bytearray(old) + bytes(delta["size"] - len(old))
    changed = set()
    for mask, (count, k, gaps) in enumerate(delta["changes"], start=1):
        for index in indexes(count, k, gaps, 4 * delta["size"]):
            need(index not in changed, "an index in two groups")
            changed.add(index)
            new[index // 4] ^= mask << 2 * (index % 4)
    need(hashlib.sha256(new).digest() == delta["result"], "the delta leads elsewhere")
    return bytes(new)


def indexes(count, k, gaps, end):
    """So many ascending indexes below `end`, from their Rice-coded gaps."""
    bits = "".join(f"{byte:08b}" for byte in gaps)
    found, at, index = [], 0, -1
    # Each gap takes at least a bit, whatever the count says.
    need(count <= len(bits), "fewer bits than gaps")
    for _ in range(count):
        zero = bits.find("0", at)
        need(zero >= 0 and zero + 1 + k <= len(bits), "fewer bits than the gaps have")
        gap = (zero - at) << k | int(bits[zero + 1 : zero + 1 + k] or "0", 2)
        at = zero + 1 + k
        index += gap + 1
        need(index < end, "an index past the end of the list")
        found.append(index)
    need(len(bits) - at < 8 and "1" not in bits[at:], "more bits than the gaps have")
    return found


def column_at(column, content, index):
    """What a column says of an index: a time in seconds or a number, and which; None where it says nothing."""
    value = content[index] if index < len(content) else 0
    if value == 0:
        return None
    if column["unit"] == 0:
        return "number", value
    return "time", min(column["origin"] + value * column["unit"], TIME_MAX)
