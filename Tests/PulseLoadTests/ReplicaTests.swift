import Testing

@testable import PulseLoad

@Suite("Replaying a stream")
struct ReplicaTests {
    private static let snapshot =
        #"{"type":"snapshot","ts":1,"stream":"s","epoch":"e","generation":4,"part":1,"parts":1,"#
        + #""fields":["h","name","v"],"rows":[[0,"a",1.5],[1,"b",null]]}"#

    private func replica(_ messages: String...) -> Replica? {
        var replica = Replica()
        for message in messages where !replica.apply(Array(message.utf8)) { return nil }
        return replica
    }

    @Test("deltas put rows, sets and removals into what a snapshot gave")
    func applies() throws {
        let delta =
            #"{"type":"delta","ts":2,"stream":"s","generation":5,"since":4,"fields":["h","v"],"#
            + #""rows":[[0,2],[7,[1, {"x":"]"}]]],"set":[{"h":7,"name":"n"},{"h":0,"name":"A"}],"#
            + #""gone":[1]}"#
        let state =
            #"{"stream":"s","epoch":"e","generation":5,"ts":3,"fields":["h","name","v"],"#
            + #""rows":[[7,"n",[1, {"x":"]"}]],[0,"A",2]]}"#
        let left = try #require(replica(Self.snapshot, delta))
        let right = try #require(replica(state))
        #expect(left.generation == 5 && right.generation == 5)
        #expect(left.difference(from: right) == nil)
        let before = try #require(replica(Self.snapshot))
        #expect(before.difference(from: right) != nil)
    }

    @Test("a whole number with an exponent is the same as without, and a text is not")
    func exponents() throws {
        func state(_ value: String) -> String {
            #"{"generation":5,"ts":3,"fields":["h","name","v"],"rows":[[0,"a",\#(value)]]}"#
        }
        for (short, plain, isSame) in [
            ("5369e6", "5369000000", true), ("-12e3", "-12000", true), ("1e3", "100", false),
            (#""1e3""#, #""1000""#, false), ("1.5e3", "1500", false), ("1e-3", "1", false),
        ] {
            let left = try #require(replica(state(short)))
            let right = try #require(replica(state(plain)))
            #expect((left.difference(from: right) == nil) == isSame, "\(short)")
        }
    }

    @Test("a snapshot counts when all of its parts are there, and begins anew at the first")
    func parts() throws {
        func part(_ number: Int, _ row: String) -> String {
            #"{"type":"snapshot","ts":1,"stream":"s","epoch":"e","generation":4,"part":\#(number),"#
                + #""parts":2,"fields":["h"],"rows":[\#(row)]}"#
        }
        #expect(try #require(replica(part(1, "[0]"))).generation == nil)
        let whole = try #require(replica(part(1, "[9]"), part(1, "[0]"), part(2, "[1]")))
        #expect(whole.generation == 4 && whole.rows.count == 2)
        #expect(replica(part(2, "[0]")) == nil)
        #expect(replica(part(1, "[0]"), part(2, "[1]"), part(2, "[2]")) == nil)
    }

    @Test(
        "what does not fit is refused",
        arguments: [
            "", "{", #"{"generation":5,"since":3}"#, #"{"generation":4,"since":4}"#,
            #"{"generation":5,"since":4,"gone":[8]}"#,
            #"{"generation":5,"since":4,"set":[{"name":"x"}]}"#,
            #"{"generation":5,"since":4,"set":[{"h":0,"other":"x"}]}"#,
            #"{"generation":5,"since":4,"fields":["h","x"],"rows":[[0,1]]}"#,
            #"{"generation":5,"since":4,"fields":["h","v"],"rows":[[0]]}"#,
            #"{"generation":5,"since":4,"fields":["v","h"],"rows":[[0,1]]}"#,
        ]
    )
    func refuses(_ delta: String) {
        #expect(replica(Self.snapshot, delta) == nil)
    }
}
