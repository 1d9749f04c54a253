"""What is in the program that is shipped, and what is not."""

from pathlib import Path

from server import BINARY


def test_the_simulated_kernel_of_the_tests_is_not_in_it():
    program = Path(BINARY).read_bytes()
    # As they stand in mangled symbols, behind their length: the names of source files are there for
    # the debugger, also of those that are empty in a release build.
    assert b"12UringBackend" in program and b"12EpollBackend" in program
    for name in (b"15SimulatedKernel", b"14SimulatedState", b"12VirtualClock", b"15AddressedMemory"):
        assert name not in program
