/// Every bound of the reactor, each with its arithmetic.
package enum Limits {
    /// Entries of the submission queue.
    ///
    /// A turn that queues more is submitted in several calls, so this bounds memory (64 bytes an
    /// entry), not work.
    static let submissionEntries: UInt32 = 1024

    /// Entries of the completion queue.
    ///
    /// A broadcast to 10,000 clients completes in one turn; beyond the ring the kernel keeps
    /// completions in a list of its own (IORING_FEAT_NODROP), which is slower but loses nothing.
    static let completionEntries: UInt32 = 16_384

    /// Bytes of one receive buffer: a large agent report in one piece, a request in one read.
    static let receiveBufferBytes = 16 * 1024

    /// Receive buffers of a reactor: 256 x 16 KiB = 4 MiB, lent for one turn each.
    static let receiveBufferCount = 256

    /// Bytes that are received at once of a client in its TLS handshake: two hellos.
    static let handshakeReceiveBytes = 4096

    /// Bytes that are read and dropped of a client that is turned away: a request with its head.
    static let refusedBytesMax = 4096

    /// Completions handled in one turn before jobs and timers get their chance again.
    static let completionsPerTurnMax = 4096

    /// Connections accepted from one listener in one turn on epoll.
    static let acceptsPerTurnMax = 64

    /// A turn that takes longer is reported: a tick, a request and a timer may each be late by it.
    package static let slowTurnNanoseconds: UInt64 = 50_000_000

    /// Jobs run in one turn: a task that always yields to itself must not starve the sockets.
    static let jobsPerTurnMax = 1024

    /// Pieces that one gathered send carries: the frames between two generations of a slow client,
    /// and a control frame.
    package static let piecesPerSendMax = 8

    /// Ciphertext of one send, beside which a slow client's frames wait unencrypted.
    ///
    /// 128 KiB with the frame's header: seven records of 16 KiB.
    static let ciphertextBytesMax = 128 * 1024 - Frame.headerBytes

    /// What TLS itself may have to say to a client that does not read: two chains of certificates
    /// as large as OpenSSL takes them (100 KiB), or thousands of alerts.
    static let handshakeBytesMax = 200 * 1024

    /// How long a connection over TLS that is closed may wait for what its handshake said last, so
    /// that a close_notify can follow.
    ///
    /// Tickets have a few hundred bytes: the kernel takes them at once, unless the peer takes
    /// nothing at all.
    static let lastWordsNanoseconds: UInt64 = 2_000_000_000

    /// Pending connections that the kernel may hold for a listener (capped by somaxconn).
    static let listenBacklog: Int32 = 4096

    /// How long a connection to another server may take to open: three lost packets, which are
    /// repeated after 1, 3 and 7 seconds.
    package static let connectNanoseconds: UInt64 = 10_000_000_000

    /// How long accepting rests after the descriptors ran out.
    static let acceptPauseNanoseconds: UInt64 = 100_000_000

    /// Turns that a reactor which was stopped takes at most to end what is in flight.
    static let endingTurnsMax = 100

    /// How long each of these turns waits at most for the kernel: two seconds in all.
    static let endingWaitNanoseconds: UInt64 = 20_000_000

    /// Connections that a reactor keeps open, unless told otherwise.
    ///
    /// Below the usual descriptor limit of 20,000 with room for files, monitors and the store.
    package static let connectionsMax = 16_000
}
