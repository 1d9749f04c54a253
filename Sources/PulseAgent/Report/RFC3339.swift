/// Times of day in UTC as RFC 3339 writes them, by arithmetic alone: the C library's functions
/// depend on the locale and on TZ.
package enum RFC3339 {
    /// `2026-11-23T19:55:25.032680934Z` for nanoseconds since 1970, always with nine decimals.
    package static func text(unixNanoseconds: Int64) -> String {
        let (seconds, nanoseconds) = floorDivide(unixNanoseconds, 1_000_000_000)
        let (days, second) = floorDivide(seconds, 86_400)
        let date = civil(daysSince1970: days)
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let hour = padded(second / 3_600, 2)
        let minute = padded(second / 60 % 60, 2)
        return "\(day)T\(hour):\(minute):\(padded(second % 60, 2)).\(padded(nanoseconds, 9))Z"
    }

    /// The date of the proleptic Gregorian calendar that is this many days after 1970-01-01.
    ///
    /// Counts in eras of 400 years, which are 146,097 days each, and in years that begin in March,
    /// so that the leap day is the last one of its year.
    static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Months from March on have 31, 30, 31, 30, 31 days, again and again: 153 in five.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    /// Division that rounds down, so that the remainder is never negative.
    private static func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: by)
        return rest < 0 ? (quotient - 1, rest + by) : (quotient, rest)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
