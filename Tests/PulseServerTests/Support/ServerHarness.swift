import Logging
import PulseReactor
import PulseTestSupport

@testable import PulseServer

/// A server on a reactor of its own; the test makes its ticks.
struct ServerUnderTest {
    let server: Server
    let address: SocketAddress
    /// Where the clients of the test block.
    let lane: BlockingLane

    var reactor: Reactor { server.reactor }
}

/// Runs `body` with a server that listens, and checks that it leaves nothing behind.
func withServer(
    _ io: IOChoice,
    intervalMilliseconds: Int64 = 2000,
    tls: ServerConfiguration.TLSChoice = .none,
    threads: Int = 1,
    connectionsMax: Int = 1000,
    agentTokens: AgentTokens = AgentTokens(),
    _ body: @Sendable (ServerUnderTest, isolated Shard) async throws -> Void
) async throws {
    try await withReactor(io) { shard in
        var configuration = ServerConfiguration()
        configuration.listen = [anyPort]
        configuration.intervalMilliseconds = intervalMilliseconds
        configuration.tls = tls
        configuration.threads = threads
        configuration.connectionsMax = connectionsMax
        configuration.agentTokens = agentTokens
        configuration.io = io
        try await serve(body, configuration, on: shard)
        // The last tasks of the server may hold it for a turn more.
        try await wait(for: "every frame to be released", on: shard) {
            shard.reactor.liveFrameCount == 0
        }
    }
}

private func serve(
    _ body: (ServerUnderTest, isolated Shard) async throws -> Void,
    _ configuration: ServerConfiguration,
    on shard: isolated Shard
) async throws {
    var log = Logger(label: "test")
    log.logLevel = .critical
    let server = try Server(configuration, reactor: shard.reactor, log: log)
    let address = try server.listen()[0]
    let harness = ServerUnderTest(
        server: server,
        address: address,
        lane: try BlockingLane(name: "test-clients")
    )
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(harness, shard))
    } catch {
        result = .failure(error)
    }
    server.stopNow()
    await server.stop(on: shard)
    try await wait(for: "\(server.first.http?.sessionCount ?? 0) sessions to end", on: shard) {
        server.first.http?.sessionCount == 0
    }
    try result.get()
}
