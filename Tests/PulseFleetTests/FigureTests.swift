import PulseJSON
import Testing

@testable import PulseFleet

struct FigureTests {
    @Test(
        "figures are rounded half away from zero, and what no number can say is unknown",
        arguments: [
            (12.34, 1, 123), (12.35, 1, 124), (-0.5, 0, -1), (0.04, 1, 0), (1.005, 2, 101),
            (.nan, 1, Figure.unknown), (.infinity, 0, Figure.unknown), (1e300, 0, Figure.unknown),
            (0x1p53, 0, 1 << 53), (0x1p54, 0, Figure.unknown), (nil, 0, Figure.unknown),
        ] as [(Double?, Int, Int64)]
    )
    func quantised(value: Double?, decimals: Int, expected: Int64) {
        let figure = Figure.quantised(value, decimals: decimals)
        // 1.005 is a little less than it reads.
        #expect(figure == expected || (value == 1.005 && figure == 100))
    }

    @Test(
        "the announced length of a figure is never below its JSON",
        arguments: [0, 1, 2, 4],
        [0, 1, -1, 9, 10, 99, 100, 101, -1_000, 12_345, 1 << 53, -(1 << 53), Figure.unknown]
    )
    func byteCount(decimals: Int, figure: Int64) {
        let bytes = jsonBytes { $0.figure(figure, decimals: decimals) }
        let announced = Figure.byteCountMax(figure, decimals: decimals)
        #expect(bytes.count <= announced)
        #expect(bytes.count >= announced - decimals - 1, "more than dropped zeros")
    }

    @Test(
        "zeros at the end of a whole number are an exponent where that is shorter",
        arguments: [
            (0, nil), (999, nil), (1_001, nil), (1_000, "1e3"), (-2_000, "-2e3"),
            (1_790_000_002_000, "1790000002e3"), (5_369_000_000, "5369e6"),
            (1 << 53 / 1_000 * 1_000, "9007199254740e3"),
        ] as [(Int64, String?)]
    )
    func shortened(figure: Int64, expected: String?) {
        let short = Figure.shortened(figure).map { "\($0.digits)\(Figure.exponents[$0.thousands])" }
        #expect(short == expected)
        if let short {
            #expect(Double(short) == Double(figure))
            #expect(short.utf8.count <= Figure.byteCountMax(figure, decimals: 0))
        }
    }

    @Test("a set of slots is drained lowest first and then empty")
    func slotSet() {
        var set = SlotSet()
        for slot in [700, 0, 63, 64, 63, 65] { set.insert(slot) }
        var drained: [Int] = []
        set.drain(into: &drained)
        #expect(drained == [0, 63, 64, 65, 700])
        drained = []
        set.drain(into: &drained)
        #expect(drained.isEmpty)
    }
}
