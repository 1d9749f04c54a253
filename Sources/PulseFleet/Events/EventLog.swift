/// The last events: what happened while the server runs, at most `FleetLimits.eventsMax` of it.
///
/// They are noted while reports are applied, and become rows when the next tick begins.
struct EventLog: ~Copyable {
    /// What was noted since the last tick, oldest first.
    private var noted: [Event] = []
    /// The slots of the rows, as a ring: `oldest` is the place of the first that goes.
    private var slots: [Int] = []
    private var oldest = 0
    private var number: UInt64 = 0
    /// The longest field: an identity, each byte of which may become six.
    private var scratch = FragmentScratch(capacity: 24 * FleetLimits.textBytesMax)

    /// Notes an event; of more than may be kept within one tick the first are forgotten.
    mutating func note(_ event: Event) {
        if noted.count == 2 * FleetLimits.eventsMax { noted.removeFirst(FleetLimits.eventsMax) }
        noted.append(event)
    }

    /// Makes rows of what was noted; the oldest ones give way.
    mutating func publish(to table: inout ResourceTable) {
        if noted.isEmpty { return }
        for event in noted.suffix(FleetLimits.eventsMax) {
            if slots.count == FleetLimits.eventsMax { table.remove(slots[oldest]) }
            let slot = table.insert()
            if slots.count < FleetLimits.eventsMax {
                slots.append(slot)
            } else {
                slots[oldest] = slot
                oldest = (oldest + 1) % slots.count
            }
            number += 1
            let traits = EventTraits(number: number, event: event)
            table.write(traits: traits, to: slot, through: &scratch)
        }
        noted.removeAll(keepingCapacity: noted.capacity <= FleetLimits.eventsMax)
    }
}
