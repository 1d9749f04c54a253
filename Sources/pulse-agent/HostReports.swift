import Glibc
import PulseAgent
import PulseLogging
import PulseReactor
import Synchronization

/// The reports of this host, confined to whoever holds the lock: one at a time.
final class HostReports: Sendable {
    private let collector: Mutex<HostCollector>

    /// What the first figure of the processor's load covers.
    static let firstSampleNanoseconds: UInt64 = 250_000_000

    /// How long reading the host may take: milliseconds, unless a disk or a sensor hangs.
    static let collectNanoseconds: UInt64 = 10_000_000_000

    init(intervalSeconds: Int) {
        let identity = AgentIdentity(version: pulseVersion, intervalSeconds: intervalSeconds)
        collector = Mutex(HostCollector(identity: identity))
    }

    /// The next report; takes milliseconds, and more where sensors are slow.
    func collect() -> [UInt8] {
        let now = ReportTime(
            unixNanoseconds: Int64(WallClock.nanosecondsNow()),
            monotonicNanoseconds: MonotonicTime.now().nanoseconds
        )
        return collector.withLock { $0.collect(at: now) }
    }

    /// Writes one report to standard output.
    func printOne() throws(SystemError) {
        usleep(UInt32(HostReports.firstSampleNanoseconds / 1000))
        var rest = (collect() + Array("\n".utf8))[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(call: "write", code: errno) }
            rest = rest.dropFirst(count)
        }
    }
}
