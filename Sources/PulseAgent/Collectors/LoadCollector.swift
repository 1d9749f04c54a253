/// The load averages of 1, 5 and 15 minutes (/proc/loadavg).
struct LoadCollector: ~Copyable, Sendable {
    private var file: SourceFile

    init(roots: Roots) {
        file = SourceFile(roots.proc + "/loadavg")
    }

    mutating func collect() -> [Double]? {
        file.read().flatMap(Self.parse)
    }

    /// Reads `0.52 0.61 0.60 2/1034 123456`.
    static func parse(_ loadavg: SourceText) -> [Double]? {
        let loads = loadavg.trimmed.fields().prefix(3).compactMap { $0.decimal }
        guard loads.count == 3, loads.allSatisfy({ $0 >= 0 }) else { return nil }
        return loads
    }
}
