import PulseFleet
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

/// Long lists are applied over several turns of the reactor, and short ones in one.
@Suite("Slices of lists", .endsWhenItHangs)
struct ListSliceTests {
    private static let max = PVELimits.rowsAtOnce

    @Test(
        "a slice has no more steps than its limit, or one row",
        arguments: [
            ([], [0]),
            ([1], [1]),
            ([max], [1]),
            ([max + 1], [1]),
            ([max - 1, 1, 1], [2, 3]),
            ([1, max, max + 1, 1], [1, 2, 3, 4]),
            (Array(repeating: 1, count: 2 * max), [max, 2 * max]),
            (Array(repeating: 1, count: 2 * max + 1), [max, 2 * max, 2 * max + 1]),
        ]
    )
    func ends(steps: [Int], ends: [Int]) {
        let slices = ListSlices(steps) { $0 }
        var found = [slices.end(after: 0)]
        while let last = found.last, last < steps.count { found.append(slices.end(after: last)) }
        #expect(found == ends)
    }

    /// What stands for a list of so many rows, and the stream of its rows.
    struct List: Sendable, CustomTestStringConvertible {
        let type: String
        let stream: StreamName
        let entry: @Sendable (Int) -> String

        var testDescription: String { type }

        func answer(_ numbers: Range<Int>) -> FakeEndpoint.Outcome {
            .json("{\"data\":[" + numbers.map(entry).joined(separator: ",") + "]}")
        }
    }

    static let lists = [
        List(type: "node", stream: .nodes) {
            #"{"type":"node","node":"n\#($0)","status":"online","cpu":0.1}"#
        },
        List(type: "vm", stream: .guests) {
            #"{"type":"lxc","vmid":\#($0),"node":"pve1","status":"stopped"}"#
        },
        List(type: "storage", stream: .storage) {
            #"{"type":"storage","storage":"s\#($0)","node":"pve1","status":"available"}"#
        },
    ]

    @Test(
        "no turn takes more of a long list than a slice, and its end takes away",
        arguments: lists
    )
    func turns(list: List) async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let bench = try MonitorBench()
            let count = 2 * Self.max + 10
            let path = "/cluster/resources?type=\(list.type)"
            bench.endpoint.answers[path] = list.answer(100..<100 + count)
            let counts = try await countsByTurn(of: list.stream, in: bench, on: shard)
            #expect(counts.last == count)
            #expect(zip(counts, [0] + counts).allSatisfy { $0 - $1 <= Self.max }, "\(counts)")
            bench.pass(seconds: 31)
            bench.endpoint.answers[path] = list.answer(101..<100 + count)
            #expect(try await countsByTurn(of: list.stream, in: bench, on: shard).last == count - 1)
        }
    }

    @Test("a shared storage counts for as many rows as nodes have it")
    func sharedStorage() async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let bench = try MonitorBench()
            let nodeCount = Self.max / 2 + 1
            let entries = (0..<3 * nodeCount).map { index in
                #"{"type":"storage","storage":"s\#(index % 3)","shared":1,"#
                    + #""node":"n\#(index / 3)","status":"available"}"#
            }
            bench.endpoint.answers["/cluster/resources?type=storage"] =
                .json("{\"data\":[" + entries.joined(separator: ",") + "]}")
            let counts = try await countsByTurn(of: .storage, in: bench, on: shard)
            #expect(counts.last == 3)
            #expect(zip(counts, [0] + counts).allSatisfy { $0 - $1 <= 1 }, "\(counts)")
            let nodes = bench.rows(.storage).compactMap { $0["nodes"] as? [String] }
            #expect(nodes.allSatisfy { $0.count == nodeCount && $0 == $0.sorted() })
        }
    }

    /// How many rows a stream has after each turn of a round, with the details where they list it.
    private func countsByTurn(
        of stream: StreamName,
        in bench: MonitorBench,
        on shard: isolated Shard
    ) async throws -> [Int] {
        let reactor = shard.reactor
        let end = End()
        let polling = Task {
            await withTaskExecutorPreference(reactor) {
                defer { end.isReached = true }
                do throws(PollError) {
                    _ = try await bench.monitor.poll(on: shard)
                    if stream == .storage { try await bench.monitor.pollDetails(on: shard) }
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        var counts = [bench.ids(stream).count]
        while !end.isReached {
            try await shard.sleep(until: .now())
            counts.append(bench.ids(stream).count)
        }
        await polling.value
        return counts
    }

    private final class End {
        var isReached = false
    }
}
