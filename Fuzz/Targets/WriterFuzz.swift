import PulseJSON

/// Values made of the input's bytes are written, read back and compared.
enum WriterFuzz {
    static func run(_ input: Span<UInt8>) {
        var source = ByteSource(input)
        let value = JSONValue(from: &source, depth: 6)
        let bytes = jsonBytes(capacity: 64) { value.write(to: &$0) }
        let again = JSONValue.document(bytes.span)
        precondition(again == .success(value), "what was written reads back as something else")
        checkCapacity(Int(source.next()) * bytes.count / 200, bytes, value)
        checkNumbers(&source)
    }

    /// In exactly so much memory on the heap: a beginning of the document, and never a byte more.
    private static func checkCapacity(_ capacity: Int, _ whole: [UInt8], _ value: JSONValue) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
        defer { unsafe memory.deallocate() }
        var writer = unsafe JSONWriter(memory)
        value.write(to: &writer)
        precondition(writer.overflowed == (capacity < whole.count), "a writer misjudged its room")
        let written = unsafe Array(memory.prefix(writer.count))
        precondition(whole.starts(with: written), "a writer that overflowed wrote something else")
    }

    /// Fixed-point numbers read back as what they say.
    private static func checkNumbers(_ source: inout ByteSource) {
        let scaled = Int64(bitPattern: source.nextWord())
        let decimals = Int(source.next() % 19)
        let text = jsonBytes { $0.fixed(scaled: scaled, decimals: decimals) }
        var reader = JSONReader(text.span)
        let value = try? reader.readDouble()
        let words = String(decoding: text, as: UTF8.self)
        precondition(value == Double(words), "\(words) reads back as another number")
        precondition((try? reader.finish()) != nil, "\(words) is more than a number")

        let double = Double(bitPattern: source.nextWord())
        let rounded = jsonBytes { $0.fixed(double, decimals: decimals % 5) }
        var second = JSONReader(rounded.span)
        guard double.isFinite else {
            precondition((try? second.readNull()) == true, "what is not finite is not null")
            return
        }
        let read = (try? second.readDouble()) ?? .nan
        let scale = [1.0, 10, 100, 1_000, 10_000][decimals % 5]
        // Half a unit of the last decimal, and what the Double beside it is away from the text.
        let isNear = abs(read - double) <= 0.5 / scale + double.ulp
        precondition(isNear, "a rounded number is not near")
    }
}

extension JSONValue {
    /// A value that is told by the next bytes.
    fileprivate init(from source: inout ByteSource, depth: Int) {
        switch source.next() % (depth > 0 ? 8 : 5) {
        case 0: self = .null
        case 1: self = .bool(source.next() & 1 == 1)
        case 2:
            let number = Double(bitPattern: source.nextWord())
            self = .number(number.isFinite ? number : 0)
        case 3: self = .number(Double(Int32(truncatingIfNeeded: source.nextWord())))
        case 4: self = .utf8(source.nextText())
        case 5, 6:
            var elements: [JSONValue] = []
            for _ in 0..<source.next() % 6 {
                elements.append(JSONValue(from: &source, depth: depth - 1))
            }
            self = .array(elements)
        default:
            var members: [Member] = []
            for _ in 0..<source.next() % 6 {
                let key = source.nextText()
                let value = JSONValue(from: &source, depth: depth - 1)
                members.append(Member(key: key, value: value))
            }
            self = .object(members)
        }
    }
}

/// The input from its begin to its end, and zeros behind it.
struct ByteSource {
    private let bytes: [UInt8]
    private var index = 0

    init(_ input: Span<UInt8>) {
        bytes = input.indices.map { input[$0] }
    }

    mutating func next() -> UInt8 {
        guard index < bytes.count else { return 0 }
        defer { index += 1 }
        return bytes[index]
    }

    mutating func nextWord() -> UInt64 {
        (0..<8).reduce(0) { word, _ in word << 8 | UInt64(next()) }
    }

    /// Valid UTF-8 of the next bytes.
    mutating func nextText() -> [UInt8] {
        let count = min(Int(next()), bytes.count - index)
        defer { index += count }
        return Array(String(decoding: bytes[index..<index + count], as: UTF8.self).utf8)
    }
}
