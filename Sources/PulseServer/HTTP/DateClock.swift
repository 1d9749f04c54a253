import PulseReactor
import PulseWire

/// The `Date` of answers, which is written anew once a second.
struct DateClock {
    private var second = Int64.min
    private var date = HTTPDate(secondsSince1970: 0)

    /// The date of now.
    mutating func now() -> HTTPDate {
        let second = Int64(WallClock.nanosecondsNow() / 1_000_000_000)
        if second != self.second {
            self.second = second
            date = HTTPDate(secondsSince1970: second)
        }
        return date
    }
}
