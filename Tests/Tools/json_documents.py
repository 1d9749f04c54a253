"""Random JSON documents, most valid and many broken, with what Python's json makes of each.

Started by PulseJSONTests: json_documents.py SEED COUNT writes to standard output, for each document,
a line with two lengths, the document, and the value in the form that `value` below writes. The
second length is -1 where the document is to be refused: by Python, or by the policy in which
PulseJSON is stricter (lone surrogates, numbers beyond a Double, 64 levels).
"""

import json
import random
import struct
import sys

DEPTH_MAX = 64


class Refused(Exception):
    """The policy refuses what Python would take."""


def value(parsed, depth=0):
    """One letter for the kind, lengths, and the bits of numbers: no text form decides anything."""
    if parsed is None:
        return b"n"
    if parsed is True:
        return b"t"
    if parsed is False:
        return b"f"
    if isinstance(parsed, (int, float)):
        number = float(parsed)
        if number in (float("inf"), float("-inf")):
            raise Refused
        return b"d" + struct.pack(">d", number).hex().encode()
    if isinstance(parsed, str):
        # Fails for lone surrogates.
        text = parsed.encode("utf-8")
        return b"s%d:%s" % (len(text), text)
    if depth == DEPTH_MAX:
        raise Refused
    if isinstance(parsed, Members):
        members = [value(key) + value(member, depth + 1) for key, member in parsed.members]
        return b"o%d:%s" % (len(members), b"".join(members))
    return b"a%d:%s" % (len(parsed), b"".join(value(element, depth + 1) for element in parsed))


class Members:
    """The members of an object in their order; a key may occur twice."""

    def __init__(self, members):
        self.members = members


def refuse_constant(name):
    raise ValueError(name)


def number(text):
    """Integers keep their sign at zero, as reals do."""
    return -0.0 if text == "-0" else int(text)


def expected(document):
    try:
        parsed = json.loads(
            document.decode("utf-8"), object_pairs_hook=Members, parse_constant=refuse_constant,
            parse_int=number,
        )
        return value(parsed)
    except (ValueError, OverflowError, Refused, RecursionError):
        return None


# ---- Documents

def blank(rng):
    return rng.choice(["", "", "", "", " ", "\n\t", "\r\n  "])


def text(rng):
    parts = []
    for _ in range(rng.choice([0, 1, 3, 8, 20, 40])):
        kind = rng.randrange(12)
        if kind < 7:
            parts.append(chr(rng.randrange(0x20, 0x7F)).replace("\\", "/").replace('"', "'"))
        elif kind < 8:
            parts.append(rng.choice(['\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"]))
        elif kind < 9:
            parts.append("\\u%04x" % rng.choice([0, 0x1F, 0x41, 0xE9, 0x2028, 0xFFFF]))
        elif kind < 10:
            scalar = rng.randrange(0x10000, 0x110000) - 0x10000
            parts.append("\\u%04X\\u%04x" % (0xD800 + (scalar >> 10), 0xDC00 + (scalar & 0x3FF)))
        else:
            scalar = rng.choice([0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0x10000, 0x1F680])
            parts.append(chr(scalar))
    return '"' + "".join(parts) + '"'


def digits(rng, most=22):
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(1, most)))


def number_text(rng):
    kind = rng.randrange(8)
    if kind == 0:
        return str(rng.randrange(-100, 100))
    if kind == 1:
        return str(rng.getrandbits(rng.choice([8, 32, 53, 63, 64, 70])) * rng.choice([1, -1]))
    if kind == 2:
        return repr(rng.random())
    if kind == 3:
        bits = struct.unpack(">d", rng.getrandbits(64).to_bytes(8, "big"))[0]
        return repr(bits) if abs(bits) < float("inf") else "0"
    whole = rng.choice(["0", "-0", str(rng.randrange(1, 10)) + digits(rng)])
    fraction = rng.choice(["", "." + digits(rng), ".0", "." + "0" * rng.randrange(1, 25) + digits(rng)])
    exponent = rng.choice(["", "", "e%d" % rng.randrange(-30, 30), "E+%d" % rng.randrange(330),
                           "e-%d" % rng.randrange(400)])
    return whole + fraction + exponent


def document(rng, depth):
    kind = rng.randrange(10)
    if kind < 3:
        return number_text(rng)
    if kind < 5:
        return text(rng)
    if kind < 6 or depth == 0:
        return rng.choice(["true", "false", "null"])
    count = rng.choice([0, 1, 2, 3, 6])
    if kind < 8:
        elements = [document(rng, depth - 1) for _ in range(count)]
        return "[" + blank(rng) + (blank(rng) + "," + blank(rng)).join(elements) + blank(rng) + "]"
    members = [text(rng) + blank(rng) + ":" + blank(rng) + document(rng, depth - 1)
               for _ in range(count)]
    return "{" + blank(rng) + (blank(rng) + "," + blank(rng)).join(members) + blank(rng) + "}"


def broken(rng, whole):
    """The document with one to three bytes changed, or cut, or with something in between."""
    whole = bytearray(whole)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(whole) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            del whole[place:]
        elif kind == 1:
            del whole[place:place + rng.randint(1, 3)]
        elif kind == 2:
            whole[place:place] = rng.choice([b",", b"}", b"]", b'"', b"\\", b"0", b"-", b".", b"e", b" "])
        elif kind == 3:
            whole[place:place + 1] = bytes([rng.randrange(256)])
        else:
            whole[place:place] = rng.choice([b"\\ud800", b"\\udc00", b"NaN", b"\x00", b"\xff", b"\xc0\x80"])
    return bytes(whole)


def main():
    rng = random.Random(int(sys.argv[1]))
    out = sys.stdout.buffer
    for _ in range(int(sys.argv[2])):
        depth = rng.choice([1, 2, 3, 4])
        if rng.randrange(200) == 0:
            levels = rng.randint(60, 68)
            whole = ("[" * levels + document(rng, 0) + "]" * levels).encode()
        else:
            whole = (blank(rng) + document(rng, depth) + blank(rng)).encode()
        if rng.randrange(3) == 0:
            whole = broken(rng, whole)
        told = expected(whole)
        out.write(b"%d %d\n" % (len(whole), -1 if told is None else len(told)))
        out.write(whole)
        out.write(told or b"")


if __name__ == "__main__":
    main()
