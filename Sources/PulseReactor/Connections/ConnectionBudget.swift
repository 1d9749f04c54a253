import Synchronization

/// How many connections the reactors of a process may keep open together.
///
/// One atomic addition for each connection's beginning and end, and none in between.
package final class ConnectionBudget: Sendable {
    package let connectionsMax: Int
    private let taken = Atomic(0)
    private let refused = Atomic<UInt64>(0)

    package init(connectionsMax: Int) {
        self.connectionsMax = connectionsMax
    }

    /// Connections that count now.
    package var count: Int { taken.load(ordering: .relaxed) }

    /// Connections that found no place, since the beginning.
    package var refusedCount: UInt64 { refused.load(ordering: .relaxed) }

    /// Takes a place, unless none is free.
    func take() -> Bool {
        let count = taken.add(1, ordering: .relaxed).newValue
        if count <= connectionsMax { return true }
        give()
        noteRefused()
        return false
    }

    /// Counts a connection that was refused for want of a place, or of a descriptor.
    func noteRefused() { refused.add(1, ordering: .relaxed) }

    func give() {
        let count = taken.subtract(1, ordering: .relaxed).newValue
        precondition(count >= 0, "a connection's place was given back twice")
    }
}
