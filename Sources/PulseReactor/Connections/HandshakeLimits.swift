/// What the TLS handshakes of one thread's clients may cost it.
package struct HandshakeLimits: Sendable {
    /// How much of a turn they take before everything else gets its chance again.
    ///
    /// 5 ms: a dozen handshakes with a key on P-256. A tick is late by that and one step more.
    package var sliceNanoseconds: UInt64 = 5_000_000

    /// How often the time of a step passes before the next handshake begins, its own among that.
    ///
    /// 2: they get half of the thread's time, which are 1,100 a second with a key on P-256, 450
    /// with RSA-2048, and 100 with RSA-4096.
    package var restFactor: UInt64 = 2

    /// What they may take beyond their share after a rest.
    ///
    /// 100 ms: some 200 clients are served without a pause.
    package var burstNanoseconds: UInt64 = 100_000_000

    /// How long the next handshake has to wait at most for what those before it have taken.
    ///
    /// 1 s: well below `waitNanoseconds`, so that what has begun never turns newcomers away by
    /// itself.
    package var debtNanoseconds: UInt64 = 1_000_000_000

    /// While the first of those that wait has done so for this long, newcomers are turned away.
    ///
    /// Half of what a client has for its handshake and its first request, so that who gets a place
    /// gets through. About 5,000 wait then with a key on P-256.
    package var waitNanoseconds: UInt64 = 5_000_000_000

    /// Bytes that are kept of all that wait.
    ///
    /// A hello has 300 to 1,800 bytes: 16 MiB hold one for each connection there may be, and 4,096
    /// of those that say as much as is taken of them.
    package var heldBytesMax = 16 * 1024 * 1024

    package init() {}
}
