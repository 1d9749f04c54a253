import Testing

@testable import PulseMonitor

@Suite("RFC 3339, reading")
struct RFC3339TimeTests {
    @Test(
        "fractions, zones and leap days",
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2026-11-23T19:55:25.032680934Z", 1_795_463_725_032),
            ("2026-11-23T20:55:25.032680934+01:00", 1_795_463_725_032),
            ("2026-11-23T14:25:25.03268-05:30", 1_795_463_725_032),
            ("2026-11-23t19:55:25.5z", 1_795_463_725_500),
            ("2026-11-23 19:55:25.05Z", 1_795_463_725_050),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999),
        ] as [(String, Int64)]
    )
    func valid(_ text: String, _ milliseconds: Int64) {
        #expect(RFC3339Time.unixMilliseconds(text) == milliseconds)
    }

    @Test(
        "anything else is no time",
        arguments: [
            "", "now", "2026-11-23", "2026-11-23T19:55:25", "2026-11-23T19:55Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-00T00:00:00Z",
            "2026-11-23T24:00:00Z", "2026-11-23T19:60:00Z", "2026-11-23T19:55:61Z",
            "2026-11-23T19:55:25.Z", "2026-11-23T19:55:25+0100", "2026-11-23T19:55:25+24:00",
            "2026-11-23T19:55:25Zx", "-026-11-23T19:55:25Z", "2026-11-23T19:55:25.5",
            "２026-11-23T19:55:25Z",
        ]
    )
    func invalid(_ text: String) {
        #expect(RFC3339Time.unixMilliseconds(text) == nil)
    }

    @Test("a time that is cut anywhere is no time or another one, never a crash")
    func cut() {
        let text = "2026-11-23T19:55:25.032680934+01:00"
        for length in 0..<text.count {
            #expect(RFC3339Time.unixMilliseconds(String(text.prefix(length))) == nil)
        }
    }
}
