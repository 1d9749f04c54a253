/// Bytes of one message that came in pieces; it owns memory only between the first piece and
/// `removeAll()`.
@safe
struct UnsafeGatherBuffer: ~Copyable {
    /// The memory, `capacity` bytes, or `nil` while there are none.
    private var base: UnsafeMutableRawPointer?
    private(set) var capacity = 0

    /// The number of bytes gathered.
    private(set) var count = 0

    deinit {
        unsafe base?.deallocate()
    }

    /// The bytes, valid until the next mutating call.
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: count)
    }

    /// Copies `piece` behind what is there; the whole must stay within `countMax`.
    mutating func append(_ piece: UnsafeRawBufferPointer, countMax: Int) {
        precondition(piece.count <= countMax - count, "a message was gathered beyond its limit")
        guard piece.count > 0 else { return }
        if piece.count > capacity - count { grow(to: count + piece.count, countMax: countMax) }
        // Growing left `capacity - count` bytes behind the gathered ones.
        unsafe UnsafeMutableRawBufferPointer(start: base, count: capacity)[count...]
            .copyBytes(from: piece)
        count += piece.count
    }

    /// Gives the memory back.
    @inline(never)
    mutating func removeAll() {
        unsafe base?.deallocate()
        unsafe base = nil
        capacity = 0
        count = 0
    }

    /// Doubles at least: what a peer announces is not believed before it has come.
    @inline(never)
    private mutating func grow(to needed: Int, countMax: Int) {
        let grown = max(needed, min(max(capacity * 2, 512), countMax))
        let memory = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 8)
        if let base = unsafe base {
            unsafe memory.copyMemory(from: base, byteCount: count)
            unsafe base.deallocate()
        }
        unsafe base = unsafe memory
        capacity = grown
    }
}
