import PulseTestSupport
import Testing

@testable import PulseReactor

@Suite("The connection table")
struct ConnectionTableTests {
    @Test("opened and freed at random, an old name never names a newer connection")
    func random() {
        var random = SeededGenerator(seed: testSeed())
        var table = ConnectionTable()
        var open: [ConnectionID: Int32] = [:]
        var gone: [ConnectionID] = []
        for round in 0..<20_000 {
            if open.count < 50, Bool.random(using: &random) || open.isEmpty {
                let id = table.open(Int32(round), service: 1)
                precondition(open[id] == nil && table.isOpen(id))
                open[id] = Int32(round)
            } else if let (id, fd) = open.randomElement(using: &random) {
                precondition(table[id.slot].fd == fd, "a connection was overwritten")
                table[id.slot].phase = .closing
                precondition(!table.isOpen(id) && table.isCurrent(id))
                table.free(id.slot)
                open[id] = nil
                gone.append(id)
            }
            if let old = gone.randomElement(using: &random) {
                precondition(!table.isCurrent(old) && !table.isOpen(old))
            }
            precondition(table.count == open.count)
        }
        let ids = Set(table.liveIDs)
        #expect(ids == Set(open.keys))
        #expect(Set(gone).count == gone.count)
    }

    @Test("a name from nowhere names nothing")
    func unknown() {
        let table = ConnectionTable()
        let isCurrent = table.isCurrent(ConnectionID(slot: 7, generation: 0))
        #expect(!isCurrent)
    }

    @Test(
        "a token carries its operation, slot and generation",
        arguments: [0, 1, 255, 256, UInt32.max - 1, .max],
        [0, 1, 0xFF_FFFE, 0xFF_FFFF]
    )
    func tokens(slot: UInt32, generation: UInt32) {
        for operation in [Operation.accept, .receive, .send, .poll, .wake, .cancel] {
            let token = Token(operation, slot: slot, generation: generation)
            let copy = Token(rawValue: token.rawValue)
            #expect(copy.operation == operation)
            #expect(copy.slot == slot)
            #expect(copy.generation == generation)
        }
    }

    @Test("a connection's record stays within one cache line")
    func size() {
        #expect(MemoryLayout<Connection>.stride <= 64)
    }
}
