/// The recent history of all resources of one stream, in memory: one byte for each sample.
///
/// Samples are numbered by the monotonic clock, so that a jump of the wall clock moves none. Every
/// two seconds the newest figures of processor and memory are written down, every ten seconds all;
/// of these, thirty become their mean in the samples of five minutes: a thirtieth of the resources
/// at each, so that no moment has much to do. Which thirtieth is a resource's phase; it stays with
/// what is known of the resource, over a restart too.
struct HistoryTable: ~Copyable {
    /// Slots of one block: a block is asked for when its first slot is used, and never moved.
    static let blockSlots = 256
    /// For so long after the last sample the newest figures stand for those between, too.
    private static let heldNanoseconds: UInt64 = 60_000_000_000
    /// Samples of ten seconds in one of five minutes.
    static let perDaySample: UInt64 = 30

    let layout: HistoryLayout
    var blocks: [[UInt8]] = []
    /// By slot: the newest figure of each metric.
    private var newest: [UInt8] = []
    private(set) var ids: [String?] = []
    var phases: [UInt8] = []
    private var slots: [String: Int] = [:]
    /// The number of the last sample of two and of ten seconds.
    var numbers: HistoryNumbers?

    init(_ metrics: [HistoryMetric]) { layout = HistoryLayout(metrics) }

    // MARK: Resources

    /// Takes in a resource of which nothing is known yet.
    mutating func insert(_ slot: Int, id: String) {
        // What no resource has had before is unknown already.
        let isUsed = slot < ids.count
        while ids.count <= slot {
            phases.append(UInt8(UInt64(ids.count) % Self.perDaySample))
            ids.append(nil)
            newest.append(
                contentsOf: repeatElement(HistoryScale.unknown, count: layout.metrics.count)
            )
        }
        precondition(ids[slot] == nil, "a history was begun twice")
        ids[slot] = id
        slots[id] = slot
        let block = slot / Self.blockSlots
        while blocks.count <= block {
            blocks.append(
                [UInt8](
                    repeating: HistoryScale.unknown,
                    count: Self.blockSlots * layout.byteCount
                )
            )
        }
        if isUsed { blank(slot) }
    }

    private mutating func blank(_ slot: Int) {
        let start = place(of: slot)
        let unknown = repeatElement(HistoryScale.unknown, count: layout.byteCount)
        blocks[slot / Self.blockSlots].replaceSubrange(
            start..<start + layout.byteCount,
            with: unknown
        )
        for metric in layout.metrics.indices { set(metric, of: slot, to: HistoryScale.unknown) }
    }

    /// Forgets a resource.
    mutating func remove(_ slot: Int) {
        guard slot < ids.count, let id = ids[slot].take() else { return }
        slots[id] = nil
    }

    /// Whether a slot has a resource.
    func knows(_ slot: Int) -> Bool { slot < ids.count && ids[slot] != nil }

    /// The slot of a resource that is there.
    func slot(of id: String) -> Int? { slots[id] }

    /// Notes the newest figure of a metric.
    mutating func set(_ metric: Int, of slot: Int, to code: UInt8) {
        newest[slot * layout.metrics.count + metric] = code
    }

    // MARK: Samples

    /// Writes down what is due.
    mutating func record(at now: FleetTime) {
        let due = HistoryNumbers(at: now)
        if let last = numbers,
            due.coarse > last.coarse + UInt64(HistoryRange.quarterHour.sampleCount)
        {
            // The process has stood still for longer than the ring of ten seconds.
            skip(to: due.before)
        }
        for number in Self.due(after: numbers?.fine, to: due.fine) {
            let isHeld = isHeld(numbers?.fine, number, due.fine, .twoMinutes)
            write(number, .twoMinutes, isHeld: isHeld)
        }
        for number in Self.due(after: numbers?.coarse, to: due.coarse) {
            let isHeld = isHeld(numbers?.coarse, number, due.coarse, .quarterHour)
            write(number, .quarterHour, isHeld: isHeld)
            writeMeans(at: number)
        }
        numbers = due
    }

    /// The samples that are due: one, but for the first and for ticks that are rare or were missed.
    private static func due(after last: UInt64?, to number: UInt64) -> Range<UInt64> {
        guard let last else { return number..<number + 1 }
        return min(last, number) + 1..<number + 1
    }

    /// Whether what is newest now stands for a sample: for that of now, and where not too many were
    /// missed, for all since the last one.
    private func isHeld(
        _ last: UInt64?,
        _ number: UInt64,
        _ newest: UInt64,
        _ range: HistoryRange
    ) -> Bool {
        guard let last, number < newest else { return true }
        return (newest - last - 1) * range.stepNanoseconds <= Self.heldNanoseconds
    }

    private mutating func write(_ number: UInt64, _ range: HistoryRange, isHeld: Bool) {
        let count = layout.metrics.count
        let place = Int(number % UInt64(range.sampleCount))
        for slot in ids.indices where ids[slot] != nil {
            let (block, start) = (slot / Self.blockSlots, self.place(of: slot) + place)
            for metric in 0..<count where layout.keeps(metric, for: range) {
                let code = isHeld ? newest[slot * count + metric] : HistoryScale.unknown
                blocks[block][start + layout.start(of: metric, range)] = code
            }
        }
    }

    /// Writes the samples of five minutes that end now: those of a thirtieth of the resources.
    private mutating func writeMeans(at number: UInt64) {
        let phase = UInt8(number % Self.perDaySample)
        for slot in ids.indices where phases[slot] == phase && ids[slot] != nil {
            let day = dayNumber(of: slot, at: number)
            for metric in layout.metrics.indices {
                let code = mean(of: metric, slot, endingAt: number)
                setCode(code, of: metric, slot, .day, day)
            }
        }
    }

    func mean(of metric: Int, _ slot: Int, endingAt number: UInt64) -> UInt8 {
        let scale = layout.metrics[metric].scale
        var sum = 0.0
        var count = 0
        for back in 0..<Self.perDaySample where back <= number {
            let code = code(of: metric, slot, .quarterHour, number - back)
            guard let value = scale.decode(code) else { continue }
            sum += value
            count += 1
        }
        return scale.encode(count > 0 ? sum / Double(count) : nil)
    }

    // MARK: Reading

    /// The number of the newest sample of a range, and when that was on the monotonic clock.
    func newestSample(
        of slot: Int,
        _ range: HistoryRange
    ) -> (number: UInt64, nanoseconds: UInt64)? {
        guard let numbers else { return nil }
        switch range {
        case .twoMinutes: return (numbers.fine, numbers.fine * range.stepNanoseconds)
        case .quarterHour: return (numbers.coarse, numbers.coarse * range.stepNanoseconds)
        case .day:
            let phase = UInt64(phases[slot])
            guard numbers.coarse >= phase else { return nil }
            let day = dayNumber(of: slot, at: numbers.coarse)
            let end = day * Self.perDaySample + phase
            return (day, end * HistoryRange.quarterHour.stepNanoseconds)
        }
    }

    /// The byte of a sample, which must be one of the newest of its ring.
    func code(of metric: Int, _ slot: Int, _ range: HistoryRange, _ number: UInt64) -> UInt8 {
        let ring = Int(number % UInt64(range.sampleCount))
        return blocks[slot / Self.blockSlots][
            place(of: slot) + layout.start(of: metric, range) + ring
        ]
    }

    /// Sets the byte of a sample.
    mutating func setCode(
        _ code: UInt8,
        of metric: Int,
        _ slot: Int,
        _ range: HistoryRange,
        _ number: UInt64
    ) {
        let ring = Int(number % UInt64(range.sampleCount))
        let start = place(of: slot) + layout.start(of: metric, range)
        blocks[slot / Self.blockSlots][start + ring] = code
    }

    /// The number of the sample of five minutes that a sample of ten seconds ends, or that ended
    /// last before it: each slot has a phase of its own.
    func dayNumber(of slot: Int, at number: UInt64) -> UInt64 {
        let phase = UInt64(phases[slot])
        return number < phase ? 0 : (number - phase) / Self.perDaySample
    }

    /// Where a slot's record lies in its block.
    func place(of slot: Int) -> Int { slot % Self.blockSlots * layout.byteCount }
}

extension HistoryRange {
    var stepNanoseconds: UInt64 { UInt64(stepMilliseconds) * 1_000_000 }
}
