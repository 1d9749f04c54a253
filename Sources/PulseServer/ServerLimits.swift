/// Every bound of the server, each with its arithmetic.
package enum ServerLimits {
    /// Deltas that a stream's log keeps for clients that fell behind or come back.
    ///
    /// 64 ticks of 2 s: a browser that was away for two minutes resumes without a snapshot.
    static let logFramesMax = 64
    /// Bytes that a stream's log keeps; the older deltas go first.
    static let logBytesMax = 4 * 1024 * 1024
    /// Own answers (pong, error, close) that wait for one client; at this many its input rests.
    static let controlFramesMax = 4
    /// Bytes of own answers that wait for one client; from here on its input rests.
    ///
    /// The one that passes this is a history of 260 KB at most.
    static let controlBytesMax = 64 * 1024
    /// Bytes that one send takes along, and one frame more: what a slow client keeps in memory
    /// beside the kernel's send buffer, which is as large.
    static let sendBytesMax = 512 * 1024
    /// Bytes of snapshots of past generations that slow clients may keep together.
    ///
    /// Twelve of 10,000 guests, 5.4 MB each. Beyond it the oldest is dropped, and who was being
    /// sent it begins anew with the newest.
    static let pastSnapshotBytesMax = 64 * 1024 * 1024
    /// Bytes of those that the slow clients of one of several shards may keep: its part of the
    /// whole, and no less than one snapshot of 10,000 guests and a half.
    ///
    /// Beyond eight shards that is more than the whole: 512 MiB for 64.
    static func pastSnapshotBytesMax(shardCount: Int) -> Int {
        max(pastSnapshotBytesMax / shardCount, 8 * 1024 * 1024)
    }
    /// Threads that serve, one reactor each: as many as a set of shards has bits.
    package static let threadsMax = ShardSet.shardsMax
    /// The most connections that can be asked for: as many descriptors as a kernel gives a process
    /// at most, unless fs.nr_open was raised.
    static let connectionsMax = 1_048_576
    /// Connections that one address of another machine, or one /64 of IPv6, may have: half of all,
    /// so that whoever has no end of them leaves as many places to the others.
    static func connectionsPerAddressMax(of connectionsMax: Int) -> Int {
        max(1, connectionsMax / 2)
    }
    /// Bytes of deltas that wait for a shard; one that is so late begins anew with snapshots.
    ///
    /// What its logs would keep of four busy streams.
    static let linkBytesMax = 4 * logBytesMax
    /// Questions of one shard that wait for the fleet's one at a time.
    ///
    /// A report takes about 20 microseconds to be applied, so these take under 2 ms of a turn; a
    /// state is encoded once for all who ask between two ticks.
    static let questionsAwayMax = 64
    /// Streams of single remotes and resources that one client may have at once, and may begin
    /// between two ticks: what it has ended takes its place up to the next one.
    ///
    /// Ten remotes with their nodes, guests and storages; who watches more takes whole streams.
    static let clientPartsMax = 32
    /// Ticks without data after which a client gets a heartbeat instead.
    static let heartbeatTicks = 3
    /// How long a client may take no byte at all before it is closed.
    static let stallNanoseconds: UInt64 = 60_000_000_000
    /// How long nothing may be heard of a dashboard before it is sent a ping.
    static let pingNanoseconds: UInt64 = 30_000_000_000
    /// How long a dashboard may take to answer a ping before it is closed.
    ///
    /// A phone that has left its network says nothing, and what is sent to it waits in the kernel,
    /// which gives up only after a quarter of an hour (tcp_retries2).
    static let pongNanoseconds: UInt64 = 60_000_000_000
    /// The largest command of a dashboard.
    ///
    /// The longest real one, a history request for 200 rows, has about 8 KiB.
    package static let commandBytesMax = 16 * 1024
    /// Bytes that a connection may send ahead of its answers before its input rests.
    static let inputBytesMax = 64 * 1024
    /// The largest body of a request that has no larger limit of its own.
    static let bodyBytesMax = 64 * 1024
    /// From the first byte of a request's head to its last.
    static let headNanoseconds: UInt64 = 10_000_000_000
    /// From the head of a request to the last byte of its body.
    ///
    /// 256 KiB, the largest report, over 100 kbit/s; and a slow body is gone within 30 s.
    static let bodyNanoseconds: UInt64 = 25_000_000_000
    /// How long a connection may stay open between two requests.
    static let keepAliveNanoseconds: UInt64 = 75_000_000_000
    /// How long a client may take to read an answer.
    static let answerNanoseconds: UInt64 = 60_000_000_000
    /// How often connections whose time is up are looked for; it is added to every limit here.
    static let sweepNanoseconds: UInt64 = 1_000_000_000
    /// Certificates that the names of clients choose among.
    ///
    /// Each costs a thread some 20 KiB, and a handshake a microsecond for each that has not the
    /// name.
    package static let certificatesMax = 64
    /// How often the files of the certificate are looked at; a change is taken up at the second
    /// look that finds the same.
    static let certificateLookNanoseconds: UInt64 = 2_000_000_000
    /// How long a connection that we have ended may take to end its own side.
    static let drainNanoseconds: UInt64 = 2_000_000_000
    /// From the signal to the end of the process.
    static let shutdownNanoseconds: UInt64 = 9_000_000_000
    /// What the first figure of the processor's load covers.
    static let firstSampleNanoseconds: UInt64 = 250_000_000
    /// How long before a tick this machine is read, so that the tick shows it fresh.
    static let collectAheadNanoseconds: UInt64 = 100_000_000
    /// How long reading this machine may take: milliseconds, unless a disk or a sensor hangs.
    static let collectNanoseconds: UInt64 = 10_000_000_000
    /// When the recent history is written for the first time: a folder that cannot be written to is
    /// told of soon.
    static let firstHistorySaveNanoseconds: UInt64 = 10_000_000_000
    /// How long writing the recent history may take: 28 MB at 10,000 guests, a second or less.
    static let historySaveNanoseconds: UInt64 = 60_000_000_000
    /// Bytes of the recent history that are written in a day, where it is large.
    ///
    /// Flash wears out by what is written: 28 MB every 37 minutes, 1 MB every five.
    static let historyBytesPerDay: Int64 = 1 << 30
    /// How long to wait before the recent history is written again: five minutes to an hour.
    ///
    /// A server that is killed loses as much; one that is stopped writes it before it ends.
    static func historyPauseNanoseconds(byteCount: Int64) -> UInt64 {
        let seconds = byteCount * 86_400 / historyBytesPerDay
        return UInt64(min(max(seconds, 300), 3_600)) * 1_000_000_000
    }
    /// How far the wall clock may jump before what an earlier run knew is forgotten: as much as one
    /// of its samples.
    static let historyJumpMilliseconds: Int64 = 10_000
    /// From the signal until the recent history is written, or not.
    static let lastHistorySaveNanoseconds: UInt64 = 9_500_000_000
    /// How far the wall clock may stray from the ticks before they are aligned to it anew.
    static let clockJumpMilliseconds: Int64 = 500

    /// Remotes in one configuration: each polls about twice in 2 s, 0.3 ms of a processor each.
    static let remotesMax = 1_000

    /// Connections of the HTTP client beyond two for each remote.
    static let spareConnections = 8
}
