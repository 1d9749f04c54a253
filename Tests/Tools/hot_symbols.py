"""Proves from the machine code that hot functions allocate, count, check and copy nothing.

    hot_symbols.py BINARY LIST [--junit FILE]

What runs once for each client of a broadcast may not allocate, count references, look metadata up,
have its accesses checked for exclusivity, or copy a large struct whole. LIST names these functions
as `swift demangle` does, without their parameters, and the cold ones that they may end in:

    hot  PulseServer.Hub.pump
    cold PulseServer.Hub.currentSnapshot

Every function of ours that a hot one calls is examined as well, unless it is cold. Arrays that grow
are not followed: they keep their memory, so that they grow a few times and not for each client. What
the compiler looks up once and keeps (witness tables, constants) is no offence. Calls through a register
cannot be followed: whoever is called so stands in the list. A name that the binary does not have is a
failure, since a check of nothing always passes.
"""

import argparse
import collections
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

FORBIDDEN = re.compile(
    r"swift_(?:nonatomic_)?(?:retain|release|bridgeObject|unknownObject|unowned|weak|alloc|dealloc"
    r"|slowAlloc|slowDealloc|beginAccess|endAccess|getGenericMetadata|getAssociated"
    r"|dynamicCast|task_|projectBox|initClassMetadata)\w*"
    r"|(?:malloc|calloc|realloc|free|posix_memalign)"
    r"|mem(?:cpy|move) of \d+ bytes"
)
# The largest record that one of these makes anew, that of a gathered send, has 272 bytes.
COPIED_MAX = 300

HEAD = re.compile(r"^([0-9a-f]+) <(.+)>:$")
CALL = re.compile(r"^ *([0-9a-f]+):\t(?:callq?|jmpq?|bl|b)\s+[0-9a-f]+ <([^>+]+)>$")
# The third argument of a copy, where it is a number.
LENGTH = re.compile(r"\tmov\s+(?:\$0x([0-9a-f]+),%[er]dx|[wx]2, #0x([0-9a-f]+)\b)")
OTHER_LENGTH = re.compile(r"\t(?:mov|lea|add|sub)\S*\s.*(?:,%[er]dx$|\b[wx]2, )")
# The standard library's generic functions are its own, whatever they are specialised for; what the
# compiler writes to copy and destroy our values is ours.
OURS = re.compile(
    r"^(?:outlined (?!variable)"
    r"|(?!.* of (?:static )?Swift\.)(?!Swift\.).*\bPulse[A-Z]\w*\.)"
)
# More than these of one function tell nothing new.
SHOWN_MAX = 8


def calls_by_function(binary):
    """The functions that each function calls or jumps to, by their names in the binary."""
    disassembler = subprocess.Popen(
        ["objdump", "-d", "--no-show-raw-insn", binary], stdout=subprocess.PIPE, text=True
    )
    calls = collections.defaultdict(set)
    sizes = byte_counts(binary)
    current, end, length = "", 0, 0
    for line in disassembler.stdout:
        if head := HEAD.match(line):
            current = head[2]
            # Code without a name may follow, and is not the function's.
            end = int(head[1], 16) + sizes.get(current, 1 << 32)
            calls[current] = set()
            length = 0
        elif found := LENGTH.search(line):
            length = int(found[1] or found[2], 16)
        elif OTHER_LENGTH.search(line.rstrip()):
            length = 0
        elif (call := CALL.match(line.rstrip())) and int(call[1], 16) < end:
            callee = call[2].removesuffix("@plt")
            if callee in ("memcpy", "memmove") and length > COPIED_MAX:
                callee = f"{callee} of {length} bytes"
            if callee != current:
                calls[current].add(callee)
            length = 0
    if disassembler.wait():
        raise SystemExit(f"objdump cannot read {binary}")
    return calls


def byte_counts(binary):
    """How many bytes of code each function has, by its name in the binary."""
    said = subprocess.run(
        ["nm", "--defined-only", "--print-size", binary], capture_output=True, text=True, check=True
    )
    words = (line.split() for line in said.stdout.splitlines())
    return {found[3]: int(found[1], 16) for found in words if len(found) == 4}


def demangled(names):
    """What the compiler calls them, by their names in the binary."""
    ordered = sorted(names)
    said = subprocess.run(
        ["swift", "demangle", "--compact"], input="\n".join(ordered), capture_output=True,
        text=True, check=True,
    )
    # A private name is written `(name in _FILE)`.
    readable = re.sub(r"\((\w+) in _[0-9A-F]+\)", r"\1", said.stdout)
    return dict(zip(ordered, readable.splitlines(), strict=True))


def read_list(path):
    """The hot and the cold names, in the order of the file."""
    hot, cold = [], []
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or words[0] not in ("hot", "cold"):
            print(f"{path}:{number}: write `hot NAME` or `cold NAME`", file=sys.stderr)
            raise SystemExit(2)
        (hot if words[0] == "hot" else cold).append(words[1])
    return hot, cold


def means(readable, name):
    """Whether a function is the named one, or a part or a specialisation of it."""
    return re.search(rf"(?:^|[\s)]){re.escape(name)}(?![\w.])", readable) is not None


class Code:
    """The calls of a binary, with names that can be read."""

    def __init__(self, binary):
        self.calls = calls_by_function(binary)
        callees = {callee for found in self.calls.values() for callee in found}
        self.readable = demangled({name for name in {*self.calls, *callees}})

    def named(self, name):
        return [function for function in self.calls if means(self.readable[function], name)]

    def offences(self, function, cold, seen):
        """What a function and those that it calls do and may not, as chains of names."""
        for callee in sorted(self.calls.get(function, ())):
            readable = self.readable[callee]
            chain = f"{self.readable[function]} -> {readable}"
            if FORBIDDEN.fullmatch(callee) or "metadata accessor" in readable:
                yield chain
            elif (
                callee not in seen
                and callee in self.calls
                and OURS.search(readable)
                and not any(means(readable, name) for name in cold)
            ):
                seen.add(callee)
                yield from self.offences(callee, cold, seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("binary")
    parser.add_argument("list")
    parser.add_argument("--junit")
    options = parser.parse_args()
    hot, cold = read_list(options.list)
    code = Code(options.binary)
    suite = ElementTree.Element("testsuite", name="hot symbols")
    failed = 0
    for kind, names in (("hot", hot), ("cold", cold)):
        for name in names:
            functions = code.named(name)
            found = [] if functions else [f"{options.binary} has no function {name}"]
            if kind == "hot":
                seen = set(functions)
                for function in functions:
                    found += code.offences(function, cold, seen)
            case = ElementTree.SubElement(suite, "testcase", classname=kind, name=name)
            if found:
                failed += 1
                ElementTree.SubElement(case, "failure").text = "\n".join(found[:SHOWN_MAX])
            print(f"{'FAILED' if found else 'ok':7} {kind:4} {name}", *found[:SHOWN_MAX], sep="\n        ")
    if options.junit:
        ElementTree.ElementTree(suite).write(options.junit)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
