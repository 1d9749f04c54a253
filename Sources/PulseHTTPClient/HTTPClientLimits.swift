/// Every bound of the client, each with its arithmetic.
package enum HTTPClientLimits {
    /// The largest body of an answer, unless the request says otherwise.
    package static let answerBytesMax = 1 << 20

    /// Header lines of one answer: those of Proxmox have less than 1 KiB.
    static let headBytesMax = 64 << 10

    /// Connecting has a limit of its own, longer than most requests take: a full handshake costs
    /// some milliseconds of a processor, and after a cold start hundreds wait for their turn.
    package static let connectNanoseconds: UInt64 = 10_000_000_000
}
