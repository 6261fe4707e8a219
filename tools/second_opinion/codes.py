"""Section 2: codes."""

import datetime

from .basics import TIME_MAX, Refused, decode, need, octets, printable, rfc3339, row, uint
from .keys import is_small_order, verify

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


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


def code_of(text):
    """The bytes of a code's text."""
    need(text.startswith("PC1:"), "no PC1:")
    need(len(text) <= 1024, "longer than 1,024 characters")
    return unbase45(text[4:])


def kid_of(data):
    """The four parts of a code and the kid and algorithm that it names; nothing is verified."""
    code = decode(data, "code")
    need(isinstance(code, list) and len(code) == 4, "not a COSE_Sign1")
    protected, unprotected, payload, signature = code
    need(all(isinstance(part, bytes) for part in (protected, payload, signature)), "not a COSE_Sign1")
    need(unprotected == {}, "an unprotected header")
    header = decode(protected, "protected header")
    need(isinstance(header, dict) and list(header) == [1, 4], "not the protected header of a code")
    need(header[1] in (-19, -8), f"algorithm {header[1]}")
    need(isinstance(header[4], bytes) and len(header[4]) == 4, "not a kid")
    need(len(signature) == 64, "not a signature")
    return header[4], header[1], payload, signature


def check_code(data, key):
    """The claims set of a code that this key signed."""
    kid, alg, payload, signature = kid_of(data)
    need(kid == key.kid, "the kid is not the key's")
    need(not is_small_order(signature[:32]), "R is of small order")
    need(verify(18, data, key, alg) == payload, "another payload was verified")
    claims = decode(payload, "claims")
    in_words(claims)
    return claims


def in_words(claims):
    """What a claims set says; refused where it is not as the format has it."""
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
