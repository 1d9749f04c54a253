/// A set of slots, one bit for each.
struct SlotSet {
    private var words: [UInt64] = []

    mutating func insert(_ slot: Int) {
        let word = slot >> 6
        if word >= words.count {
            words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
        }
        words[word] |= 1 << UInt64(slot & 63)
    }

    mutating func remove(_ slot: Int) {
        if slot >> 6 < words.count { words[slot >> 6] &= ~(1 << UInt64(slot & 63)) }
    }

    /// Appends the slots, lowest first, to `slots` and leaves the set empty.
    mutating func drain(into slots: inout [Int]) {
        for word in words.indices where words[word] != 0 {
            var bits = words[word]
            words[word] = 0
            while bits != 0 {
                slots.append(word << 6 | bits.trailingZeroBitCount)
                bits &= bits - 1
            }
        }
    }
}
