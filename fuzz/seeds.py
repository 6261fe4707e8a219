#!/usr/bin/env python3
"""Fills fuzz/seeds/TARGET from the fixtures, the demonstration keys and the rules of the tests."""

import base64
import json
import pathlib
import re
import shutil
import struct
import zlib

FUZZ = pathlib.Path(__file__).resolve().parent
REPOSITORY = FUZZ.parent
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

# Worthless keys by OpenSSL under the passphrase of the demonstration keys, at a cost that a fuzzer can afford.
CHEAP_KEYS = {
    "scrypt": [
        "MIGSME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAjyDc7s+aFe1gIBEAIB",
        "AQIBATAdBglghkgBZQMEASoEEM7Si2dYzB+fXiKp4V+SRQUEQKX7eMRrdPT/utKk",
        "D/nSaIjQxyJCbzcpSnc9CZv1SStFIFVlzW5vgGpJCVRvuulZgeZyFP2ibPSXux6Q",
        "38jF4ks=",
    ],
    # A cost of 0, which a library panicked on.
    "scrypt-cost-0.pem": [
        "MIGSME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAjyDc7s+aFe1gIBAAIB",
        "AQIBATAdBglghkgBZQMEASoEEM7Si2oYzB+fXiKp4V+SRQUEQKX7eMRrdPT/utKk",
        "D/nSaIjQxyJCbzcpSnc9CZv1SStFIFVlzW5vgGpJCVRvuulZgeZyFP2ibPSXux6Q",
        "38jF4ks=",
    ],
    "pbkdf2": [
        "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAiavvu+DZJagQIBZDAM",
        "BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQhK+GhJCx9lrfdA8d2YnF/ARAS+W5",
        "Oy3zFKlux9Nqj6doK5sjQi+1udD/GlWqA9jEWxy7dmCgC9684M75gx06icMPPDnc",
        "5bIHXwrimwKAqYSvaw==",
    ],
}

# A made-up code, two pixels a module.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAADIAAAAyAQAAAAA2RLUcAAAAgklEQVR42n1QOwoEMQiVtR2YqwhpBa8esA14lUBawZFlWbTYtTA8"
    "jO8jxLsm/Ho3DAGcL/jUCQ45BeNQGhXT3bF0HIR1P/lH5Y/Ylrpf7AvoKvtuprPMt8K+qz9zRyn/L1LSxs8cTd9Am7+o++k/W8vH"
    "A9t8tXtkvtXysR+p+n/v/QCZM4UYzSyCeAAAAABJRU5ErkJggg=="
)

# A grey JPEG picture of 16 by 16 pixels.
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "10" * 64 + "ffc0000b080010001001011100"
    "ffc40014000100000000000000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f00"
    "54dfffd9"
)

PEOPLE = {
    "all": "id,name,birth,document_kind,document_country,document_number,vaccine,vaccine_dose,vaccine_doses,vaccinated,"
    "test_kind,test_result,test_sampled,recovered\n"
    "A-1,样本甲,1949-12-31,id,CN,11010519491231002X,CoronaVac,2,2,2026-01-09,nucleic-acid,negative,2026-11-20 08:30,\n"
    "A-2,样本乙,1990,passport,CN,E 0000-0000,65535,1,1,2026-01-09,antigen,detected,2026-11-20T08:30:00+08:00,2026-02-01\n",
    "chinese": "编号,姓名,出生日期,证件类型,证件签发地,证件号码,检测类型,检测结果,采样时间\n"
    "A-1,样本甲,1949-12-31,身份证,CN,11010519491231002X,核酸,阴性,2026-11-20 08:30\n"
    'A-2,"样本,乙",1990-02-30,护照,CN,"E""1",抗原,阳性,2026-11-24 08:30\n',
    "row": "A-1,样本甲,1949-12-31,id,CN,11010519491231002X,CoronaVac,2,2,2026-01-09,nucleic-acid,negative,2026-11-20 08:30,",
    "open-quote": 'id,name\nA-1,"样本甲\nA-2,样本乙\n',
}

# Made-up evidence: leaves of the tests, and two of them in a bundle that the demonstration key of a gate signed, sealed to an
# identity that nobody kept. The content is what is sealed in it.
EVIDENCE = {
    "leaf-1": (
        "kAEBGmHAagEaYcBqBAEBgWhyZWFzb24tMFABAQEBAQEBAQEBAQEBAQEB9mjopb/lroktMQEAABg8AQE="
    ),
    "leaf-2": (
        "lgMCGmHAagIaYcBqBQICgmhyZWFzb24tMGhyZWFzb24tMVACAgICAgICAgICAgICAgICSQICAgICAgICAmjopb/lroktMgEAABh4AgIA9vZEAgIC"
        "AhphJ9OCGQfQ"
    ),
    "leaf-3": (
        "kwIDGmHAagMaYcBqBgMAgFADAwMDAwMDAwMDAwMDAwMD9mjopb/lroktMwEAABi0AwMBAvY="
    ),
    "leaf-7": (
        "kwIHGmHAagcaYcBqCgcBgWhyZWFzb24tMFAHBwcHBwcHBwcHBwcHBwcH9vYBAAAZAaQDBAL2ZG9wLTc="
    ),
    "leaf-11": (
        "kwILGmHAagsaYcBqDgMCgmhyZWFzb24tMGhyZWFzb24tMVALCwsLCwsLCwsLCwsLCwsL9mnopb/lroktMTEBAAEZApQDBAMFZW9wLTEx"
    ),
    "leaf-15": (
        "kwIPGmHAag8aYcBqEg8AgPb2aeilv+WuiS0xNQEAARkDhAMAAPb2"
    ),
    "bundle": (
        "0oRYKKMBMgRE3rtZbxB4HGFwcGxpY2F0aW9uL3Bvc3Rlcm4tbG9nK2Nib3KgWQMkgwMFWQMeYWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUx"
        "OSBLYkFISDkxc2M4T1ovcFJCcnRiSlIyOC9YT0tTRm9GZnpGZkppdVArdDBnCmxYc2h6bjY5Nk5USEM1VklXWHJFWHoyN2QrZmt3K2w1NkVObmI2"
        "blBuWWMKLT4gVC1ncmVhc2UKM3lJbXlZbEQycE9qUTZJYjN4YytYWWdKUmRsZStzSWl5U1hqVWZnQ2ZndnVSMi9OWGV2TnlJdnZrdUdIaTdDVgpX"
        "V24vRGpzZ0lRCi0tLSBiZWRiQ1RrdTZSOTY4dmEweVVjMnRkZmVQMncwamIzaDMzZTJTOXprelpnChucV3tbcQ2L+usR0lsTkEvM15wGZhxyxlVR"
        "XNUr7XYGFVLT/7+gT4bW1dcnwOZhCJSO3n8ElMRjV2RoJdXiy3EGBVMQenLVLsxiTq/U6Ks1iUbvui+Fk9iVkZj0fN+1/01p3xF9aZrbNda3mvR+"
        "FTkYL3mRM/e7CZp+0Q5MoQ4S+olMLcPchMqEpuWcMIW4c9zlGJJ06nR7c7sYnJNnTGI4URv9FCpW4vX4A2dDvOh8fWKuJhFQO79ZBoxe2wt6v1UZ"
        "89IvW4+Qkkvrhv58yZdJ+lWkSVlRU15D+3Ujq9DrEOFYAjoniOxhZtSF3Rk89fxxQI7yyGc6U3brYuwqbMGyYzw3F0DY84SZV98B4ogPirIxQBXf"
        "Iof1X/ueoDTh2GQVYYHBbD7HZ1LTkky4V3qa0k8JaGue5lzPRFldt1vccaXMcO1aWENEBJZVDK+7yDpAzoT5gtn4y82zrqom4zJ4csE+NKfI27UU"
        "IgZJpp2Xbf9p1+JmvZ766SaK7fnSwgdlyeCms+rqyjpbK4eD2XqrJ3Ct6gi5DSpByetzKM9nL4CkXhwmzuWXTuxO9kaxemDadDFqSbuOPuONonV0"
        "vuHDfnvC0c/eYZcseY3p0knsWvsAyhyKAc7fzht0sXmd8sqZjkVjTFHVcN7pybTeH2DDLtCju/tCkifk7BRafq8IYZ2I9ZJ0i2hRQqk22osSZINs"
        "rA4evAkrCMIMwsPgWED4t+As0GctIG6Gqrpd9RLbLa+kyb9nMFM7Hj2RmJ3hnJ7K7oxu6fZcCXOmA+T/WrivYzL10vsIvwNVBwr/2kkO"
    ),
}
LOG_CONTENT = (
    "p2NrZXlYIH2YdIX1N4w6UdSXJ2ym/iHA+cHm5NsRvsvxeX1cjxy/ZGZyb20DZGdhdGVnbm9ydGgtMWRub3RleKFub3J0aC0xCjUKQWtuWDFLbDhp"
    "N0tJR2xITFNRYU53SmxaUTV3dkNqL2FzMTlsbDZjaVpyOD0KCuKAlCBub3J0aC0xIE1NYzFCQzQ4VjEyNUxrTzY3UlBIc0Nya2FOTlRSUWxXQnB4"
    "cmJZclpHd3dxSmI1SWdpN3c0cm1FcFIxVzhaMUJyTjdrSTcxNXExNWdQekNNYmhtOVR0WUZVZ289CmVwcm9vZoRYIIj8vNYKNlfJCbPIWRr1PhfA"
    "C6fZl156MoNbt2BM2n6+WCCLGKWFWMxCnsPWzCx3pot3u/VKCAqwqfIRB7nMhwf/NVgg9R3Z7EUSTf9x3TXKHcOp0465/feFIwOk4wwmqSIqSt1Y"
    "IFyuNpeyO9eElF3ndM49EN2piapFASZ62mmGhe+9eRTxZmZvcm1hdAFmbGVhdmVzglg1kwIDGmHAagMaYcBqBgMAgFADAwMDAwMDAwMDAwMDAwMD"
    "9mjopb/lroktMwEAABi0AwMBAvZYRJABBBphwGoEGmHAagcEAYFocmVhc29uLTBQBAQEBAQEBAQEBAQEBAQEBEkEBAQEBAQEBARo6KW/5a6JLTQB"
    "AAAY8AAB"
)

# The checkpoint of that bundle, and with a receipt by the same key.
CHECKPOINT = """\
north-1
5
AknX1Kl8i7KIGlHLSQaNwJlZQ5wvCj/as19ll6ciZr8=

— north-1 MMc1BC48V125LkO67RPHsCrkaNNTRQlWBpxrbYrZGwwqJb5Igi7w4rmEpR1W8Z1BrN7kI715q15gPzCMbhm9TtYFUgo=
"""
COSIGNATURE = "— north-1 ebvFSAAAAABhwfCgXboHFZijriwRvhXmzEKTPfBd9QrgmFanIeTAYvhI01hii1FInQbTy9y2xP1FHBndkP/akUXylQ6YrnlkuHNTAQ==\n"

# Specimens of ICAO 9303 and a made-up number, as readers send them.
DOCUMENTS = {
    "td1": "I<PRTD231458907<<<<<<<<<<<<<<<\n7408122F1204159PRT<<<<<<<<<<<6\nANDERSSON<<EVA<MARIA<<<<<<<<<<\n",
    "td2": "I<PRTERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907PRT7408122F1204159<<<<<<<6\n",
    "td3": "P<CHNERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36CHN7408122F1204159ZE184226B<<<<<10\n",
    "td3-joined": "P<CHNERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36CHN7408122F1204159ZE184226B<<<<<10",
    "resident": "11010519491231002X",
    "mixed": "PC1:6BFY70X10\n11010519491231002X\r\nP<CHNERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
}

# One of every operator of CertLogic.
RULES = [
    {"if": [{"var": "payload.v.0"}, True, False]},
    {"and": [{"===": [1, 1]}, {"!": [{"var": "payload.r.7"}]}]},
    {"<": [1, {"var": "payload.v.0.dn"}, 3]},
    {">=": [{"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]},
    {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines"}]},
    {"+": [{"var": "payload.v.0.dn"}, 9223372036854775806]},
    {"after": [{"plusTime": ["2026-02-30T00:00:00+14:00", -1, "month"]}, {"plusTime": ["1900-01-01", 200, "year"]}]},
    {"not-before": [{"plusTime": [{"var": "payload.t.0.sc"}, 72, "hour"]}, {"plusTime": ["2026", 0, "day"]}]},
    {"before": [{"dccDateOfBirth": [{"var": "payload.dob"}]}, {"plusTime": ["2026-11", 0, "day"]}]},
    {"reduce": [{"var": "payload.v"}, {"+": [{"var": "accumulator"}, {"var": "current.dn"}]}, 0]},
    {"extractFromUVCI": ["URN:UVCI:01:NL:187/37512422923", 1]},
    {"===": [{"var": ""}, None]},
]


def unbase45(text):
    digits = [ALPHABET.index(c) for c in text]
    out = bytearray()
    for i in range(0, len(digits), 3):
        group = digits[i : i + 3]
        n = sum(digit * 45**k for k, digit in enumerate(group))
        out += n.to_bytes(len(group) - 1, "big")
    return bytes(out)


def fixtures():
    """Names and texts, without the one that has no text."""
    for path in sorted((REPOSITORY / "fixtures/codes").glob("*.txt")):
        text = path.read_text(encoding="utf-8").split("\n\n", 1)[1].removesuffix("\n")
        if text and not text.startswith("hex:") and len(text) < 800:
            yield path.stem, text


def part(code, at):
    """The byte string whose head, of one or two bytes, stands at a place, and the place after it."""
    length, at = (code[at + 1], at + 2) if code[at] == 0x58 else (code[at] & 0x1F, at + 1)
    return code[at : at + length], at + length


def code_seeds():
    for name, text in fixtures():
        yield "code_text", name, text.encode()
        try:
            code = unbase45(text.removeprefix("PC1:"))
        except (ValueError, OverflowError):
            continue
        yield "cose", name, code
        if name.startswith(("good-", "birth-", "claims-", "dose")):
            _, at = part(code, 1)
            payload, _ = part(code, at + 1)
            yield "code_text", f"{name}.claims", payload


def head_of(major, length):
    """The head of a text, byte string or map of up to 65,535 (RFC 8949 section 3)."""
    if length < 24:
        return bytes([major | length])
    return bytes([major | 24, length]) if length < 256 else bytes([major | 25]) + length.to_bytes(2, "big")


def document_seeds():
    trust = REPOSITORY / "fixtures/codes/trust"
    # What a new gate takes today, and the first pack and snapshot of format 1.
    bundled = ["newest.snapshot", "pack/2.pack", "root/1.root"]
    bundled += [str(path.relative_to(trust)) for path in trust.glob("status/**/*.*") if path.name != "1.status"]
    bundle = bytearray(b"\x83\x6epostern-bundle\x01") + head_of(0xA0, len(bundled))
    # Map keys in the order of RFC 8949 section 4.2.1.
    for path in sorted(bundled, key=lambda path: (len(path), path)):
        content = (trust / path).read_bytes()
        bundle += head_of(0x60, len(path)) + path.encode() + head_of(0x40, len(content)) + content
    yield "pack", "bundle", bytes(bundle)
    for path in ["newest.snapshot", "snapshot/1.snapshot", "pack/1.pack", "pack/2.pack", "root/1.root"]:
        content = (trust / path).read_bytes()
        name = path.replace("/", "-")
        yield "pack", name, content
        yield "cose", name, content
        # The protected header is a byte string of one head byte and at most 23 bytes, or of a head of two bytes.
        _, at = part(content, 1)
        head, at = content[at + 1], at + 2
        width = {0x58: 1, 0x59: 2}[head]
        length = int.from_bytes(content[at : at + width], "big")
        yield "pack", f"{name}.payload", content[at + width : at + width + length]
    snapshot = (trust / "newest.snapshot").read_bytes()
    entry = snapshot[snapshot.rindex(b"\x83\x49\xa2\x01\x32") :]
    yield "cose", "detached", b"\x82\x58\x20" + bytes(32) + entry


def status_seeds():
    for path in sorted((REPOSITORY / "fixtures/codes/trust/status").glob("**/*.*")):
        content = path.read_bytes()
        name = f"{path.parent.name}-{path.name}"
        yield "status", name, content
        if path.suffix != ".status":
            # An envelope of COSE_Sign: header, an empty map, payload.
            _, at = part(content, 1)
            payload, _ = part(content, at + 1)
            yield "status", f"{name}.payload", payload


def rule_seeds():
    common = (REPOSITORY / "crates/postern-core/tests/common/mod.rs").read_text(encoding="utf-8")
    rules = [json.loads(text) for text in re.findall(r'r#"(\{.*?\})"#', common, re.DOTALL)]
    for n, rule in enumerate(rules + RULES):
        yield "certlogic", f"rule-{n}.json", json.dumps(rule, separators=(",", ":")).encode()
    yield "certlogic", "rule.cbor", b"\xa1\x62if\x83\xa1\x63var\x69payload.v\xf5\xf4"


def key_seeds():
    for name in ["root-0.key", "tag-0.key", "root-0.pub"]:
        yield "keyfile", name, (REPOSITORY / "keys/demo" / name).read_bytes()

    def pem(label, der):
        lines = re.findall(".{1,64}", base64.b64encode(der).decode())
        return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()

    ed25519 = bytes.fromhex("302e020100300506032b657004220420") + bytes(32)
    yield "keyfile", "plain", pem("PRIVATE KEY", ed25519)
    yield "keyfile", "plain-with-role", b"Postern-Role: code\n" + pem("PRIVATE KEY", ed25519)
    tag = bytes.fromhex("3032020100300a06082a864886f70d02090421") + bytes(33)
    yield "keyfile", "tag-plain", pem("PRIVATE KEY", tag)
    for name, lines in CHEAP_KEYS.items():
        yield "keyfile", name, pem("ENCRYPTED PRIVATE KEY", base64.b64decode("".join(lines)))


def people_seeds():
    for name, text in PEOPLE.items():
        yield "people_row", name, text.encode()
        yield "people_row", f"{name}.gb18030", text.encode("gb18030")


def picture_seeds():
    """The picture in the kinds that PNG has, and its pixels alone."""
    png = base64.b64decode(PNG)
    yield "picture", "one-bit.png", png
    yield "picture", "start.jpeg", JPEG
    width, height = struct.unpack(">II", png[16:24])
    at = png.index(b"IDAT")
    length = int.from_bytes(png[at - 4 : at], "big")
    # One bit a pixel; the filters of all rows are undone.
    data = zlib.decompress(png[at + 4 : at + 4 + length])
    stride = 1 + (width + 7) // 8
    rows, above = [], bytes(stride - 1)
    for y in range(height):
        kind, line = data[y * stride], bytearray(data[y * stride + 1 : (y + 1) * stride])
        assert kind in (0, 1, 2), "the picture above has no other filter"
        for i in range(len(line)):
            line[i] = (line[i] + [0, line[i - 1] if i else 0, above[i]][kind]) & 0xFF
        above = bytes(line)
        rows.append(bytes(255 * (line[x // 8] >> (7 - x % 8) & 1) for x in range(width)))
    yield "picture", "pixels", b"".join(rows)
    for name, depth, colour, pixel in [("grey", 8, 0, 1), ("rgb", 8, 2, 3), ("rgba", 8, 6, 4), ("grey-16", 16, 0, 2)]:
        lines = b"".join(b"\0" + b"".join(bytes([value]) * pixel for value in row) for row in rows)
        header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
        chunks = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(lines, 9)), chunk(b"IEND", b"")]
        yield "picture", f"{name}.png", png[:8] + b"".join(chunks)


def evidence_seeds():
    for name, content in EVIDENCE.items():
        yield "evidence", name, base64.b64decode(content)
    yield "evidence", "checkpoint", CHECKPOINT.encode()
    yield "evidence", "receipt", (CHECKPOINT + COSIGNATURE).encode()
    yield "evidence", "path", f"evidence/{'0123456789abcdef' * 4}/0-65536.log".encode()
    yield "log_bundle", "content", base64.b64decode(LOG_CONTENT)


def reader_seeds():
    for name, text in DOCUMENTS.items():
        yield "document", name, text.encode()


def frame_seeds():
    """Streams, each after the length of the pieces that it comes in."""
    png = base64.b64decode(PNG)
    yield "frames", "files", b"\x07" + png + JPEG + b"between" + JPEG + png
    yield "frames", "cut", b"\xff" + png[:60] + JPEG
    plane = bytes(range(64))
    for name, colour, samples in [("420", "C420jpeg", 96), ("mono", "Cmono", 64), ("444", "C444", 192)]:
        header = f"YUV4MPEG2 W8 H8 F25:1 Ip A1:1 {colour}\n".encode()
        frame = b"FRAME\n" + (plane * 3)[:samples]
        yield "frames", f"{name}.y4m", b"\x05" + header + frame + frame


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def main():
    seeds = FUZZ / "seeds"
    shutil.rmtree(seeds, ignore_errors=True)
    size = 0
    sources = [code_seeds, document_seeds, status_seeds, rule_seeds, key_seeds, people_seeds, picture_seeds]
    sources += [evidence_seeds, reader_seeds, frame_seeds]
    for source in sources:
        for target, name, content in source():
            folder = seeds / target
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
            size += len(content)
    print(f"{size} bytes of seeds")


if __name__ == "__main__":
    main()
