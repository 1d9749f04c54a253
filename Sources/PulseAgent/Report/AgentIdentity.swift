/// Who sends the reports of one collector.
package struct AgentIdentity: Sendable, Equatable {
    /// What the hub files the host under; `nil` = the machine id, else the host name.
    package var id: String?
    /// The program's version.
    package var version: String
    /// How often it reports; the hub calls the host offline after some missed reports.
    package var intervalSeconds: Int
    /// 32 hexadecimal digits, new for each process: report numbers start at 1 in each stream.
    package var stream: String

    /// Draws a random stream unless one is given.
    package init(
        id: String? = nil,
        version: String,
        intervalSeconds: Int,
        stream: String = AgentIdentity.randomStream()
    ) {
        self.id = id
        self.version = version
        self.intervalSeconds = max(1, intervalSeconds)
        self.stream = stream
    }

    /// 128 random bits from the kernel as 32 hexadecimal digits.
    package static func randomStream() -> String {
        var generator = SystemRandomNumberGenerator()
        let halves = [generator.next() as UInt64, generator.next() as UInt64]
        return halves.map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}
