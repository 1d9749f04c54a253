#if DEBUG
/// One direction of a connection: a ring of bytes that were sent and not yet received.
@safe final class SimulatedPipe {
    let capacity: Int
    private(set) var count = 0
    private var head = 0
    private let memory: UnsafeMutableRawPointer

    init(capacity: Int) {
        self.capacity = capacity
        // Owned by the pipe, until its end.
        unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe memory.deallocate() }

    private var start: UInt { unsafe UInt(bitPattern: memory) }

    var room: Int { capacity - count }

    /// Takes bytes from an address; there must be room for them.
    func write(from address: UInt, count added: Int) {
        precondition(added <= room, "a pipe was overfilled")
        var done = 0
        while done < added {
            let at = (head + count) % capacity
            let piece = min(added - done, capacity - at)
            AddressedMemory.copy(piece, from: address + UInt(done), to: start + UInt(at))
            count += piece
            done += piece
        }
    }

    /// Gives bytes to an address; so many must be there.
    func read(into address: UInt, count taken: Int) {
        precondition(taken <= count, "a pipe was drained of more than it holds")
        var done = 0
        while done < taken {
            let piece = min(taken - done, capacity - head)
            AddressedMemory.copy(piece, from: start + UInt(head), to: address + UInt(done))
            head = (head + piece) % capacity
            count -= piece
            done += piece
        }
    }
}
#endif
