import PulseFleet
import Testing

@testable import PulseServer

@Suite("Dashboard commands")
struct DashboardCommandTests {
    private func parse(_ text: String) throws(CommandRefusal) -> DashboardCommand {
        let bytes = Array(text.utf8)
        return try unsafe DashboardCommand(bytes.span.bytes)
    }

    @Test(
        "a command is read whatever the order of its members, and with unknown ones",
        arguments: [
            (#"{"type":"subscribe","stream":"hosts"}"#, nil, nil),
            (#"{"stream":"hosts","type":"subscribe","later":[1,{"a":2}]}"#, nil, nil),
            (#"{"type":"subscribe","stream":"hosts","epoch":"ab","generation":7}"#, "ab", 7),
            (#"{"type":"subscribe","stream":"hosts","epoch":null,"generation":null}"#, nil, nil),
        ] as [(String, String?, UInt64?)]
    )
    func subscribe(text: String, epoch: String?, generation: UInt64?) throws {
        let command = try parse(text)
        #expect(command == .subscribe(.whole(.hosts), epoch: epoch, generation: generation))
    }

    @Test("unsubscribe and ping")
    func others() throws {
        #expect(
            try parse(#"{"type":"unsubscribe","stream":"hosts"}"#) == .unsubscribe(.whole(.hosts))
        )
        #expect(try parse(#"{"type":"ping","id":-3}"#) == .ping(id: -3))
        #expect(try parse(#"{"type":"ping"}"#) == .ping(id: nil))
    }

    @Test("looking at a resource, and away, and refreshing a remote")
    func looks() throws {
        #expect(
            try parse(#"{"type":"focus","resource":"guest:lab/100"}"#)
                == .focus(.resource("guest:lab/100"))
        )
        #expect(try parse(#"{"type":"unfocus"}"#) == .unfocus)
        #expect(try parse(#"{"type":"refresh","remote":"lab"}"#) == .refresh("lab"))
    }

    @Test(
        "what names nothing to look at, or to refresh, is refused",
        arguments: [
            #"{"type":"focus"}"#, #"{"type":"focus","resource":""}"#, #"{"type":"refresh"}"#,
            #"{"type":"subscribe","stream":"resource/"}"#,
            #"{"type":"subscribe","stream":"hosts@lab"}"#,
            #"{"type":"subscribe","stream":"guests@"}"#,
        ]
    )
    func namesNothing(text: String) {
        #expect(throws: CommandRefusal.self) { try parse(text) }
    }

    @Test(
        "streams of one remote and of one resource are read and written as they are named",
        arguments: [
            ("guests@lab", StreamKey.scoped(.guests, remote: "lab")),
            ("nodes@a@b", .scoped(.nodes, remote: "a@b")),
            ("storage@x/y", .scoped(.storage, remote: "x/y")),
            ("resource/guest:a@b/1", .resource("guest:a@b/1")),
            ("events", .whole(.events)),
        ]
    )
    func keys(text: String, key: StreamKey) {
        #expect(StreamKey(text) == key)
        #expect(key.text == text)
    }

    @Test("a history names resources, metrics and a range, or means all of the last 15 minutes")
    func history() throws {
        let text =
            #"{"type":"history","id":3,"resources":["a","b"],"metrics":["mem"],"range":"2m"}"#
        let query = try HistoryQuery(
            id: 3,
            resources: ["a", "b"],
            metrics: [HistoryMetric.mem],
            range: HistoryRange.twoMinutes
        )
        #expect(try parse(text) == .history(query))
        let all = try HistoryQuery(
            id: nil,
            resources: ["a"],
            metrics: HistoryMetric.allCases,
            range: HistoryRange.quarterHour
        )
        #expect(try parse(#"{"type":"history","resources":["a"]}"#) == .history(all))
    }

    @Test(
        "what cannot be done is refused with a code",
        arguments: [
            ("", "malformed"), ("[]", "malformed"), ("{", "malformed"), ("{} x", "malformed"),
            ("{}", "malformed"), (#"{"type":1}"#, "malformed"),
            (#"{"type":"subscribe"}"#, "malformed"),
            (#"{"type":"subscribe","stream":"nothing"}"#, "unknown_stream"),
            (#"{"type":"unsubscribe","stream":"hosts@x"}"#, "unknown_stream"),
            (#"{"type":"reboot"}"#, "unknown_type"),
            (#"{"type":"history","resources":"a"}"#, "malformed"),
            (#"{"type":"history","resources":[1]}"#, "malformed"),
            (#"{"type":"history","resources":[],"range":"1h"}"#, "unknown_range"),
            (#"{"type":"history","resources":["a"],"metrics":["lag"]}"#, "unknown_metric"),
            (
                #"{"type":"history","range":"24h","resources":["a","b","c","d","e","f"]}"#,
                "too_much"
            ),
            (#"{"type":"ping","id":1e300}"#, "malformed"),
            (#"{"type":"subscribe","stream":"hosts","generation":-1}"#, "malformed"),
        ]
    )
    func refusals(text: String, code: String) {
        let refusal = #expect(throws: CommandRefusal.self) { try parse(text) }
        #expect(refusal?.code == code)
    }

    @Test(
        "a refusal says by its number which question it refuses",
        arguments: [
            (#"{"type":"history","id":7,"range":"1h"}"#, 7 as Int64?),
            (#"{"id":-8,"type":"reboot"}"#, -8), (#"{"id":9,"type":"#, 9),
            (#"{"type":"history","range":"1h"}"#, nil),
            (#"{"type":"history","id":null,"range":"1h"}"#, nil),
        ]
    )
    func refusedQuestions(text: String, id: Int64?) {
        let refusal = #expect(throws: CommandRefusal.self) { try parse(text) }
        #expect(refusal?.id == id)
    }

    @Test("a refusal repeats at most 64 characters of what was asked for")
    func longNames() {
        let name = String(repeating: "x", count: 10_000)
        let refusal = #expect(throws: CommandRefusal.self) {
            try parse("{\"type\":\"subscribe\",\"stream\":\"\(name)\"}")
        }
        #expect((refusal?.message.count ?? 0) < 150)
    }
}
