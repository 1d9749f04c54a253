import COpenSSL
import Synchronization

/// What session tickets are encrypted with: the contexts that share it take each other's tickets.
///
/// Every reactor has a context of its own, and a client that comes back may reach another one.
package final class TicketKeys: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var until = MonotonicTime(nanoseconds: 0)
    }

    private let state = Mutex(State())

    /// Tickets are good for two hours (OpenSSL's own limit); those of the last keys are lost when
    /// the keys change, and their clients shake hands anew.
    private static let lifeNanoseconds: UInt64 = 12 * 3600 * 1_000_000_000

    package init() {}

    /// The keys, fresh ones where those before are too old, and how long they hold.
    ///
    /// Where no randomness is to be had the old ones stay, and the first ones are empty.
    func current(at now: MonotonicTime) -> (bytes: [UInt8], until: MonotonicTime) {
        state.withLock { state in
            if now >= state.until {
                var bytes = [UInt8](repeating: 0, count: Int(COSSL_TICKET_KEY_BYTES))
                if unsafe cossl_make_ticket_keys(&bytes) == 1 {
                    state.bytes = bytes
                    state.until = now + TicketKeys.lifeNanoseconds
                }
            }
            return (state.bytes, state.until)
        }
    }
}
