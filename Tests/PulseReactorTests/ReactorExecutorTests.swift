import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("The reactor as an executor")
    struct ReactorExecutorTests {
        @Test(
            "async code of a shard runs on the reactor's thread, after every await",
            arguments: kernels
        )
        func runsOnItsThread(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let lane = try BlockingLane(name: "elsewhere")
                let elsewhere = Elsewhere()
                for round in 0..<500 {
                    #expect(shard.reactor.isOnThread)
                    if round % 50 == 0 {
                        let reactor = shard.reactor
                        #expect(await !lane.run { reactor.isOnThread })
                    }
                    #expect(await elsewhere.next(round) == round + 1)
                }
            }
        }

        private actor Elsewhere {
            func next(_ number: Int) -> Int { number + 1 }
        }

        @Test("jobs run in the order of their arrival", arguments: kernels)
        func jobsAreFIFO(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let notes = Notes<Int>()
                let tasks = (0..<3000).map { number in
                    Task {
                        _ = shard
                        notes.values.append(number)
                    }
                }
                for task in tasks { await task.value }
                #expect(notes.values == Array(0..<3000))
            }
        }

        @Test(
            "jobs from other threads all arrive, however they race with the wait",
            arguments: kernels
        )
        func jobsFromElsewhere(io: TestKernel) async throws {
            let count = try await withReactor(on: io) { shard in
                let counter = Counter(shard)
                await withTaskGroup { group in
                    for _ in 0..<2000 { group.addTask { await counter.add() } }
                }
                return await counter.count
            }
            #expect(count == 2000)
        }

        private actor Counter {
            private let shard: Shard
            private(set) var count = 0

            init(_ shard: Shard) { self.shard = shard }

            nonisolated var unownedExecutor: UnownedSerialExecutor {
                unsafe shard.reactor.asUnownedSerialExecutor()
            }

            func add() { count += 1 }
        }

        @Test("a task that never rests does not starve the sockets", arguments: kernels)
        func busyTask(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: EchoService(shard.reactor)
                )
                let busy = Task {
                    _ = shard
                    while !Task.isCancelled { await Task.yield() }
                }
                let lane = try BlockingLane(name: "client")
                let answer = try await lane.attempt {
                    let client = try Client(address)
                    try client.send([1, 2, 3])
                    return try client.receive(exactly: 3)
                }
                busy.cancel()
                #expect(answer == [1, 2, 3])
            }
        }
    }
}
