import CScan
import PulseJSON
import Testing

/// Digits are made eight at a time by multiplication: every quotient of it is checked once.
@Suite struct JSONDigitsTests {
    /// Powers of ten and two with their neighbours, and random numbers of every length.
    private static func samples(seed: UInt64) -> [UInt64] {
        var values: [UInt64] = [.max]
        var power: UInt64 = 1
        for _ in 0..<20 {
            values += [power - 1, power, power + 1]
            power = power &* 10
        }
        for bit in 0..<64 {
            let power = UInt64(1) << UInt64(bit)
            values += [power &- 1, power, power + 1]
        }
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            values.append(generator.next() >> UInt64.random(in: 0..<64, using: &generator))
        }
        return values
    }

    @Test("integers of every length are written with all their digits")
    func integers() {
        let seed = testSeed()
        let values = Array(0...100_000) + Self.samples(seed: seed)
        let bytes = jsonBytes(capacity: 1 << 20) { writer in
            for value in values {
                writer.uint(value)
                writer.fragment(",")
            }
        }
        let expected = values.map { "\($0)," }.joined()
        #expect(bytes == Array(expected.utf8), "seed \(seed)")
    }

    @Test("every pair of four digits stands where it belongs")
    func eightDigits() {
        // The halves of eight digits are taken apart side by side: one must not touch the other.
        var values: [UInt64] = []
        for half: UInt64 in 0..<10_000 {
            let eight: UInt64 = half * 10_000 + 9_999 - half
            values.append(eight)
            values.append(eight * 100_000_000 + eight)
            values.append(half * 10_000 + half)
        }
        let bytes = jsonBytes(capacity: 1 << 20) { writer in
            for value in values {
                writer.uint(value)
                writer.fragment(",")
            }
        }
        #expect(bytes == Array(values.map { "\($0)," }.joined().utf8))
    }

    @Test("eight digits are the same with vectors and within a word")
    func bothWays() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let random = (0..<100_000).map { _ in UInt32.random(in: 0..<100_000_000, using: &generator)
        }
        for value in Array(0...10_000) + Array(99_990_000...99_999_999) + random {
            let digits = cscan_eight_digits(value)
            try #require(digits == cscan_eight_digits_in_word(value), "\(value), seed \(seed)")
            var rest = value
            for place in (0..<8).reversed() {
                try #require(digits >> UInt64(8 * place) & 0xFF == UInt64(rest % 10), "\(value)")
                rest /= 10
            }
        }
    }

    @Test("a number that is written again is the number", arguments: [0, 1, 4])
    func repeated(decimals: Int) {
        let values: [Int64] = [
            0, 0, 7, 7, -7, -7, 7, .min, .min, .max, .max, 1_790_000_002_000, 1_790_000_002_000, 0,
            0,
        ]
        let bytes = jsonBytes { writer in
            var last = RepeatedNumber()
            for value in values {
                // The number and the comma.
                unsafe writer.object(byteCountMax: JSONRoom.numberBytesMax + 1) { room in
                    room.fixed(scaled: value, decimals: decimals, last: &last)
                    room.fragment(",")
                }
            }
        }
        let expected = jsonBytes { writer in
            for value in values {
                writer.fixed(scaled: value, decimals: decimals)
                writer.fragment(",")
            }
        }
        #expect(bytes == expected)
    }

    @Test("all fractions of up to four decimals are written without the zeros at their end")
    func fractions() throws {
        for decimals in 1...4 {
            let scale = [1, 10, 100, 1_000, 10_000][decimals]
            for value in -scale...12 * scale {
                let bytes = jsonBytes { $0.fixed(scaled: Int64(value), decimals: decimals) }
                let digits = String(value.magnitude % UInt(scale) + UInt(scale)).dropFirst()
                var text = (value < 0 ? "-" : "") + "\(value.magnitude / UInt(scale)).\(digits)"
                while text.hasSuffix("0") { text.removeLast() }
                if text.hasSuffix(".") { text.removeLast() }
                try #require(bytes == Array(text.utf8), "\(value) with \(decimals) decimals")
            }
        }
    }

    @Test("a number that just fits is written, and nothing behind it")
    func capacities() {
        let pages = GuardedPages()
        for value in [Int64.min, -1, 0, 9, 12_345_678, 123_456_789, 1_234_567_890_123_456, .max] {
            for decimals in [0, 1, 4, 9, 18] {
                let whole = jsonBytes { $0.fixed(scaled: value, decimals: decimals) }
                for capacity in 0...whole.count + 24 {
                    let (written, overflowed) = unsafe pages.withBuffer(count: capacity) { buffer in
                        var writer = unsafe JSONWriter(buffer)
                        writer.fixed(scaled: value, decimals: decimals)
                        return unsafe (Array(buffer.prefix(writer.count)), writer.overflowed)
                    }
                    #expect(overflowed == (capacity < whole.count))
                    #expect(written == (overflowed ? [] : whole))
                }
            }
        }
    }

    @Test("the announced count of digits is that or one more")
    func counts() {
        let seed = testSeed()
        for value in Self.samples(seed: seed) {
            let count = String(value).utf8.count
            #expect((count...count + 1).contains(JSONDigits.countMax(value)), "\(value)")
        }
    }
}
