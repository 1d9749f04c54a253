import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseLoad

/// Tests that run a reactor, one after the other: side by side they would only wait for a core.
@Suite("Loads", .serialized, .endsWhenItHangs)
enum LoadTests {}

/// Runs a load against a played server while `play` does what the test says.
func load(
    _ server: PlayedServer,
    on shard: isolated Shard,
    clients: Int,
    milliseconds: UInt64 = 600,
    options change: (inout LoadOptions) -> Void = { _ in },
    play: @escaping () async throws -> Void
) async throws -> LoadReport {
    var options = LoadOptions(address: server.address, host: "\(server.address)")
    options.clients = clients
    options.rampNanoseconds = 0
    options.durationNanoseconds = patienceNanoseconds
    change(&options)
    let run = try LoadRun(
        options,
        requirements: [],
        reactor: shard.reactor,
        progressNanoseconds: .max,
        tell: { _ in }
    )
    server.isMeasured = { run.isMeasuring }
    let player = Task {
        _ = shard
        defer { run.finish() }
        try await play()
        // However slow the machine is, what was sent has this long to arrive.
        try await shard.sleep(until: .now() + milliseconds * 1_000_000)
    }
    let report = try await run.run(on: shard)
    // A run that ends by itself, because nobody is left, does not wait for the rest.
    player.cancel()
    do {
        try await player.value
    } catch is CancellationError {
        return report
    }
    return report
}

/// Waits until so many have subscribed, and what is sent to them is measured.
func waitForSubscribers(
    _ count: Int,
    of server: PlayedServer,
    on shard: isolated Shard
) async throws {
    try await wait(on: shard) { server.subscribers.count == count && server.isMeasured() }
}
