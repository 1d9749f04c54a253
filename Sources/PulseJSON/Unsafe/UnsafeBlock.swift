import Glibc

/// Memory of a fixed size that a `FragmentCache` owns; every access is checked against the size.
@safe
struct UnsafeBlock: ~Copyable {
    /// Owned here and freed by `deinit`; nil for no bytes.
    private let memory: UnsafeMutableRawPointer?
    let byteCount: Int

    /// Pieces begin where blocks of 16 bytes do; of other offsets some of these bits are set.
    static let stepMask = 15

    /// A block: as much has to be left behind a piece, so that it can be copied whatever it has.
    static let slack = 16

    init(byteCount: Int = 0) {
        self.byteCount = byteCount
        unsafe memory =
            byteCount == 0
            ? nil : UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
    }

    deinit {
        unsafe memory?.deallocate()
    }

    func equals(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
        guard let own = unsafe pointer(offset, bytes.count) else { return true }
        // Both are this long, and the span is borrowed.
        return unsafe bytes.withUnsafeBytes { unsafe isEqual(own, $0.baseAddress, $0.count) }
    }

    func equals(
        _ other: borrowing UnsafeBlock,
        at offset: Int,
        otherOffset: Int,
        count: Int
    ) -> Bool {
        guard let own = unsafe pointer(offset, count) else { return true }
        return unsafe isEqual(own, other.pointer(otherOffset, count), count)
    }

    @inline(__always)
    mutating func copy(_ bytes: Span<UInt8>, to offset: Int) {
        guard let target = unsafe pointer(offset, bytes.count) else { return }
        unsafe bytes.withUnsafeBytes { source in
            guard let source = source.baseAddress else { return }
            // A borrowed span never overlaps memory that is changed.
            unsafe memcpy(target, source, bytes.count)
        }
    }

    mutating func copy(
        _ other: borrowing UnsafeBlock,
        at offset: Int,
        to target: Int,
        _ count: Int
    ) {
        guard let to = unsafe pointer(target, count),
            let from = unsafe other.pointer(offset, count)
        else { return }
        // Two blocks never overlap.
        unsafe memcpy(to, from, count)
    }

    /// Moves bytes within the block.
    mutating func move(_ offset: Int, to target: Int, _ count: Int) {
        guard let to = unsafe pointer(target, count), let from = unsafe pointer(offset, count)
        else { return }
        unsafe memmove(to, from, count)
    }

    /// Lets `body` write at most `byteCountMax` bytes; how many it wrote.
    mutating func write(
        at offset: Int,
        _ byteCountMax: Int,
        _ body: (inout JSONWriter) -> Void
    ) -> Int {
        let start = unsafe pointer(offset, byteCountMax)
        // The writer ends before this block can.
        var writer = unsafe JSONWriter(
            UnsafeMutableRawBufferPointer(start: start, count: start == nil ? 0 : byteCountMax)
        )
        body(&writer)
        precondition(!writer.overflowed, "a fragment passed the bound of its length")
        return writer.count
    }

    @inline(__always)
    func append(at offset: Int, _ count: Int, to writer: inout JSONWriter) {
        guard let source = unsafe pointer(offset, count),
            let target = unsafe writer.reserve(count)
        else { return }
        // The writer has made sure of the room, in memory that is never this block's.
        unsafe memcpy(target, source, count)
    }

    /// Copies a byte of ASCII and then a piece, whose begin is copied as a block.
    ///
    /// Writes nothing and returns false where there is perhaps no room for that.
    @inline(__always)
    func copy(
        _ offset: Int,
        _ count: Int,
        behind separator: UInt8,
        to room: inout JSONRoom
    ) -> Bool {
        // The first block is copied however short the piece is.
        guard unsafe 1 &+ Self.slack &+ count <= room.end - room.cursor, let memory = unsafe memory
        else { return false }
        precondition(
            offset >= 0 && Self.slack &+ count <= byteCount &- offset,
            "a fragment lies outside its block"
        )
        // Both sides have that block and the whole piece; the pointers are used here only.
        let source = unsafe UnsafeRawPointer(memory + offset)
        let target = unsafe UnsafeMutableRawPointer(room.cursor)
        unsafe target.storeBytes(of: separator, as: UInt8.self)
        let first = unsafe source.loadUnaligned(as: SIMD16<UInt8>.self)
        unsafe (target + 1).storeBytes(of: first, as: SIMD16<UInt8>.self)
        if count > 16 { unsafe memcpy(target + 17, source + 16, count &- 16) }
        unsafe room.cursor += 1 &+ count
        return true
    }

    /// The place of `count` bytes; nil for none.
    @inline(__always)
    private func pointer(_ offset: Int, _ count: Int) -> UnsafeMutableRawPointer? {
        guard count > 0, let memory = unsafe memory else {
            precondition(count == 0, "an empty block has no bytes")
            return nil
        }
        precondition(
            offset >= 0 && offset <= byteCount - count,
            "a fragment lies outside its block"
        )
        return unsafe memory + offset
    }

    private func isEqual(
        _ one: UnsafeMutableRawPointer,
        _ other: UnsafeRawPointer?,
        _ count: Int
    ) -> Bool {
        guard let other = unsafe other else { return count == 0 }
        // The callers have made sure that both are as long.
        return unsafe memcmp(one, other, count) == 0
    }
}
