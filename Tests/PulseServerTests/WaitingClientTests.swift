import PulseFleet
import PulseJSON
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseServer

/// Who waits for what another shard has to send, on a hub whose letters the test brings.
@Suite("Clients that wait", .endsWhenItHangs)
struct WaitingClientTests {
    /// Asks for everything and brings nothing.
    private final class SlowOrigin: StreamOrigin {
        private(set) var asked: [StreamKey] = []

        func watch(_ stream: StreamKey) -> Result<WatchedLog, CommandRefusal>? {
            guard stream.isWhole else { return nil }
            return .success(WatchedLog(generation: 0, frames: []))
        }
        func unwatch(_ stream: StreamKey) {}
        func snapshot(of stream: StreamKey) -> WholeStream? {
            asked.append(stream)
            return nil
        }
    }

    /// A hub with the connections that come.
    private final class Door: ConnectionService {
        let reactor: Reactor
        let origin = SlowOrigin()
        var hub: Hub
        private(set) var ids: [ConnectionID] = []

        init(_ reactor: Reactor) {
            self.reactor = reactor
            hub = Hub(reactor: reactor, origin: origin, timestamp: 0, pastSnapshotBytesMax: 0)
        }

        func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
            ids.append(connection)
            hub.add(connection, deflates: false) { $0.fragment("{}") }
        }
        func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {}
        func inputEnded(_ connection: ConnectionID) {}
        func sent(_ connection: ConnectionID) { _ = hub.sent([connection].span) }
        func closed(_ connection: ConnectionID) { hub.remove(connection) }

        func hasRoom(_ id: ConnectionID) -> Bool { hub.hasControlRoom(id) }

        /// A whole stream of one message.
        func whole(_ text: StaticString) -> WholeStream {
            let frame = reactor.makeMessage(capacity: 256) { $0.fragment(text) }
            return WholeStream(generation: 0, parts: [frame])
        }
    }

    /// Runs `body` with so many clients, each of which has been greeted.
    private func withDoor(
        _ io: IOChoice,
        clientCount: Int,
        _ body: @Sendable (Door, [Client], isolated Shard) async throws -> Void
    ) async throws {
        try await withReactor(io) { shard in
            let door = Door(shard.reactor)
            let address = try shard.reactor.listen(on: anyPort, service: door)
            let lane = try BlockingLane(name: "test-clients")
            let clients = try await lane.attempt {
                try (0..<clientCount).map { _ in try Client(address) }
            }
            try await wait(for: "all to be greeted", on: shard) {
                door.ids.count == clientCount && door.ids.allSatisfy { door.hub.isAtRest($0) }
            }
            try await body(door, clients, shard)
            for id in door.ids { shard.reactor.close(id) }
            try await wait(for: "all to be gone", on: shard) {
                shard.reactor.metrics.connections == 0
            }
        }
    }

    @Test("a snapshot that comes is given to those who wait for it, once each", arguments: backends)
    func snapshot(io: IOChoice) async throws {
        try await withDoor(io, clientCount: 9) { door, clients, shard in
            for id in door.ids.prefix(4) {
                try door.hub.subscribe(id, to: .whole(.hosts), after: nil)
            }
            try door.hub.subscribe(door.ids[5], to: .whole(.guests), after: nil)
            #expect(door.origin.asked == [.whole(.hosts), .whole(.guests)], "once each")
            // A tick looks at everybody again, and who begins again waits no more than before.
            let tick = StreamTick(
                timestamp: 1,
                generations: StreamGenerations(),
                deltas: [],
                parts: []
            )
            door.hub.take(tick)
            door.hub.unsubscribe(door.ids[1], from: .whole(.hosts))
            try door.hub.subscribe(door.ids[1], to: .whole(.hosts), after: nil)
            shard.reactor.close(door.ids[0])
            try await wait(for: "the first to be gone", on: shard) {
                shard.reactor.metrics.connections == 8
            }
            let served = door.hub.take(snapshot: door.whole("{\"rows\":[]}"), of: .whole(.hosts))
            #expect(served == Array(door.ids[1...3]))
            try await wait(for: "them to be served", on: shard) {
                door.ids[1...3].allSatisfy { door.hub.isAtRest($0) }
            }
            // Those who come now are served at once, and nobody is asked.
            try door.hub.subscribe(door.ids[6], to: .whole(.hosts), after: nil)
            #expect(door.origin.asked.count == 2)
            let others = door.hub.take(snapshot: door.whole("{}"), of: .whole(.guests))
            #expect(others == [door.ids[5]])
            withExtendedLifetime(clients) {}
        }
    }

    @Test("questions that are away count as answers that wait", arguments: backends)
    func questions(io: IOChoice) async throws {
        try await withDoor(io, clientCount: 2) { door, clients, _ in
            let (asker, other) = (door.ids[0], door.ids[1])
            let key = StreamKey.scoped(.guests, remote: "lab")
            // A stream of one remote may be refused: to subscribe to it is a question, asked once.
            try door.hub.subscribe(asker, to: key, after: nil)
            door.hub.unsubscribe(asker, from: key)
            let room = ServerLimits.controlFramesMax
            for _ in 1..<room { door.hub.noteQuestion(asker) }
            #expect(!door.hasRoom(asker))
            #expect(door.hasRoom(other))
            let refusal = CommandRefusal(code: "unknown_stream", message: "")
            let told = door.hub.take(refusal: refusal, of: key)
            #expect(told == [asker])
            #expect(door.hasRoom(asker))
            door.hub.noteQuestion(asker)
            #expect(!door.hasRoom(asker))
            door.hub.noteAnswer(asker)
            #expect(door.hasRoom(asker))
            withExtendedLifetime(clients) {}
        }
    }
}
