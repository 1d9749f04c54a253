import PulseFleet
import PulseHTTPClient
import PulseJSON
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

/// Lists that are read in slices.
@Suite("Large lists of PVE")
struct PVEListDecoderTests {
    /// An answer with as many guests as it takes for `byteCount` bytes.
    private static func answer(byteCount: Int) -> [UInt8] {
        var text = #"{"other":[{"a":[1,2]}],"data":["#
        var vmid = 100
        while text.utf8.count < byteCount {
            if vmid > 100 { text += "," }
            text += #"{"vmid":\#(vmid),"type":"qemu","node":"pvé\#(vmid % 7)","cpu":0.\#(vmid),"#
            text += #""name":"web-\#(vmid)","nested":{"x":[{},[]]},"mem":\#(vmid * 4_096)}"#
            vmid += 1
        }
        return Array((text + #"],"total":1}"#).utf8)
    }

    private func read(
        _ body: [UInt8],
        sliceBytes: Int
    ) throws(JSONError) -> (guests: [GuestReport], sliceCount: Int) {
        var decoder = PVEListDecoder<GuestReport>()
        var count = 1
        while try !decoder.read(body.span, byteCountMax: sliceBytes, GuestReport.read) {
            count += 1
        }
        return (decoder.list.rows, count)
    }

    @Test("the result does not depend on the slices", arguments: [1, 100, 333, 4_096, 1 << 20])
    func slices(sliceBytes: Int) throws {
        let body = Self.answer(byteCount: 60_000)
        let whole = try #require(try PVEListDecoder.whole(body, GuestReport.read))
        let (guests, count) = try read(body, sliceBytes: sliceBytes)
        #expect(guests == whole)
        #expect(count >= body.count / (sliceBytes + 400))
    }

    @Test("an error has the byte that it has without slices, and ends the reading")
    func errors() throws {
        let body = Self.answer(byteCount: 5_000)
        for cut in stride(from: 0, to: body.count - 1, by: 7) {
            let part = Array(body[..<cut])
            let error = #expect(throws: JSONError.self) {
                try PVEListDecoder.whole(part, GuestReport.read)
            }
            for sliceBytes in [1, 200, 1_000] {
                let sliced = #expect(throws: JSONError.self) {
                    try read(part, sliceBytes: sliceBytes)
                }
                #expect(sliced == error, "cut at \(cut), slices of \(sliceBytes)")
            }
        }
        var broken = body
        broken[3_000] = 0x01
        let error = #expect(throws: JSONError.self) {
            try PVEListDecoder.whole(broken, GuestReport.read)
        }
        #expect(throws: try #require(error)) { try read(broken, sliceBytes: 500) }
    }

    @Test(
        "an answer of 2 MB is decoded over several turns, with the same result",
        arguments: backends
    )
    func turns(io: IOChoice) async throws {
        let body = Self.answer(byteCount: 2 << 20)
        let whole = try #require(try PVEListDecoder.whole(body, GuestReport.read))
        try await withReactor(io, connectionsMax: 1) { shard in
            let endpoint = FakeEndpoint([
                "/cluster/resources?type=vm": .success(HTTPAnswer(status: 200, body: body))
            ])
            let client = PVEClient(
                try MonitorBench.settings(),
                over: endpoint,
                now: { MonotonicTime(nanoseconds: 0) }
            )
            let before = shard.reactor.metrics.turns
            let guests = try await client.list("vm", on: shard, GuestReport.read)
            #expect(guests == whole)
            // Four slices, and so three times something else in between.
            #expect(shard.reactor.metrics.turns - before >= 3)
        }
    }
}
