import Glibc
import PulseReactor

/// The time of a log line.
enum LogTime {
    /// RFC 3339 in UTC with milliseconds, such as 2026-01-31T12:00:00.000Z.
    static func now() -> String {
        let nanoseconds = WallClock.nanosecondsNow()
        var seconds = time_t(nanoseconds / 1_000_000_000)
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        let milliseconds = Int(nanoseconds / 1_000_000 % 1000)
        return unsafe padded(Int(parts.tm_year) + 1900, 4) + "-" + padded(Int(parts.tm_mon) + 1, 2)
            + "-"
            + padded(Int(parts.tm_mday), 2) + "T" + padded(Int(parts.tm_hour), 2) + ":"
            + padded(Int(parts.tm_min), 2) + ":" + padded(Int(parts.tm_sec), 2) + "."
            + padded(milliseconds, 3) + "Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
