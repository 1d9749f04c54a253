"""What is in the program that is shipped, and what is not."""

from pathlib import Path

from server import BINARY


def test_the_simulated_kernel_of_the_tests_is_not_in_it():
    program = Path(BINARY).read_bytes()
    # Its symbols have names, so that the absence of one says something.
    assert b"UringBackend" in program and b"EpollBackend" in program
    for name in (b"SimulatedKernel", b"SimulatedState", b"VirtualClock", b"AddressedMemory"):
        assert name not in program
