import PulseJSON
import Testing

struct FragmentCacheTests {
    private func text(_ cache: borrowing FragmentCache, _ slots: Range<Int>) -> String {
        let bytes = jsonBytes { writer in
            for slot in slots { cache.append(slot, to: &writer) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("slots are empty at first, and hold what was set last")
    func slots() {
        var cache = FragmentCache()
        cache.reserve(slotCount: 3)
        let text1 = text(cache, 0..<3)
        #expect(text1 == "")
        cache.set(1, to: Array("bb".utf8).span)
        cache.set(2, to: "c")
        cache.set(0, byteCount: 10) { $0.uint(12) }
        let text2 = text(cache, 0..<3)
        #expect(text2 == "12bbc")
        let counts = [cache.byteCount(of: 0), cache.byteCount(of: 1), cache.byteCount(of: 2)]
        #expect(counts == [2, 2, 1])
        cache.clear(1)
        cache.set(2, to: "")
        let text3 = text(cache, 0..<3)
        #expect(text3 == "12")
        cache.reserve(slotCount: 2)
        let text4 = text(cache, 0..<3)
        #expect(text4 == "12", "slots never go")
    }

    @Test("the begin of a slot stays when it is kept, wherever the slot moves")
    func keeping() {
        var cache = FragmentCache()
        cache.reserve(slotCount: 2)
        cache.set(0, to: "0123456789")
        cache.set(1, to: "other")
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 5_000)
        cache.set(0, keeping: 4, to: long.span)
        let count = cache.byteCount(of: 0)
        #expect(count == 5_004)
        let text4 = text(cache, 0..<2)
        #expect(text4 == "0123" + String(repeating: "x", count: 5_000) + "other")
        let empty: [UInt8] = []
        cache.set(0, keeping: 2, to: empty.span)
        let text5 = text(cache, 0..<2)
        #expect(text5 == "01other")
    }

    @Test("bytes are compared within one cache and between two")
    func equality() {
        var one = FragmentCache()
        var other = FragmentCache()
        one.reserve(slotCount: 2)
        other.reserve(slotCount: 1)
        let empty: [UInt8] = []
        let areEmpty = one.equals(0, empty.span) && one.equals(0, 0, of: other)
        one.set(1, to: "abc")
        let abc = one.equals(1, Array("abc".utf8).span)
        let abd = one.equals(1, Array("abd".utf8).span)
        let ab = one.equals(1, Array("ab".utf8).span)
        let before = other.equals(0, 1, of: one)
        other.set(0, to: 1, of: one)
        let after = other.equals(0, 1, of: one)
        other.set(0, to: "abd")
        let changed = other.equals(0, 1, of: one)
        #expect(areEmpty && abc && !abd && !ab && !before && after && !changed)
    }

    @Test("a random history leaves in every slot what an array of arrays has")
    func history() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var cache = FragmentCache()
        var model: [[UInt8]] = []
        for round in 0..<4_000 {
            if model.isEmpty || Int.random(in: 0..<20, using: &random) == 0 {
                model.append([])
                cache.reserve(slotCount: model.count)
            }
            let slot = Int.random(in: 0..<model.count, using: &random)
            let countMax = [4, 40, 400][Int.random(in: 0..<3, using: &random)]
            let count = Int.random(in: 0...countMax, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                cache.clear(slot)
                model[slot] = []
            case 1, 2:
                let kept = Int.random(in: 0...model[slot].count, using: &random)
                cache.set(slot, keeping: kept, to: bytes.span)
                model[slot] = model[slot][..<kept] + bytes
            case 3:
                cache.set(slot, byteCount: count + 7) { $0.raw(bytes) }
                model[slot] = bytes
            default:
                cache.set(slot, to: bytes.span)
                model[slot] = bytes
            }
            guard round % 50 == 0 else { continue }
            let whole = String(decoding: model.joined(), as: UTF8.self)
            let text6 = text(cache, 0..<model.count)
            #expect(text6 == whole, "seed \(seed), round \(round)")
            let separated = jsonBytes {
                cache.append(0..<model.count, eachBehind: UInt8(ascii: ";"), to: &$0)
            }
            #expect(separated == model.flatMap { Array(";".utf8) + $0 }, "seed \(seed) \(round)")
        }
    }

    @Test("pieces behind separators stay within a writer of any capacity")
    func capacities() {
        var cache = FragmentCache()
        let counts = [0, 1, 15, 16, 17, 31, 32, 33, 100, 0]
        cache.reserve(slotCount: counts.count)
        var whole: [UInt8] = []
        for (slot, count) in counts.enumerated() {
            let bytes = (0..<count).map { UInt8(ascii: "a") + UInt8(($0 + slot) % 26) }
            cache.set(slot, to: bytes.span)
            whole += Array(",".utf8) + bytes
        }
        let pages = GuardedPages()
        for capacity in 0...whole.count + 40 {
            let (written, overflowed) = unsafe pages.withBuffer(count: capacity) { buffer in
                var writer = unsafe JSONWriter(buffer)
                cache.append(0..<counts.count, eachBehind: UInt8(ascii: ","), to: &writer)
                return unsafe (Array(buffer.prefix(writer.count)), writer.overflowed)
            }
            #expect(overflowed == (capacity < whole.count), "capacity \(capacity)")
            #expect(whole.starts(with: written), "capacity \(capacity)")
            if !overflowed { #expect(written == whole, "capacity \(capacity)") }
        }
    }
}
