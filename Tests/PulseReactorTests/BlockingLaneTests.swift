import PulseReactor
import PulseTestSupport
import Synchronization
import Testing

extension RunningReactorTests {
    @Suite("Lanes for work that blocks")
    struct BlockingLaneTests {
        @Test("a lane does one piece after the other, in order")
        func order() async throws {
            let lane = try BlockingLane(name: "lane")
            let log = Log()
            try await withReactor(.epoll) { shard in
                let tasks = (0..<200).map { number in
                    Task {
                        _ = shard
                        await lane.run { log.values.withLock { $0.append(number) } }
                    }
                }
                for task in tasks { await task.value }
            }
            #expect(log.values.withLock { $0 } == Array(0..<200))
        }

        private final class Log: Sendable {
            let values = Mutex<[Int]>([])
        }

        @Test("work that was given to a lane is done although the lane is let go")
        func outlives() async throws {
            let result = try await BlockingLane(name: "short").run { 42 }
            #expect(result == 42)
        }
    }
}
