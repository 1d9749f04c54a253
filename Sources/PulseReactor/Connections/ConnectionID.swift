/// Names a connection of one reactor; a name outlives its connection without naming another one.
///
/// Public for the reason that `UnsafeSlab` is: names are compared for each client of a broadcast.
@frozen public struct ConnectionID: Hashable, Sendable {
    /// The dense index, for arrays that run beside the connection table.
    public let slot: UInt32
    public let generation: UInt32

    /// Whether both name the same connection.
    @inlinable public static func == (one: ConnectionID, other: ConnectionID) -> Bool {
        one.slot == other.slot && one.generation == other.generation
    }
}
