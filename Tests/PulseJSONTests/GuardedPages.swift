import Glibc

/// Memory of exactly the size that is asked for, twice: once so that it ends where an unreadable
/// page begins, which stops the test run at a read or write past its end, and once on the heap,
/// where AddressSanitizer sees also what lies in front of it.
@safe
final class GuardedPages {
    private let base: UnsafeMutableRawPointer
    private let size = 16 * 4096

    init() {
        // A private mapping with one page more than is used; it is unmapped by `deinit`.
        let mapped = unsafe mmap(
            nil,
            size + 4096,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            -1,
            0
        )
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED,
            unsafe mprotect(mapped + size, 4096, PROT_NONE) == 0
        else { fatalError("no memory for a test") }
        unsafe base = mapped
    }

    deinit {
        unsafe munmap(base, size + 4096)
    }

    /// Calls `body` with `count` bytes on the heap, and with the last before the unreadable page.
    ///
    /// Returns what the second call does.
    func withBuffer<R>(count: Int, _ body: (UnsafeMutableRawBufferPointer) -> R) -> R {
        precondition(count <= size, "a test wants more than 16 pages")
        let heap = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        _ = unsafe body(heap)
        unsafe heap.deallocate()
        // The last `count` bytes of the mapping, which lives as long as `self`.
        return withExtendedLifetime(self) {
            unsafe body(UnsafeMutableRawBufferPointer(start: base + size - count, count: count))
        }
    }

    /// Calls `body` with a copy of these bytes in either memory, as `withBuffer` does.
    func withCopy<R>(of bytes: some Collection<UInt8>, _ body: (Span<UInt8>) -> R) -> R {
        unsafe withBuffer(count: bytes.count) { buffer in
            unsafe buffer.copyBytes(from: bytes)
            let bytes = unsafe buffer.assumingMemoryBound(to: UInt8.self)
            return unsafe body(UnsafeBufferPointer(bytes).span)
        }
    }
}
