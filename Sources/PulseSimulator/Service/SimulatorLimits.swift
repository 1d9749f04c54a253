/// Every bound of the simulator, each with its reason.
package enum SimulatorLimits {
    /// Clusters: each has a service of its own, and a reactor tells 256 apart.
    package static let clustersMax = 200
    /// Nodes of a cluster: more than corosync has been seen to carry.
    package static let nodesMax = 64
    /// Guests in all: 40 MB of answers.
    package static let guestsMax = 100_000
    /// Requests after which pveproxy ends a connection.
    static let requestsPerConnection = 100
    /// How long pveproxy keeps a connection on which nothing happens.
    static let keepAliveNanoseconds: UInt64 = 5_000_000_000
    /// From the first byte of a request to its last.
    static let requestNanoseconds: UInt64 = 30_000_000_000
    /// How long a client may take to read an answer.
    static let answerNanoseconds: UInt64 = 60_000_000_000
    /// How long a connection that was ended may take to end its own side.
    static let drainNanoseconds: UInt64 = 2_000_000_000
    /// How often delayed answers and silent connections are looked for; added to every delay.
    static let sweepNanoseconds: UInt64 = 50_000_000
    /// The same while there is no connection.
    static let idleSweepNanoseconds: UInt64 = 500_000_000
    /// The largest body of a request, which is dropped.
    static let bodyBytesMax = 512 * 1024
    /// Bytes that a connection may send ahead of its answers before its input rests.
    static let inputBytesMax = 64 * 1024
    /// How long a certificate holds.
    static let certificateDays = 730
}
