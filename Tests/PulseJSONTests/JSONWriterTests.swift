import PulseJSON
import Testing

@Suite struct JSONWriterTests {
    @Test("only quotes, backslashes and control characters are escaped")
    func escapes() {
        for byte in UInt8(0)..<0x80 {
            let text = String(UnicodeScalar(byte))
            let expected =
                switch byte {
                case 0x08: #""\b""#
                case 0x09: #""\t""#
                case 0x0A: #""\n""#
                case 0x0C: #""\f""#
                case 0x0D: #""\r""#
                case 0x22: #""\"""#
                case 0x5C: #""\\""#
                case ..<0x10: "\"\\u000\(String(byte, radix: 16))\""
                case ..<0x20: "\"\\u00\(String(byte, radix: 16))\""
                default: "\"\(text)\""
                }
            let bytes = jsonBytes { $0.string(text) }
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
        }
        let plain = "</script>&\u{2028}\u{7f}büro-🚀"
        #expect(jsonBytes { $0.string(plain) } == Array("\"\(plain)\"".utf8))
    }

    @Test("a string and its bytes are written alike")
    func spans() {
        let text = "a\"b\u{2}ü"
        let bytes = Array(text.utf8)
        #expect(jsonBytes { $0.string(text) } == jsonBytes { $0.string(bytes.span) })
        #expect(jsonBytes { $0.string("") } == Array("\"\"".utf8))
    }

    @Test("encoded values are taken as they are")
    func raw() {
        let value = Array(#"{"a":1}"#.utf8)
        let bytes = jsonBytes { writer in
            writer.fragment("[")
            writer.raw(value)
            writer.fragment(",")
            writer.raw(value.span)
            writer.fragment(",")
            unsafe writer.raw(value.span.bytes)
            writer.raw([])
            writer.fragment("]")
        }
        #expect(String(decoding: bytes, as: UTF8.self) == #"[{"a":1},{"a":1},{"a":1}]"#)
    }

    @Test("a rewind takes back what was written since the mark")
    func rewind() {
        let bytes = jsonBytes { writer in
            writer.fragment("[1")
            let mark = writer.mark()
            writer.fragment(",2")
            writer.rewind(to: mark)
            writer.fragment("]")
        }
        #expect(bytes == Array("[1]".utf8))
    }

    @Test("what does not fit is not written at all, and nothing after it")
    func overflow() {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
        defer { unsafe memory.deallocate() }
        var writer = unsafe JSONWriter(memory)
        writer.fragment("[")
        let mark = writer.mark()
        writer.string("1234\n56")
        #expect(writer.overflowed && writer.count == 1)
        writer.fragment("]")
        #expect(writer.count == 1)
        writer.rewind(to: mark)
        #expect(writer.overflowed && writer.count == 1)
        let empty = unsafe JSONWriter(UnsafeMutableRawBufferPointer(start: nil, count: 0))
        #expect(!empty.overflowed && empty.count == 0)
    }

    @Test("a document that outgrows its buffer is written again into a larger one")
    func growth() {
        var runs = 0
        let bytes = jsonBytes(capacity: 64) { writer in
            runs += 1
            for _ in 0..<100 { writer.uint(1_234_567_890) }
        }
        #expect(bytes.count == 1_000)
        #expect(runs == 5)
    }
}
