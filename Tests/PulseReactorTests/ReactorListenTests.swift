import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Listening and accepting")
    struct ReactorListenTests {
        @Test("a client accepted before stopListening is closed, not leaked", arguments: kernels)
        func stopWhileAccepting(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { service, _ in service.reactor.stopListening() }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                // The kernel completes these without an accept, so all are there in the next turn.
                let clients = try (0..<20).map { _ in try Client(address) }
                try await service.wait(on: shard) { !$0.opened.isEmpty }
                let lane = try BlockingLane(name: "client")
                for client in clients.dropFirst() {
                    #expect(await lane.run { client.seesEnd() })
                }
                #expect(service.opened.count == 1)
                #expect(shard.reactor.isOpen(service.opened[0]))
            }
        }

        @Test(
            "stopListening turns away who waits and who comes, and the others go on",
            arguments: kernels
        )
        func stopWithBacklog(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = EchoService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                let client = try await lane.attempt {
                    let client = try Client(address)
                    try client.send([1])
                    _ = try client.receive(exactly: 1)
                    return client
                }
                let waiting = try (0..<20).map { _ in try Client(address) }
                shard.reactor.stopListening()
                #expect(throws: ClientError(call: "connect", code: ECONNREFUSED)) {
                    try Client(address)
                }
                for client in waiting {
                    #expect(await lane.run { client.seesEnd() })
                }
                let answer = try await lane.attempt {
                    try client.send([7, 8])
                    return try client.receive(exactly: 2)
                }
                #expect(answer == [7, 8])
                #expect(service.openCount == 1)
            }
        }

        @Test("a reactor can listen again after it stopped, at the same port", arguments: kernels)
        func listenAgain(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let lane = try BlockingLane(name: "client")
                var address = anyPort
                for round in 0..<5 {
                    let service = EchoService(shard.reactor)
                    address = try shard.reactor.listen(on: address, service: service)
                    let target = address
                    let answer = try await lane.attempt {
                        let client = try Client(target)
                        // A reset leaves no TIME_WAIT behind.
                        client.resetOnClose()
                        try client.send([UInt8(round)])
                        return try client.receive(exactly: 1)
                    }
                    #expect(answer == [UInt8(round)])
                    shard.reactor.stopListening()
                    await turns(5, on: shard)
                }
            }
        }

        @Test(
            "one listener of two can be stopped, and its port is free at once",
            arguments: kernels
        )
        func stopOne(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = EchoService(shard.reactor)
                let other = try shard.reactor.listen(on: anyPort, service: service)
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                var clients: [Client] = []
                for _ in 0..<3 {
                    clients += try await lane.attempt {
                        let clients = [try Client(other), try Client(address)]
                        for client in clients {
                            try client.send([1])
                            _ = try client.receive(exactly: 1)
                        }
                        return clients
                    }
                    shard.reactor.stopListening(on: address)
                    #expect(throws: ClientError(call: "connect", code: ECONNREFUSED)) {
                        try Client(address)
                    }
                    // The connections of the port that was stopped are still there.
                    #expect(try shard.reactor.listen(on: address, service: service) == address)
                }
                let open = clients
                try await lane.attempt {
                    for client in open {
                        try client.send([7])
                        #expect(try client.receive(exactly: 1) == [7])
                    }
                }
                // An address that nobody listens on is no error.
                shard.reactor.stopListening(on: anyPort)
                #expect(service.openCount == 6)
            }
        }

        @Test("a port that is taken is an error that says so", arguments: kernels)
        func portTaken(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = EchoService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: service)
                #expect(throws: SystemError(call: "bind", code: EADDRINUSE)) {
                    try shard.reactor.listen(on: address, service: service)
                }
            }
        }

        @Test(
            "connections above the limit are closed at once, and places are given again",
            arguments: kernels
        )
        func connectionsMax(io: TestKernel) async throws {
            try await withReactor(on: io, connectionsMax: 3) { shard in
                let service = TestService(shard.reactor)
                service.onInputEnded = { $0.reactor.close($1) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                let first = try (0..<3).map { _ in try Client(address) }
                try await service.wait(on: shard) { $0.opened.count == 3 }
                let refused = try await lane.attempt { try Client(address).seesEnd() }
                #expect(refused)
                #expect(shard.reactor.metrics.refused == 1)
                #expect(service.opened.count == 3)
                first[0].endOutput()
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                let next = try Client(address)
                try await service.wait(on: shard) { $0.opened.count == 4 }
                #expect(shard.reactor.connectionCount == 3)
                _ = next
            }
        }

        @Test(
            "without a descriptor left clients are refused, and accepted again later",
            arguments: kernels
        )
        func descriptorsRunOut(io: TestKernel) async throws {
            await #expect(processExitsWith: .success) { [name = io.rawValue as String] in
                let io = try #require(TestKernel(rawValue: name))
                var limit = rlimit(rlim_cur: 200, rlim_max: 200)
                #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
                try await withReactor(on: io) { shard in
                    try await RunningReactorTests.ReactorListenTests.runOut(of: shard)
                }
            }
        }

        private static func runOut(of shard: isolated Shard) async throws {
            let service = TestService(shard.reactor)
            let address = try shard.reactor.listen(on: anyPort, service: service)
            let lane = try BlockingLane(name: "client")
            let descriptors = TestDescriptors(shard.reactor)
            for _ in 0..<3 {
                descriptors.takeAll()
                descriptors.releaseOne()
                // The client takes the last descriptor, so the server has none.
                let isRefused = try await lane.attempt { try lastClient(address).seesEnd() }
                #expect(isRefused)
            }
            #expect(service.opened.isEmpty)
            #expect(shard.reactor.metrics.refused == 3)
            descriptors.releaseAll()
            let client = try Client(address)
            try await service.wait(on: shard) { $0.opened.count == 1 }
            _ = client
        }

        /// Connects with the last descriptor.
        ///
        /// The kernel's own accept takes one for a moment before it finds that nobody waits
        /// (io_accept), and may have it just then.
        private static func lastClient(_ address: SocketAddress) throws -> Client {
            while true {
                do {
                    return try Client(address)
                } catch let error as ClientError where error.code == EMFILE {
                    usleep(1000)
                }
            }
        }

        @Test("a reactor that ended has left no descriptor open", arguments: kernels)
        func noLeak(io: TestKernel) async throws {
            await #expect(processExitsWith: .success) { [name = io.rawValue as String] in
                let io = try #require(TestKernel(rawValue: name))
                // The first round may open what the libraries keep.
                try await RunningReactorTests.ReactorListenTests.useReactor(io)
                let before = RunningReactorTests.ReactorListenTests.descriptorCount()
                for _ in 0..<3 { try await RunningReactorTests.ReactorListenTests.useReactor(io) }
                let after = RunningReactorTests.ReactorListenTests.descriptorCount()
                #expect(after == before)
            }
        }

        /// Leaves connections open, paused and in the backlog, and a task that sleeps.
        private static func useReactor(_ io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, pattern(8 * 1024 * 1024)) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let clients = try (0..<5).map { _ in try Client(address) }
                try await service.wait(on: shard) { $0.opened.count == 5 }
                shard.reactor.pauseReceiving(service.opened[0])
                shard.reactor.close(service.opened[1])
                let late = try Client(address)
                _ = (clients, late)
            }
        }

        private static func descriptorCount() -> Int {
            (0..<1024).count { fcntl(Int32($0), F_GETFD) >= 0 }
        }
    }
}
