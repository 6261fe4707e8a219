"""Conventions of docs/FORMAT.md: deterministic CBOR, and the shapes that values have."""

import datetime
import re
import unicodedata

import cbor2

TIME_MAX = 253_402_300_799
VERSION_MAX = 2**53 - 1
DAY = 86_400
# Bidirectional controls, line and paragraph separators, byte order mark.
HIDDEN = {0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF}


class Refused(Exception):
    """Not as FORMAT.md says."""


def need(condition, message):
    if not condition:
        raise Refused(message)


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


def rfc3339(seconds):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).isoformat() + "Z"


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


def words(value):
    """JSON has no bytes: hexadecimal digits."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [words(item) for item in value]
    if isinstance(value, dict):
        return {key: words(item) for key, item in value.items()}
    return value
