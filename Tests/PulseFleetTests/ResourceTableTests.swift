import PulseJSON
import Testing

@testable import PulseFleet

/// The table by itself: slots, ticks, what a delta contains.
struct ResourceTableTests {
    static let schema = StreamSchema(
        cold: [Field("id"), Field("name")],
        hot: [Field("cpu", decimals: 1), Field("mem", isRound: true)]
    )

    /// A table and the scratch that its cold fields come from.
    struct Bench: ~Copyable {
        var table = ResourceTable(schema: ResourceTableTests.schema)
        var scratch = FragmentScratch(capacity: 1_024)

        mutating func insert(_ id: String) -> Int {
            let slot = table.insert()
            set(0, slot, id)
            return slot
        }

        mutating func set(_ field: Int, _ slot: Int, _ text: String) {
            scratch.encode { $0.string(text) }
            table.setFragment(field, of: slot, to: scratch)
        }

        /// What one tick changed; empty when nothing.
        mutating func tick() -> String {
            let isChanged = table.beginTick()
            defer { table.endTick() }
            #expect(isChanged == !table.change.isEmpty)
            let bytes = jsonBytes { table.encode(table.change, into: &$0) }
            #expect(bytes.count <= table.byteCountMax(of: table.change))
            return text(bytes)
        }

        mutating func rows() -> String {
            table.refreshRows()
            return text(jsonBytes { table.encodeRows(0..<table.slotCount, in: nil, into: &$0) })
        }
    }

    @Test("a new resource is told with all its fields, what is unknown as null")
    func newResource() {
        var bench = Bench()
        let slot = bench.insert("a")
        bench.table.setFigure(0, of: slot, to: 123)
        let rows1 = bench.rows()
        #expect(rows1 == "[]")
        #expect(
            bench.tick()
                == ##","fields":["h","cpu","mem"],"rows":[[0,12.3,null]],"##
                + ##""set":[{"h":0,"id":"a","name":null}]"##
        )
        let rows2 = bench.rows()
        #expect(rows2 == ##"[[0,"a",null,12.3,null]]"##)
        #expect(bench.table.generation == 1)
    }

    @Test("a new resource about which nothing is known has a row all the same")
    func newResourceWithoutFigures() {
        var bench = Bench()
        _ = bench.table.insert()
        #expect(
            bench.tick()
                == ##","fields":["h","cpu","mem"],"rows":[[0,null,null]],"##
                + ##""set":[{"h":0,"id":null,"name":null}]"##
        )
    }

    @Test("only columns and fields that changed are told")
    func onlyChanges() {
        var bench = Bench()
        let slots = (0..<3).map { bench.insert("r\($0)") }
        _ = bench.tick()
        bench.table.setFigure(1, of: slots[2], to: 0)
        #expect(bench.tick() == ##","fields":["h","mem"],"rows":[[2,0]]"##)
        bench.set(1, slots[1], "n")
        #expect(bench.tick() == ##","set":[{"h":1,"name":"n"}]"##)
        #expect(bench.tick() == "")
        #expect(bench.table.generation == 3)
    }

    @Test("in a delta zeros at the end of a whole number are an exponent, in a row digits")
    func exponents() {
        var bench = Bench()
        let slots = (0..<2).map { bench.insert("r\($0)") }
        _ = bench.tick()
        for slot in slots {
            bench.table.setFigure(0, of: slot, to: 50_000)
            bench.table.setFigure(1, of: slot, to: slot == 0 ? 5_369_000_000 : -12_000)
        }
        #expect(
            bench.tick()
                == ##","fields":["h","cpu","mem"],"rows":[[0,5000,5369e6],[1,5000,-12e3]]"##
        )
        let rows = bench.rows()
        #expect(rows == ##"[[0,"r0",null,5000,5369000000],[1,"r1",null,5000,-12000]]"##)
    }

    @Test("what changed back within a tick is no change")
    func flapping() {
        var bench = Bench()
        let slot = bench.insert("a")
        bench.table.setFigure(0, of: slot, to: 5)
        _ = bench.tick()
        bench.table.setFigure(0, of: slot, to: 6)
        bench.set(1, slot, "x")
        bench.table.setFigure(0, of: slot, to: 5)
        bench.scratch.encode { $0.null() }
        bench.table.setFragment(1, of: slot, to: bench.scratch)
        #expect(bench.tick() == "")
        #expect(bench.table.generation == 1)
    }

    @Test("a resource that came and went within a tick was never there")
    func comeAndGone() {
        var bench = Bench()
        let slot = bench.insert("a")
        bench.table.remove(slot)
        #expect(bench.tick() == "")
        #expect(bench.table.generation == 0)
        #expect(bench.insert("b") == slot)
    }

    @Test("a slot is used again only after the tick that told that it is gone")
    func reuse() {
        var bench = Bench()
        let first = bench.insert("a")
        bench.table.setFigure(0, of: first, to: 7)
        _ = bench.tick()
        bench.table.remove(first)
        let rows3 = bench.rows()
        #expect(rows3 == ##"[[0,"a",null,0.7,null]]"##, "it was hidden before it was told")
        #expect(bench.insert("b") == 1)
        let isChanged = bench.table.beginTick()
        #expect(isChanged)
        #expect(bench.table.change.gone == [0])
        #expect(bench.insert("c") == 2, "a slot was reused while its end was being told")
        bench.table.endTick()
        let reused = bench.insert("d")
        #expect(reused == first)
        _ = bench.tick()
        let rows5 = bench.rows()
        #expect(
            rows5
                == ##"[[0,"d",null,null,null],[1,"b",null,null,null],[2,"c",null,null,null]]"##,
            "values of the resource before showed through"
        )
    }

    @Test("what is set while a tick is open belongs to the next one")
    func setDuringTick() {
        var bench = Bench()
        let slot = bench.insert("a")
        _ = bench.table.beginTick()
        bench.table.setFigure(0, of: slot, to: 10)
        let rows4 = bench.rows()
        #expect(rows4 == ##"[[0,"a",null,null,null]]"##)
        bench.table.endTick()
        #expect(bench.tick() == ##","fields":["h","cpu"],"rows":[[0,1]]"##)
    }

    @Test(
        "figures keep their places when the columns grow",
        arguments: [1, 15, 16, 17, 64, 65, 200]
    )
    func growth(count: Int) throws {
        var bench = Bench()
        for index in 0..<count {
            let slot = bench.insert("r")
            #expect(slot == index)
            bench.table.setFigure(0, of: slot, to: Int64(index))
            bench.table.setFigure(1, of: slot, to: Int64(-index))
        }
        _ = bench.tick()
        for slot in 0..<count {
            #expect(bench.table.figures[0, slot] == Int64(slot))
            #expect(bench.table.figures[1, slot] == Int64(-slot))
        }
    }
}
