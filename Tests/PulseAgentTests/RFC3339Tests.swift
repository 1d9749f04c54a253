import Foundation
import Testing

@testable import PulseAgent

@Suite("RFC 3339, writing")
struct RFC3339Tests {
    @Test(
        "dates across leap years, centuries and the epoch",
        arguments: [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
            (951_868_799_000_000_001, "2000-02-29T23:59:59.000000001Z"),
            (1_795_463_725_032_680_934, "2026-11-23T19:55:25.032680934Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
            (-2_203_891_200_000_000_000, "1900-03-01T00:00:00.000000000Z"),
            (Int64.max, "2262-04-11T23:47:16.854775807Z"),
            (Int64.min, "1677-09-21T00:12:43.145224192Z"),
        ] as [(Int64, String)]
    )
    func text(_ nanoseconds: Int64, _ expected: String) {
        #expect(RFC3339.text(unixNanoseconds: nanoseconds) == expected)
    }

    @Test("every day of eight centuries follows the day before")
    func calendar() {
        let lengths: [Int64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var days: Int64 = -135_140
        #expect(RFC3339.civil(daysSince1970: days) == (1600, 1, 1))
        for year in Int64(1600)..<2400 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in Int64(1)...12 {
                for day in 1...(lengths[Int(month) - 1] + (isLeap && month == 2 ? 1 : 0)) {
                    guard RFC3339.civil(daysSince1970: days) == (year, month, day) else {
                        Issue.record("day \(days) should be \(year)-\(month)-\(day)")
                        return
                    }
                    days += 1
                }
            }
        }
    }
}
