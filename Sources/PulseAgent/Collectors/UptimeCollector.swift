/// The time since boot, in a container since its start (/proc/uptime).
struct UptimeCollector: ~Copyable, Sendable {
    private var file: SourceFile

    init(roots: Roots) {
        file = SourceFile(roots.proc + "/uptime")
    }

    /// Seconds.
    mutating func collect() -> Double? {
        file.read().flatMap(Self.parse)
    }

    /// Reads `5023.31 9321.77`, the first of which is the uptime in seconds.
    static func parse(_ uptime: SourceText) -> Double? {
        guard let seconds = uptime.trimmed.fields().first?.decimal, seconds >= 0 else { return nil }
        return seconds
    }
}
