import PulseWire
import Testing

@Suite("UTF-8 in pieces")
struct UTF8ValidatorTests {
    /// Bytes on both sides of every bound of Unicode's table 3-7.
    private let bounds: [UInt8] = [
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
        0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]

    @Test("all sequences of one and two bytes agree with the standard library")
    func exhaustive() {
        for first in UInt8.min...UInt8.max {
            check([first])
            for second in UInt8.min...UInt8.max { check([first, second]) }
        }
    }

    @Test("sequences of three and four bytes around every bound agree with it")
    func sequences() {
        for first in bounds where first >= 0xE0 {
            for second in bounds {
                for third in bounds {
                    check([first, second, third])
                    guard first >= 0xF0 else { continue }
                    for fourth in bounds { check([first, second, third, fourth]) }
                }
            }
        }
    }

    @Test("a fault is found wherever it stands among ASCII, and whatever the cut")
    func places() {
        for count in [1, 7, 8, 9, 16, 20] {
            for place in 0..<count {
                var bytes = [UInt8](repeating: 0x41, count: count)
                bytes[place] = 0xC0
                for cut in 0...count { #expect(!isValid(bytes, cut: cut)) }
            }
        }
    }

    @Test("it fails at the first impossible byte, not at the end")
    func failsFast() {
        var validator = UTF8Validator()
        #expect(unsafe validator.update([UInt8]([0xE0]).span.bytes) && !validator.isComplete)
        #expect(unsafe !validator.update([UInt8]([0x9F]).span.bytes))
    }

    private func check(_ bytes: [UInt8]) {
        let wanted = String(validating: bytes, as: UTF8.self) != nil
        for cut in 0..<bytes.count where isValid(bytes, cut: cut) != wanted {
            Issue.record("\(bytes) cut at \(cut)")
        }
    }

    private func isValid(_ bytes: [UInt8], cut: Int) -> Bool {
        var validator = UTF8Validator()
        let span = unsafe bytes.span.bytes
        return validator.update(span.extracting(0..<cut))
            && validator.update(span.extracting(cut..<bytes.count)) && validator.isComplete
    }
}
