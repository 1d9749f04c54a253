/// Something that a run must show, such as `p99<500ms`, `missed=0` or `idle>=20%`.
package struct Requirement: Sendable, Equatable, CustomStringConvertible {
    enum Figure: String, CaseIterable {
        case p50
        case p90
        case p99
        case p999 = "p99.9"
        case max
        case spread
        case state = "state.p99"
        case agents = "agents.p99"
        case missed
        case behind
        case errors
        case messages
        case open
        case idle

        /// How its values are written.
        var unit: Unit {
            switch self {
            case .p50, .p90, .p99, .p999, .max, .spread, .state, .agents: .time
            case .missed, .behind, .errors, .messages, .open: .count
            case .idle: .percent
            }
        }
    }

    enum Unit {
        case time
        case count
        case percent
    }

    enum Relation: String, CaseIterable {
        // The longer ones first: one begins with the other.
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"
        case equal = "="

        func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .atMost: left <= right
            case .atLeast: left >= right
            case .below: left < right
            case .above: left > right
            case .equal: left == right
            }
        }
    }

    package let description: String
    let figure: Figure
    let relation: Relation
    /// Microseconds, a number, or percent.
    let bound: Double

    /// Reads a requirement.
    package init(_ text: String) throws(LoadFailure) {
        description = text
        let names = Figure.allCases.map(\.rawValue).joined(separator: ", ")
        let compact = text.filter { $0 != " " }
        guard let start = compact.firstIndex(where: { "<>=".contains($0) }),
            let figure = Figure(rawValue: String(compact[..<start]))
        else {
            throw LoadFailure(
                "\"\(text)\" is not a requirement: write one such as p99<500ms; there are \(names)"
            )
        }
        let rest = compact[start...]
        guard let relation = Relation.allCases.first(where: { rest.hasPrefix($0.rawValue) }),
            let bound = Requirement.bound(rest.dropFirst(relation.rawValue.count), figure.unit)
        else {
            let example =
                switch figure.unit {
                case .time: "500ms"
                case .count: "0"
                case .percent: "20%"
                }
            throw LoadFailure(
                "\"\(text)\" is not a requirement: \(figure.rawValue) is compared with a value "
                    + "such as \(example)"
            )
        }
        self.figure = figure
        self.relation = relation
        self.bound = bound
    }

    private static func bound(_ text: Substring, _ unit: Unit) -> Double? {
        let units: [(String, Double)] =
            switch unit {
            case .time: [("us", 1), ("ms", 1000), ("s", 1_000_000)]
            case .count: [("", 1)]
            case .percent: [("%", 1)]
            }
        guard let (suffix, factor) = units.first(where: { text.hasSuffix($0.0) }) else {
            return nil
        }
        let digits = text.dropLast(suffix.count)
        guard digits.contains(where: \.isNumber), digits.allSatisfy({ $0.isNumber || $0 == "." })
        else { return nil }
        return Double(digits).map { $0 * factor }
    }

    /// Whether a report shows it; what is unknown shows nothing.
    func check(_ report: LoadReport) -> (text: String, value: String, holds: Bool) {
        guard let value = value(in: report) else { return (description, "unknown", false) }
        return (description, text(value), relation.holds(value, bound))
    }

    private func value(in report: LoadReport) -> Double? {
        switch figure {
        case .p50: (report.latency?.p50).map { Double($0) }
        case .p90: (report.latency?.p90).map { Double($0) }
        case .p99: (report.latency?.p99).map { Double($0) }
        case .p999: (report.latency?.p999).map { Double($0) }
        case .max: (report.latency?.max).map { Double($0) }
        case .spread: (report.spread?.p99).map { Double($0) }
        case .state: (report.firstState?.p99).map { Double($0) }
        case .agents: (report.agents?.latency?.p99).map { Double($0) }
        case .missed: Double(report.missed)
        case .behind: Double(report.behind)
        case .errors: Double(report.errorCount)
        case .messages: Double(report.messages)
        case .open: Double(report.openAtEnd)
        case .idle: report.idleShare.map { $0 * 100 }
        }
    }

    private func text(_ value: Double) -> String {
        switch figure.unit {
        case .time: Words.time(UInt64(value))
        case .count: "\(UInt64(value))"
        case .percent: "\(Words.decimals(value, 1)) %"
        }
    }
}
