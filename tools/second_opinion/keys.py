"""Section 1: keys and signatures. COSE and Ed25519 are those of the packages cwt and cryptography."""

import hashlib
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cwt import COSE, COSEKey
from cwt.exceptions import CWTError

from .basics import Refused, need, octets

P = 2**255 - 19
# The y coordinates of the points of small order: 1, -1, 0, and those of order 8.
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}


class PublicKey:
    """A public key, and the COSE keys made of it."""

    def __init__(self, raw):
        need(not is_small_order(raw), "a key of small order")
        self.raw = raw
        thumbprint = hashlib.sha256(bytes.fromhex("a301012006215820") + raw).digest()
        self.kid, self.fingerprint = thumbprint[:4], thumbprint.hex()

    @classmethod
    def of_file(cls, path):
        key = load_pem_public_key(pathlib.Path(path).read_bytes())
        need(isinstance(key, Ed25519PublicKey), f"{path}: not an Ed25519 key")
        return cls(key.public_bytes(Encoding.Raw, PublicFormat.Raw))

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
