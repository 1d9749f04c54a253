package import PulseReactor

/// Decides when a request may open a connection, so that hundreds of servers can be asked at once.
///
/// A full handshake costs some milliseconds of a processor: 500 of them in the same two seconds
/// starve each other until all time out, and the same begins anew. At a steady pace each has its
/// share. A request whose server has an idle connection goes at once.
///
/// A pure value: time comes in as a parameter. A bucket of tokens, kept as the moment at which it
/// would be full again.
package struct HandshakeLimiter: Sendable {
    /// How long a server keeps an idle connection: pveproxy closes it after 5 s.
    static let idleNanoseconds: UInt64 = 5_000_000_000
    /// So many origins are kept before those with nothing idle are looked for.
    private static let originsMin = 64

    private let intervalNanoseconds: UInt64
    private let burstNanoseconds: UInt64
    /// When every token will be back.
    private var full = MonotonicTime(nanoseconds: 0)
    /// Since when the idle connections of each origin are idle, the latest last.
    private var idle: [String: [MonotonicTime]] = [:]
    private var originsMax = Self.originsMin

    /// Lets `burst` connections begin at once, and `perSecond` in the long run.
    package init(perSecond: UInt64 = 50, burst: UInt64 = 50) {
        precondition(perSecond > 0 && burst > 0, "nothing would ever begin")
        intervalNanoseconds = max(1, 1_000_000_000 / perSecond)
        burstNanoseconds = intervalNanoseconds * burst
    }

    /// What a request may do.
    package enum Turn: Equatable, Sendable {
        /// It has an idle connection to itself.
        case warm
        /// It may connect from this moment on, which is never in the past.
        case connect(MonotonicTime)
    }

    /// Takes an idle connection of `origin`, or else a token.
    package mutating func take(_ origin: String, at now: MonotonicTime) -> Turn {
        if var times = idle.removeValue(forKey: origin) {
            // What has been idle for longer may be closed by now.
            let isWarm = times.popLast().map { Self.isAlive($0, at: now) } == true
            if isWarm, !times.isEmpty { idle[origin] = times }
            if isWarm { return .warm }
        }
        full = max(full, now) + intervalNanoseconds
        let wait = full.nanoseconds(since: now)
        return .connect(now + (wait > burstNanoseconds ? wait - burstNanoseconds : 0))
    }

    /// Takes back the token of a request that came to no handshake.
    package mutating func giveBack() {
        full = MonotonicTime(
            nanoseconds: full.nanoseconds - min(full.nanoseconds, intervalNanoseconds)
        )
    }

    /// Takes note of a connection that is idle from now on.
    package mutating func noteIdle(_ origin: String, at now: MonotonicTime) {
        if idle.count >= originsMax, idle[origin] == nil { sweep(at: now) }
        idle[origin, default: []].append(now)
    }

    /// How many origins are kept in mind.
    var originCount: Int { idle.count }

    /// Forgets origins whose connections are all closed by now; so rarely that it costs nothing.
    private mutating func sweep(at now: MonotonicTime) {
        idle = idle.filter { $0.value.last.map { Self.isAlive($0, at: now) } == true }
        originsMax = max(Self.originsMin, 2 * idle.count)
    }

    private static func isAlive(_ since: MonotonicTime, at now: MonotonicTime) -> Bool {
        now.nanoseconds(since: since) < idleNanoseconds
    }
}
