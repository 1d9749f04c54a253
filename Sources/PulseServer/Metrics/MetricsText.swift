import PulseReactor

/// Writes metrics in Prometheus' text format (version 0.0.4): one family after the other, each
/// with its help, its type and all of its samples.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    typealias Labels = [(name: String, value: String)]

    private(set) var bytes: [UInt8] = []
    private var name = ""

    /// Begins a family, whose samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        write("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
    }

    mutating func sample(_ value: UInt64, _ labels: Labels = []) {
        write("\(name)\(MetricsText.text(labels)) \(value)\n")
    }

    /// A time in seconds.
    mutating func sample(seconds nanoseconds: UInt64, _ labels: Labels = []) {
        write("\(name)\(MetricsText.text(labels)) \(MetricsText.seconds(nanoseconds))\n")
    }

    /// The buckets of a histogram, which count everything up to their bound, its sum and its count.
    mutating func sample(_ histogram: TimeHistogram, _ labels: Labels = []) {
        var total: UInt64 = 0
        for index in 0...TimeHistogram.bounds.count {
            total += histogram.count(at: index)
            let bound =
                index < TimeHistogram.bounds.count
                ? MetricsText.seconds(TimeHistogram.bounds[index]) : "+Inf"
            write("\(name)_bucket\(MetricsText.text(labels + [("le", bound)])) \(total)\n")
        }
        let labels = MetricsText.text(labels)
        write("\(name)_sum\(labels) \(MetricsText.seconds(histogram.sumNanoseconds))\n")
        write("\(name)_count\(labels) \(total)\n")
    }

    private mutating func write(_ text: String) { bytes += text.utf8 }

    private static func text(_ labels: Labels) -> String {
        if labels.isEmpty { return "" }
        let pairs = labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
    }

    /// Seconds with as many decimals as there are, and no rounding.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let (whole, part) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if part == 0 { return "\(whole)" }
        let digits = String(part)
        var decimals = String(repeating: "0", count: 9 - digits.count) + digits
        while decimals.last == "0" { decimals.removeLast() }
        return "\(whole).\(decimals)"
    }
}
