import PulseReactor
import Synchronization

/// The metrics of all shards, each of which notes its own once a tick and when it is asked.
///
/// Whoever is asked for them reads them here and waits for no other thread.
final class MetricsBoard: Sendable {
    struct State: Sendable {
        var totals = MetricsPage.Totals()
        var threads: [MetricsPage.Thread] = []
    }

    private let state = Mutex(State())

    func note(_ thread: MetricsPage.Thread, of shard: Int) {
        state.withOrderedLock(of: self) { state in
            while state.threads.count <= shard { state.threads.append(MetricsPage.Thread()) }
            state.threads[shard] = thread
        }
    }

    func note(_ totals: MetricsPage.Totals) {
        state.withOrderedLock(of: self) { $0.totals = totals }
    }

    var current: State { state.withOrderedLock(of: self) { $0 } }
}
