/// Every bound of the load generator, each with its reason.
package enum LoadLimits {
    /// Clients of one run: the descriptors of a process are fewer still.
    package static let clientsMax = 100_000
    /// Streams of one run: the server has five.
    package static let streamsMax = 64
    /// The longest time that is measured: a day.
    package static let durationSecondsMax: UInt64 = 86_400
    /// Descriptors beside those of the connections: the reactor's own, files of /proc.
    package static let spareDescriptors = 64
    /// Connections from one source address: an address has 28,232 ports by default, and those of
    /// an earlier run rest for a minute.
    static let connectionsPerSource = 5_000
    /// The largest message: parts of snapshots have 256 KiB, a delta of everything is larger.
    static let messageBytesMax = 64 << 20
    /// From the begin of a connection to the first message.
    static let openingNanoseconds: UInt64 = 30_000_000_000
    /// How long a reconnecting client stays.
    static let stayNanoseconds: UInt64 = 5_000_000_000
    /// One client in so many is replayed.
    static let replayShare = 100
    /// The most clients that are replayed: each costs memory and time like a browser.
    static let replaysMax = 16
    /// Messages of replayed clients that wait to be applied: beyond it the replay is given up, and
    /// the generator is plainly too slow.
    static let replayBytesMax = 512 << 20
    /// How long replaying may keep the loop from reading, in one step.
    static let replayStepNanoseconds: UInt64 = 2_000_000
    /// How long behind the ramp the first states are waited for.
    ///
    /// Half a minute moves 30 GB over a loopback: 3 MB to each of 10,000.
    static let settleNanosecondsMax: UInt64 = 30_000_000_000
    /// How often the run looks at what is due.
    static let stepNanoseconds: UInt64 = 10_000_000
    /// How often every client is looked at: who waits too long, goes or comes back.
    static let sweepNanoseconds: UInt64 = 200_000_000
    /// How long the last measured tick may be late before it is not waited for any more.
    static let graceMillisecondsMax: UInt64 = 5_000
    /// How long the end waits for the messages up to the generation that the server answered.
    static let replayPatienceNanoseconds: UInt64 = 15_000_000_000
    /// The largest answer to `GET /api/state`: 100,000 guests.
    static let stateBytesMax = 256 << 20
    /// Ticks of a stream whose spread is still open.
    static let ticksOpenMax = 128
    /// Idle shares below this say that the generator was the bottleneck.
    package static let idleShareMin = 0.2
    /// Clients that begin in one step: the backlog of a listener has 4,096 places.
    static let openingsPerStepMax = 512
}
