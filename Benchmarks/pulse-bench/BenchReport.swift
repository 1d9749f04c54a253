import PulseJSON

/// What a benchmark found, for the terminal and for programs.
struct BenchReport {
    let name: String
    /// What was measured on: sizes and seeds, in the order in which they are told.
    let inputs: [(name: String, value: UInt64)]
    let comparisons: [Comparison]

    func write(asJSON: Bool) {
        print(asJSON ? String(decoding: json, as: UTF8.self) : text)
    }

    private var text: String {
        let inputs = inputs.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        return (["\(name): \(inputs)"] + comparisons.map(Self.lines)).joined(separator: "\n")
    }

    private static func lines(of comparison: Comparison) -> String {
        let lowest = short(comparison.ratios.min() ?? 0)
        let highest = short(comparison.ratios.max() ?? 0)
        let inverse =
            comparison.ratio < 0.2 ? ", 1/\(short(1 / comparison.ratio)) of it" : ""
        let own = micros(comparison.subjectNanoseconds)
        let other = micros(comparison.peerNanoseconds)
        return """
              \(comparison.subject)
                against \(comparison.peer)
                ratio \(short(comparison.ratio))\(inverse) \
            (\(lowest) to \(highest), \(comparison.ratios.count) pairs, \
            \(comparison.voidCount) void; here, for orientation: \(own) us and \(other) us)
            """
    }

    private var json: [UInt8] {
        jsonBytes { writer in
            writer.fragment("{\"benchmark\":")
            writer.string(name)
            for input in inputs {
                writer.fragment(",")
                writer.string(input.name)
                writer.fragment(":")
                writer.uint(input.value)
            }
            writer.fragment(",\"comparisons\":[")
            for (index, comparison) in comparisons.enumerated() {
                if index > 0 { writer.fragment(",") }
                Self.write(comparison, to: &writer)
            }
            writer.fragment("]}")
        }
    }

    private static func write(_ comparison: Comparison, to writer: inout JSONWriter) {
        writer.fragment("{\"subject\":")
        writer.string(comparison.subject)
        writer.fragment(",\"peer\":")
        writer.string(comparison.peer)
        writer.fragment(",\"ratio\":")
        writer.fixed(comparison.ratio, decimals: 4)
        writer.fragment(",\"ratios\":[")
        for (index, ratio) in comparison.ratios.enumerated() {
            if index > 0 { writer.fragment(",") }
            writer.fixed(ratio, decimals: 4)
        }
        writer.fragment("],\"void\":")
        writer.int(Int64(comparison.voidCount))
        writer.fragment(",\"orientation\":{\"subjectNanoseconds\":")
        writer.fixed(median(comparison.subjectNanoseconds), decimals: 0)
        writer.fragment(",\"peerNanoseconds\":")
        writer.fixed(median(comparison.peerNanoseconds), decimals: 0)
        writer.fragment("}}")
    }

    private static func micros(_ nanoseconds: [Double]) -> String {
        short(median(nanoseconds) / 1_000)
    }

    /// Three digits, or all of those in front of the point.
    private static func short(_ value: Double) -> String {
        let decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : value >= 0.1 ? 3 : 4
        return String(decoding: jsonBytes { $0.fixed(value, decimals: decimals) }, as: UTF8.self)
    }
}
