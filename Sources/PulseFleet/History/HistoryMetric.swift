/// A figure whose history is kept; the word is its name in the streams.
package enum HistoryMetric: String, CaseIterable, Sendable {
    case cpu, mem, swap, disk, netIn, netOut, diskRead, diskWrite, load1, iowait, temp, latency

    /// Sizes are kept as shares of what there is, in percent: that is what a chart shows.
    var scale: HistoryScale {
        switch self {
        case .cpu, .mem, .swap, .disk, .iowait, .temp: .halves
        // From 64 B/s to 200 GB/s.
        case .netIn, .netOut, .diskRead, .diskWrite: .logarithm(base: 64)
        case .load1: .logarithm(base: 0.01)
        case .latency: .logarithm(base: 0.125)
        }
    }

    /// Digits behind the point that its steps are worth.
    var decimals: Int {
        switch self {
        case .cpu, .mem, .swap, .disk, .iowait, .temp: 1
        case .netIn, .netOut, .diskRead, .diskWrite: 0
        case .load1, .latency: 2
        }
    }
}

extension StreamName {
    /// What is kept of each resource of a stream; processor and memory, which are kept in finer
    /// steps too, come first.
    var historyMetrics: [HistoryMetric] {
        switch self {
        case .hosts:
            [
                .cpu, .mem, .swap, .disk, .netIn, .netOut, .diskRead, .diskWrite, .load1, .temp,
            ]
        case .remotes: [.latency]
        case .nodes: [.cpu, .mem, .swap, .disk, .load1, .iowait]
        case .guests: [.cpu, .mem, .disk, .netIn, .netOut, .diskRead, .diskWrite]
        case .storage: [.disk]
        case .events, .problems, .summary: []
        }
    }
}

/// How far back a history reaches, and in which steps.
package enum HistoryRange: String, CaseIterable, Sendable {
    /// Processor and memory only.
    case twoMinutes = "2m"
    case quarterHour = "15m"
    case day = "24h"

    package var stepMilliseconds: Int64 {
        switch self {
        case .twoMinutes: 2_000
        case .quarterHour: 10_000
        case .day: 300_000
        }
    }

    var sampleCount: Int {
        switch self {
        case .twoMinutes: 60
        case .quarterHour: 90
        case .day: 288
        }
    }
}
