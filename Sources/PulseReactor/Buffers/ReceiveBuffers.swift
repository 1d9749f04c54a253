/// The memory that incoming bytes land in: one block, cut into equal buffers, lent for one turn.
///
/// Both backends draw from it, io_uring as a provided-buffer ring and epoll from a list, so memory
/// is spent on connections that have something to say and not on those that are merely open.
@safe struct ReceiveBuffers: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    let count: Int
    let byteCount: Int

    init(count: Int = Limits.receiveBufferCount, byteCount: Int = Limits.receiveBufferBytes) {
        precondition(count & (count - 1) == 0, "the kernel wants a power of two of buffers")
        self.count = count
        self.byteCount = byteCount
        unsafe memory = .allocate(byteCount: count * byteCount, alignment: 4096)
    }

    deinit {
        // The backend, which may have lent the memory to the kernel, is gone before its buffers.
        unsafe memory.deallocate()
    }

    /// Where buffer `id` begins; valid as long as this value lives.
    func address(of id: UInt16) -> UnsafeMutableRawPointer {
        precondition(Int(id) < count, "a completion names a buffer that does not exist")
        return unsafe memory + Int(id) * byteCount
    }
}
