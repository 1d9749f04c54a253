/// Values that are encoded already, one for each slot, as bytes in one block of memory.
///
/// A slot's bytes stay as they are until they are set again: what did not change is never encoded
/// again, and a whole frame is put together by copying. Slots are dense; a new one is empty.
///
///     cache.reserve(slotCount: 3)
///     cache.set(1, to: encoded.span)
///     for slot in 0..<3 { cache.append(slot, to: &writer) }
package struct FragmentCache: ~Copyable {
    /// Where a slot's bytes lie in the block.
    private struct Place {
        var offset = 0
        var count: UInt32 = 0
        /// What the slot may grow to where it is.
        var capacity: UInt32 = 0
    }

    private var places: [Place] = []
    private var block = UnsafeBlock()
    /// Bytes of the block that were given to a slot, or were given up by one that moved.
    private var usedByteCount = 0
    /// Those of them that were given up.
    private var lostByteCount = 0

    package init() {}

    /// Adds empty slots until there are `slotCount`.
    package mutating func reserve(slotCount: Int) {
        guard slotCount > places.count else { return }
        places.append(contentsOf: repeatElement(Place(), count: slotCount - places.count))
    }

    /// The length of a slot's bytes.
    package func byteCount(of slot: Int) -> Int { Int(places[slot].count) }

    /// The lengths of these slots' bytes together.
    package func byteCount(of slots: Range<Int>) -> Int {
        var sum = 0
        for place in places[slots] { sum &+= Int(place.count) }
        return sum
    }

    /// Whether a slot has exactly these bytes.
    package func equals(_ slot: Int, _ bytes: Span<UInt8>) -> Bool {
        let place = places[slot]
        return Int(place.count) == bytes.count && block.equals(bytes, at: place.offset)
    }

    /// Whether two slots, this one's and another cache's, have the same bytes.
    package func equals(_ slot: Int, _ otherSlot: Int, of other: borrowing FragmentCache) -> Bool {
        let place = places[slot]
        let otherPlace = other.places[otherSlot]
        return place.count == otherPlace.count
            && block.equals(
                other.block,
                at: place.offset,
                otherOffset: otherPlace.offset,
                count: Int(place.count)
            )
    }

    /// Replaces a slot's bytes; at most 2^32 - 16 of them.
    package mutating func set(_ slot: Int, to bytes: Span<UInt8>) {
        clear(slot)
        makeRoom(in: slot, for: bytes.count)
        places[slot].count = UInt32(bytes.count)
        block.copy(bytes, to: places[slot].offset)
    }

    /// Replaces a slot's bytes by those of another cache's slot.
    package mutating func set(
        _ slot: Int,
        to otherSlot: Int,
        of other: borrowing FragmentCache
    ) {
        let source = other.places[otherSlot]
        clear(slot)
        makeRoom(in: slot, for: Int(source.count))
        places[slot].count = source.count
        block.copy(other.block, at: source.offset, to: places[slot].offset, Int(source.count))
    }

    /// Keeps the first `kept` bytes of a slot and replaces the rest.
    package mutating func set(_ slot: Int, keeping kept: Int, to bytes: Span<UInt8>) {
        precondition(kept <= places[slot].count, "a slot keeps more than it has")
        let count = kept + bytes.count
        makeRoom(in: slot, for: count)
        places[slot].count = UInt32(truncatingIfNeeded: count)
        block.copy(bytes, to: places[slot].offset + kept)
    }

    /// Replaces a slot's bytes by a short text.
    package mutating func set(_ slot: Int, to text: StaticString) {
        set(slot, byteCount: text.utf8CodeUnitCount) { $0.fragment(text) }
    }

    /// Replaces a slot's bytes by what `encode` writes, which is at most `byteCount` bytes.
    package mutating func set(
        _ slot: Int,
        byteCount: Int,
        _ encode: (inout JSONWriter) -> Void
    ) {
        clear(slot)
        makeRoom(in: slot, for: byteCount)
        places[slot].count = UInt32(block.write(at: places[slot].offset, byteCount, encode))
    }

    /// Empties a slot.
    package mutating func clear(_ slot: Int) { places[slot].count = 0 }

    /// Writes a slot's bytes.
    package func append(_ slot: Int, to writer: inout JSONWriter) {
        let place = places[slot]
        block.append(at: place.offset, Int(place.count), to: &writer)
    }

    /// Writes the bytes of all these slots, one behind the other.
    package func append(_ slots: Range<Int>, to writer: inout JSONWriter) {
        for place in places[slots] where place.count > 0 {
            block.append(at: place.offset, Int(place.count), to: &writer)
        }
    }

    /// Writes the bytes of all these slots, each behind `separator`, which is ASCII.
    package func append(
        _ slots: Range<Int>,
        eachBehind separator: UInt8,
        to writer: inout JSONWriter
    ) {
        let places = places.span
        var slot = slots.lowerBound
        writer.withRoom { room in
            while slot < slots.upperBound {
                let place = places[slot]
                let count = Int(place.count)
                guard block.copy(place.offset, count, behind: separator, to: &room) else { return }
                slot &+= 1
            }
        }
        // What perhaps does not fit.
        while slot < slots.upperBound {
            writer.byte(separator)
            append(slot, to: &writer)
            slot += 1
        }
    }

    // MARK: Room

    /// Sees to it that a slot may have `count` bytes; those that it has stay.
    @inline(__always)
    private mutating func makeRoom(in slot: Int, for count: Int) {
        if count > places[slot].capacity { move(slot, toHave: count) }
    }

    @inline(never)
    private mutating func move(_ slot: Int, toHave count: Int) {
        // In steps of a block, so that a digit more does not move the slot, and whole blocks can be
        // copied.
        let capacity = (count + UnsafeBlock.stepMask) & ~UnsafeBlock.stepMask
        precondition(capacity <= UInt32.max, "a fragment is longer than a slot may be")
        if usedByteCount + capacity + UnsafeBlock.slack > block.byteCount {
            repack(extra: capacity)
        }
        lostByteCount += Int(places[slot].capacity)
        let offset = usedByteCount
        usedByteCount += capacity
        block.move(places[slot].offset, to: offset, Int(places[slot].count))
        places[slot].offset = offset
        places[slot].capacity = UInt32(capacity)
    }

    /// Moves everything to a new block, in the order of the slots, so that a walk over the slots is
    /// one over memory; it has as much room again as is in use, and is paid for by what was set
    /// since the last time.
    private mutating func repack(extra: Int) {
        var packed = UnsafeBlock(byteCount: max(4_096, 2 * (usedByteCount - lostByteCount + extra)))
        var end = 0
        for slot in places.indices {
            let place = places[slot]
            packed.copy(block, at: place.offset, to: end, Int(place.count))
            places[slot].offset = end
            end += Int(place.capacity)
        }
        swap(&block, &packed)
        usedByteCount = end
        lostByteCount = 0
    }
}
