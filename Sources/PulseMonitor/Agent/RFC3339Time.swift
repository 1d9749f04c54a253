/// Reads times as RFC 3339 writes them, by arithmetic alone.
package enum RFC3339Time {
    /// Milliseconds since 1970 of `2026-11-23T19:55:25.032680934Z`, a fraction of any length and a
    /// zone such as `+01:00` allowed; `nil` for anything else.
    ///
    /// Digits beyond the milliseconds are dropped. Second 60 is taken as the second after 59.
    package static func unixMilliseconds(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        guard let year = number(4, &rest), skip("-", &rest),
            let month = number(2, &rest), (1...12).contains(month), skip("-", &rest),
            let day = number(2, &rest), (1...days(in: month, of: year)).contains(day),
            skip("T", &rest) || skip("t", &rest) || skip(" ", &rest),
            let hour = number(2, &rest), hour <= 23, skip(":", &rest),
            let minute = number(2, &rest), minute <= 59, skip(":", &rest),
            let second = number(2, &rest), second <= 60,
            let millisecond = fraction(&rest),
            let offsetMinutes = zone(&rest), rest.isEmpty
        else { return nil }
        let minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offsetMinutes
        return (minutes * 60 + second) * 1_000 + millisecond
    }

    /// The days from 1970-01-01 to a date of the proleptic Gregorian calendar.
    ///
    /// Counts in eras of 400 years, which are 146,097 days each, and in years that begin in March,
    /// so that the leap day is the last one of its year.
    static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        // Years have four digits here, so only year 0 before March is below zero.
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Exactly `count` digits.
    private static func number(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
        rest.removeFirst(count)
        return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// The milliseconds of an optional `.` and digits; `nil` for a point without any.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard skip(".", &rest) else { return 0 }
        let digits = rest.prefix(while: isDigit)
        guard !digits.isEmpty else { return nil }
        rest.removeFirst(digits.count)
        let first = digits.prefix(3)
        let value = first.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return value * (first.count == 1 ? 100 : first.count == 2 ? 10 : 1)
    }

    /// The minutes that the zone is ahead of UTC.
    private static func zone(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        if skip("Z", &rest) || skip("z", &rest) { return 0 }
        let isBehind = skip("-", &rest)
        guard isBehind || skip("+", &rest),
            let hours = number(2, &rest), hours <= 23, skip(":", &rest),
            let minutes = number(2, &rest), minutes <= 59
        else { return nil }
        return (isBehind ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func skip(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
