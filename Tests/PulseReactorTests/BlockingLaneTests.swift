import Glibc
import PulseReactor
import PulseTestSupport
import Synchronization
import Testing

extension RunningReactorTests {
    @Suite("Lanes for work that blocks")
    struct BlockingLaneTests {
        @Test("a lane does one piece after the other, in order")
        func order() async throws {
            let lane = try BlockingLane(name: "lane", waitingMax: 200)
            let log = Log()
            try await withReactor(.epoll) { shard in
                let tasks = (0..<200).map { number in
                    Task {
                        _ = shard
                        try await lane.run(until: patience, on: shard) {
                            log.values.withOrderedLock(of: log) { $0.append(number) }
                        }
                    }
                }
                for task in tasks { try await task.value }
            }
            #expect(log.values.withOrderedLock(of: log) { $0 } == Array(0..<200))
        }

        private final class Log: Sendable {
            let values = Mutex<[Int]>([])
        }

        @Test("work that was given to a lane is done although the lane is let go")
        func outlives() async throws {
            let result = try await withReactor(.epoll) { shard in
                try await BlockingLane(name: "short", waitingMax: 0)
                    .run(until: patience, on: shard) { 42 }
            }
            #expect(result == 42)
        }

        @Test("one more than may wait is refused, and there is room again when one has ended")
        func full() async throws {
            // As passwords have it: one at a time, eight waiting.
            let lane = try BlockingLane(name: "lane", waitingMax: 8)
            let gate = Gate()
            try await withReactor(.epoll) { shard in
                let tasks = (0..<9).map { number in
                    Task {
                        _ = shard
                        return try await lane.run(until: patience, on: shard) {
                            gate.wait()
                            return number
                        }
                    }
                }
                try await gate.waitUntilBusy(1, on: shard)
                try await wait(on: shard) { lane.waitingCount == 8 }
                await #expect(throws: LaneError.full(waitingMax: 8)) {
                    try await lane.run(until: patience, on: shard) { 9 }
                }
                gate.open()
                for (number, task) in tasks.enumerated() { #expect(try await task.value == number) }
                let result = try await lane.run(until: patience, on: shard) { 9 }
                #expect(result == 9)
            }
        }

        @Test("at its deadline who waits goes on, and the lane when the work has ended")
        func deadline() async throws {
            let lane = try BlockingLane(name: "lane", waitingMax: 2)
            let gate = Gate()
            try await withReactor(.epoll) { shard in
                let soon = MonotonicTime.now() + 20_000_000
                await #expect(throws: LaneError.timedOut) {
                    try await lane.run(until: soon, on: shard) { gate.wait() }
                }
                // The thread is still in the first; the second has not begun and never does.
                let didRun = Gate()
                await #expect(throws: LaneError.timedOut) {
                    try await lane.run(until: soon, on: shard) { didRun.open() }
                }
                #expect(lane.waitingCount == 0)
                gate.open()
                let result = try await lane.run(until: patience, on: shard) { 7 }
                #expect(result == 7)
                #expect(!didRun.isOpen)
            }
        }

        @Test("a cancelled task goes on at once, and so does every one when the reactor ends")
        func cancel() async throws {
            let lane = try BlockingLane(name: "lane", waitingMax: 2)
            let gate = Gate()
            defer { gate.open() }
            let ended = try await withReactor(.epoll) { shard in
                let task = Task {
                    _ = shard
                    return try await lane.run(until: patience, on: shard) { gate.wait() }
                }
                try await gate.waitUntilBusy(1, on: shard)
                task.cancel()
                await #expect(throws: LaneError.cancelled) { try await task.value }
                return Task {
                    _ = shard
                    return try await lane.run(until: patience, on: shard) { gate.wait() }
                }
            }
            // The reactor has ended.
            await #expect(throws: LaneError.cancelled) { try await ended.value }
        }

        @Test("a lane of two threads does two at a time, and starts no thread for nothing")
        func threads() async throws {
            let lane = try BlockingLane(name: "lane", threadsMax: 2, waitingMax: 4)
            let gate = Gate()
            try await withReactor(.epoll) { shard in
                #expect(lane.threadCount == 0)
                for number in 0..<3 {
                    let result = try await lane.run(until: patience, on: shard) { number }
                    #expect(result == number)
                }
                let tasks = (0..<4).map { _ in
                    Task {
                        _ = shard
                        try await lane.run(until: patience, on: shard) { gate.wait() }
                    }
                }
                try await gate.waitUntilBusy(2, on: shard)
                #expect(lane.threadCount == 2)
                gate.open()
                for task in tasks { try await task.value }
            }
        }
    }
}

/// Far enough off for a busy machine.
private var patience: MonotonicTime { .now() + patienceNanoseconds }

/// Holds up threads until it is opened.
private final class Gate: Sendable {
    private let state = Mutex((waiting: 0, isOpen: false))

    var isOpen: Bool { state.withOrderedLock(of: self) { $0.isOpen } }

    func open() { state.withOrderedLock(of: self) { $0.isOpen = true } }

    func wait() {
        state.withOrderedLock(of: self) { $0.waiting += 1 }
        while !isOpen { usleep(1000) }
        state.withOrderedLock(of: self) { $0.waiting -= 1 }
    }

    func waitUntilBusy(_ count: Int, on shard: isolated Shard) async throws {
        try await PulseTestSupport.wait(on: shard) {
            state.withOrderedLock(of: self) { $0.waiting } == count
        }
    }
}
