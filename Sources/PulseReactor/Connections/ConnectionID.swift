/// Names a connection of one reactor; a name outlives its connection without naming another one.
package struct ConnectionID: Hashable, Sendable {
    /// The dense index, for arrays that run beside the connection table.
    package let slot: UInt32
    package let generation: UInt32
}
