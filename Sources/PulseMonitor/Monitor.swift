package import PulseFleet
package import PulseReactor

/// Something that pulse polls: all that the schedule, the log and a reload know of it.
///
/// A monitor puts rows into the fleet itself, through `FleetOwner.apply`. It does one thing at a
/// time in each of its three lanes.
package protocol Monitor: AnyObject {
    /// The figures that are wanted in every round, soon after it begins.
    ///
    /// Returns how fast the answers came, or throws why there are none.
    func poll(on shard: isolated Shard) async throws(PollError) -> MonitorAnswer

    /// What changes rarely and what may take long, as far as it is due; it delays no round.
    func pollDetails(on shard: isolated Shard) async throws(PollError)

    /// What one resource tells of itself, at which somebody looks.
    func pollDetail(
        of source: DetailSource,
        on shard: isolated Shard
    ) async throws(PollError) -> DetailReport

    /// Makes everything due: somebody wants to see how it is now.
    func makeAllDue()
}

/// What a round learned beside the rows.
package struct MonitorAnswer: Sendable, Equatable {
    /// The version of what answered, once it is known.
    package var version: String?
    /// What is missing though the round succeeded, in words that say what to do.
    package var problem: String?

    package init(version: String? = nil, problem: String? = nil) {
        self.version = version
        self.problem = problem
    }
}
