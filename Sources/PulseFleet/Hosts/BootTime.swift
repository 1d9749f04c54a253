/// When something booted, steady although each report gives a slightly different answer.
struct BootTime {
    /// An answer this near to the one that is shown does not change it.
    private let toleranceMilliseconds: Int64
    /// How far a timestamp may lie behind its arrival: agents buffer 60 reports of 30 s.
    private static let delayMillisecondsMax: Int64 = 3_600_000
    /// How far it may lie ahead.
    private static let leadMillisecondsMax: Int64 = 60_000

    /// Milliseconds since 1970; `nil` = unknown.
    private(set) var milliseconds: Int64?

    /// As it is, for agents: uptimes are whole seconds and are read some time before the report is
    /// stamped.
    init(toleranceMilliseconds: Int64 = 5_000) {
        self.toleranceMilliseconds = toleranceMilliseconds
    }

    /// Takes the uptime of one report.
    ///
    /// It is counted back from the agent's timestamp, which a delayed report carries along, or from
    /// the server's clock where the agent's is plainly wrong.
    mutating func update(uptimeSeconds: Double?, timestamp: Int64?, arrival: Int64) {
        let uptime = Figure.quantised(uptimeSeconds, decimals: 3)
        guard uptime >= 0 else {
            milliseconds = nil
            return
        }
        let sampled = timestamp.flatMap { Self.isBelievable($0, at: arrival) ? $0 : nil }
        let boot = (sampled ?? arrival) - uptime
        guard boot >= 0 else {
            milliseconds = nil
            return
        }
        if let old = milliseconds, abs(boot - old) <= toleranceMilliseconds { return }
        milliseconds = boot
    }

    private static func isBelievable(_ timestamp: Int64, at arrival: Int64) -> Bool {
        (arrival - delayMillisecondsMax...arrival + leadMillisecondsMax).contains(timestamp)
    }
}
