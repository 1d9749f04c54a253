import PulseJSON

/// The stored form of hot figures: whole numbers, scaled by a power of ten, or `unknown`.
///
/// What is stored is exactly what the stream says, so that a replay of deltas equals the state.
enum Figure {
    /// Says that no value is known; it is sent as `null` and never as 0.
    static let unknown = Int64.min

    /// The largest magnitude stored: every whole number up to it is exact in a browser's `number`.
    static let magnitudeMax: Int64 = 1 << 53

    /// Rounds half away from zero to `decimals`; what is not finite or too large is unknown.
    static func quantised(_ value: Double?, decimals: Int = 0) -> Int64 {
        guard let value else { return unknown }
        let scaled = (value * Double(scale(decimals))).rounded(.toNearestOrAwayFromZero)
        guard scaled.isFinite, abs(scaled) <= Double(magnitudeMax) else { return unknown }
        return Int64(scaled)
    }

    /// Percent, from a share that is 1 when everything is in use.
    ///
    /// A little more than 1 is true now and then, when the share and the time that it is measured
    /// against are not read at once, and is kept. Tenfold cannot be, and is unknown.
    static func percent(share: Double?) -> Double? {
        guard let share, share >= 0, share < 10 else { return nil }
        return share * 100
    }

    /// A part of a size in percent; `nil` where one of them is unknown.
    static func percent(_ used: UInt64?, of total: UInt64?) -> Double? {
        guard let used, let total, total > 0 else { return nil }
        return Double(used) / Double(total) * 100
    }

    /// The load of this place in an average of 1, 5 and 15 minutes; `nil` when it is missing or
    /// cannot be.
    static func load(_ index: Int, of averages: [Double]) -> Double? {
        guard index < averages.count else { return nil }
        let load = averages[index]
        return load.isFinite && load >= 0 ? load : nil
    }

    /// A whole number that ends in zeros, without them; `nil` where that gains nothing.
    ///
    /// `exponents` has what is to stand behind: `5369e6` is the same number as 5369000000.
    @inline(__always)
    static func shortened(_ figure: Int64) -> (digits: Int64, thousands: Int)? {
        let thousands = figure / 1_000
        guard figure != 0, thousands &* 1_000 == figure else { return nil }
        let millions = thousands / 1_000
        return millions &* 1_000 == thousands ? (millions, 1) : (thousands, 0)
    }

    /// How many millions a number is, below 10^8; `nil` unless it is some, and nothing beside them.
    @inline(__always)
    static func millions(_ figure: Int64) -> UInt32? {
        let number = UInt64(bitPattern: figure)
        let millions = number / 1_000_000
        // The bound leaves negative numbers out.
        guard millions &* 1_000_000 == number, millions &- 1 < JSONRoom.shortBound &- 1 else {
            return nil
        }
        return UInt32(truncatingIfNeeded: millions)
    }

    /// What stands behind such digits.
    static let exponents: InlineArray<2, StaticString> = ["e3", "e6"]

    /// The most bytes that the JSON of a stored figure takes, about one more than it does.
    static func byteCountMax(_ figure: Int64, decimals: Int) -> Int {
        if figure == unknown { return 4 }
        // The highest bit of both is that of the larger one.
        let digits = JSONDigits.countMax(figure.magnitude | UInt64(scale(decimals)))
        return digits &+ (figure < 0 ? 1 : 0) &+ (decimals > 0 ? 1 : 0)
    }

    private static func scale(_ decimals: Int) -> Int64 {
        switch decimals {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        default: 10_000
        }
    }
}
