import Glibc
import PulseJSON

/// A host that is not there: its figures change from report to report.
struct InventedHost {
    let index: Int
    /// 32 hexadecimal digits, another for each run: report numbers begin at 1 in each stream.
    let stream: String
    private var number: UInt64 = 0

    init(index: Int, run: UInt64) {
        self.index = index
        let digits = [run, UInt64(index)].map { half in
            let text = String(half, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        stream = digits.joined()
    }

    /// The body of the next report.
    mutating func nextReport(unixSeconds: UInt64, intervalSeconds: UInt64) -> [UInt8] {
        number += 1
        let number = number
        let seed = UInt64(index) &* 7919 &+ number &* 104_729
        return jsonBytes(capacity: 1024) { writer in
            writer.fragment("{\"agent\":{\"id\":")
            writer.string("pulse-load-\(index)")
            writer.fragment(",\"version\":\"load\",\"type\":\"host\",\"intervalSeconds\":")
            writer.uint(intervalSeconds)
            writer.fragment("},\"host\":{\"hostname\":")
            writer.string("load-\(index)")
            writer.fragment(",\"platform\":\"linux\",\"osName\":\"Load\",\"cpuCount\":8")
            writer.fragment(",\"uptimeSeconds\":")
            writer.uint(86_400 + number * intervalSeconds)
            writer.fragment(",\"loadAverage\":[")
            writer.fixed(scaled: Int64(seed % 800), decimals: 2)
            writer.fragment(",1.25,1.5]},\"metrics\":{\"memory\":{\"totalBytes\":34359738368")
            writer.fragment(",\"usedBytes\":")
            writer.uint(8_589_934_592 + seed % 4096 << 20)
            writer.fragment("},\"cpuUsagePercent\":")
            writer.fixed(scaled: Int64(seed % 1000), decimals: 1)
            writer.fragment("},\"disks\":[{\"device\":\"/dev/sda1\",\"mountpoint\":\"/\"")
            writer.fragment(
                ",\"filesystem\":\"ext4\",\"type\":\"ext4\",\"totalBytes\":107374182400"
            )
            writer.fragment(",\"usedBytes\":")
            writer.uint(21_474_836_480 + seed % 512 << 20)
            writer.fragment("}],\"network\":[{\"name\":\"eth0\",\"rxBytes\":")
            writer.uint(number * 1_250_000)
            writer.fragment(",\"txBytes\":")
            writer.uint(number * 625_000)
            writer.fragment("}],\"sensors\":{},\"timestamp\":")
            writer.string(InventedHost.rfc3339(unixSeconds))
            writer.fragment(",\"sequenceId\":")
            writer.string("v1:\(stream):\(number)")
            writer.fragment("}")
        }
    }

    /// "2026-01-31T08:05:00Z".
    static func rfc3339(_ unixSeconds: UInt64) -> String {
        var seconds = time_t(clamping: unixSeconds)
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let date = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
        let time = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        return "\(date.0)-\(two(date.1))-\(two(date.2))T"
            + "\(two(time.0)):\(two(time.1)):\(two(time.2))Z"
    }
}
