/// A moment of a simulation: how long it has run, and what the wall clock says.
package struct SimulationTime: Sendable, Equatable {
    /// Since the simulation began; never goes back.
    package let milliseconds: Int64
    /// Seconds since 1970.
    package let wallSeconds: Int64

    package init(milliseconds: Int64, wallSeconds: Int64 = 1_786_000_000) {
        self.milliseconds = milliseconds
        self.wallSeconds = wallSeconds
    }
}
