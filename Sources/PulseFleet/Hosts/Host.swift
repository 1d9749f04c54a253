/// What the fleet remembers of a host beside its row.
struct Host {
    let id: String
    var name = ""
    /// The identity of the node that it is, where it is one.
    var node: String?
    var gate = SequenceGate()
    var clock = SampleClock()
    var network = RateTracker()
    var diskIO = RateTracker()
    var boot = BootTime()
    /// When its last report was applied, on the monotonic clock.
    var reportedNanoseconds: UInt64 = 0
    var offlineAfterNanoseconds: UInt64 = 0
    var isOnline = false
    /// When its last report was applied, on the wall clock.
    var seenMilliseconds: Int64 = 0

    init(id: String) {
        self.id = id
    }

    /// It as events and problems name it.
    var subject: Subject { Subject(id: Self.identity(of: id), type: "host", name: name) }

    /// The identity in the streams of the host that reports under `id`.
    static func identity(of id: String) -> String { "host:" + id }

    /// Whether nothing has come for too long.
    func isOverdue(at now: FleetTime) -> Bool {
        let moment = now.monotonicNanoseconds
        return moment > reportedNanoseconds
            && moment - reportedNanoseconds > offlineAfterNanoseconds
    }

    /// How often an agent reports, in seconds: what it says, or upstream's default.
    static func intervalSeconds(_ said: Double) -> Double {
        said.isFinite && said > 0 ? min(said, 86_400) : 30
    }

    /// How long a host may be silent: six intervals, at least 60 s, at most 10 min.
    static func offlineAfterNanoseconds(intervalSeconds: Double) -> UInt64 {
        UInt64(min(max(6 * intervalSeconds, 60), 600) * 1e9)
    }
}
