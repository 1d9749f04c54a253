import PulseReactor
import PulseTestSupport
import Testing

@Suite("The slab")
struct UnsafeSlabTests {
    @Test("an element keeps its address and its value while the slab grows")
    func addresses() {
        var slab = UnsafeSlab(blank: 0, chunkShift: 2)
        var addresses: [UInt: Int] = [:]
        for value in 0..<1000 {
            let index = slab.take()
            precondition(Int(index) == value, "the lowest index is handed out first")
            slab[index] = value
            unsafe addresses[UInt(bitPattern: slab.address(index))] = value
        }
        #expect(addresses.count == 1000)
        for (address, value) in addresses {
            let now = unsafe UInt(bitPattern: slab.address(UInt32(value)))
            precondition(now == address && slab[UInt32(value)] == value)
        }
        let size = (slab.count, slab.indexEnd)
        #expect(size == (1000, 1000))
    }

    @Test("taken and given at random, no index is handed out twice")
    func random() {
        var random = SeededGenerator(seed: testSeed())
        var slab = UnsafeSlab(blank: UInt64(0), chunkShift: 3)
        var held: [UInt32: UInt64] = [:]
        for round in 0..<20_000 {
            if Bool.random(using: &random) || held.isEmpty {
                let index = slab.take()
                precondition(held[index] == nil, "an index was handed out twice")
                slab[index] = UInt64(round)
                held[index] = UInt64(round)
            } else if let (index, value) = held.randomElement(using: &random) {
                precondition(slab[index] == value, "an element was overwritten")
                slab.give(index)
                held[index] = nil
            }
            precondition(slab.count == held.count)
        }
    }
}
