import COpenSSL
import Synchronization

/// What session tickets are encrypted with: the contexts that share it take each other's tickets.
///
/// Every reactor has a context of its own, and a client that comes back may reach another one.
package final class TicketKeys: Sendable {
    private struct State {
        var bytes = [UInt8](repeating: 0, count: Int(COSSL_TICKET_KEY_BYTES))
        var until = MonotonicTime(nanoseconds: 0)
    }

    private let state = Mutex(State())

    /// Tickets are good for two hours (OpenSSL's own limit); those of the last keys are lost when
    /// the keys change, and their clients shake hands anew.
    private static let lifeNanoseconds: UInt64 = 12 * 3600 * 1_000_000_000

    package init() {}

    /// Gives a context the keys, fresh ones where those before are too old; returns how long they
    /// hold.
    ///
    /// Where no randomness is to be had, a context keeps the keys that it has.
    func install(in context: OpaquePointer, at now: MonotonicTime) -> MonotonicTime {
        let name = UInt(bitPattern: context)
        return state.withOrderedLock(of: self) { state in
            // In place, so that nothing is left of the old ones: they would open what was recorded.
            if now >= state.until, unsafe cossl_make_ticket_keys(&state.bytes) == 1 {
                state.until = now + TicketKeys.lifeNanoseconds
            }
            if now < state.until, let context = unsafe OpaquePointer(bitPattern: name) {
                // The context copies them; the caller keeps it alive.
                unsafe _ = cossl_use_ticket_keys(context, state.bytes)
            }
            return state.until
        }
    }
}
