/// The 29 bytes of an IMF-fixdate, as in `Date: Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section
/// 5.6.7); the caller makes one a second and gives it to every answer.
package struct HTTPDate: Sendable {
    /// The text, in ASCII.
    package private(set) var bytes: InlineArray<29, UInt8>

    /// The text as a string, for tests and logs.
    package var text: String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }

    /// Formats a time in seconds since 1970; the year must lie in 1 to 9999.
    package init(secondsSince1970 seconds: Int64) {
        // 0001-01-01 and 9999-12-31T23:59:59: a fixdate has exactly four digits for the year.
        precondition(
            seconds >= -62_135_596_800 && seconds <= 253_402_300_799,
            "a date's year does not fit four digits"
        )
        bytes = InlineArray(repeating: ASCII.space)
        let (days, second) = seconds.quotientAndRemainder(flooringBy: 86_400)
        let date = CivilDate(daysSince1970: Int(days))
        let names: StaticString = "SunMonTueWedThuFriSat"
        let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        // 1970-01-01 was a Thursday.
        let weekday = Int((days + 4).quotientAndRemainder(flooringBy: 7).remainder)
        put(names, from: weekday * 3, count: 3, at: 0)
        put(",", from: 0, count: 1, at: 3)
        putDigits(date.day, count: 2, at: 5)
        put(months, from: (date.month - 1) * 3, count: 3, at: 8)
        putDigits(date.year, count: 4, at: 12)
        putDigits(Int(second / 3600), count: 2, at: 17)
        put(":", from: 0, count: 1, at: 19)
        putDigits(Int(second / 60 % 60), count: 2, at: 20)
        put(":", from: 0, count: 1, at: 22)
        putDigits(Int(second % 60), count: 2, at: 23)
        put("GMT", from: 0, count: 3, at: 26)
    }

    private mutating func put(_ text: StaticString, from start: Int, count: Int, at index: Int) {
        for offset in 0..<count { bytes[index + offset] = text.byte(at: start + offset) }
    }

    private mutating func putDigits(_ value: Int, count: Int, at index: Int) {
        var rest = value
        for offset in stride(from: index + count - 1, through: index, by: -1) {
            bytes[offset] = ASCII.zero + UInt8(rest % 10)
            rest /= 10
        }
    }
}

/// A day of the Gregorian calendar.
private struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    /// Counts in years that begin in March, so that the leap day is the last of its year, and in
    /// eras of 400 years, which all have 146,097 days.
    init(daysSince1970: Int) {
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        let (era, dayOfEra) = (daysSince1970 + 719_468).quotientAndRemainder(flooringBy: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Five months from March on have 153 days, and again from August on.
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }
}

extension BinaryInteger {
    /// The quotient rounded down, with a remainder that is never negative.
    fileprivate func quotientAndRemainder(
        flooringBy divisor: Self
    ) -> (quotient: Self, remainder: Self) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
