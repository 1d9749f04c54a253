import PulseJSON
import Testing

private struct Guest: Equatable {
    var name = ""
    var cpu = 0.0
    var memory: UInt64 = 0
    var tags: [String] = []
    var isTemplate = false
}

/// As another module without the Lifetimes feature writes it: the reader is a parameter.
private func readGuest(_ reader: inout JSONReader) throws(JSONError) -> Guest {
    var guest = Guest()
    try reader.beginObject()
    while let key = try reader.nextKey() {
        switch key {
        case "name": guest.name = try reader.readString()
        case "cpu": guest.cpu = try reader.readDouble()
        case "memoryUsedBytes": guest.memory = try reader.readLenientUInt64()
        case "template": guest.isTemplate = try reader.readBool()
        case "tags":
            try reader.beginArray()
            while try reader.nextElement() { guest.tags.append(try reader.readString()) }
        default: try reader.skipValue()
        }
    }
    return guest
}

@Suite struct JSONReaderTests {
    @Test("fields are read in any order and unknown ones skipped")
    func fields() throws {
        let text: [UInt8] = Array(
            """
            {"x":{"a":[1,{"b":null}]},"tags":["a","\\u00fc\\ud83d\\ude80"],"n\\u0061me":"wéb",
             "memoryUsedBytes":"12", "cpu":0.25,"template":true}
            """.utf8
        )
        var reader = JSONReader(text.span)
        let guest = try readGuest(&reader)
        try reader.finish()
        #expect(
            guest
                == Guest(
                    name: "wéb",
                    cpu: 0.25,
                    memory: 12,
                    tags: ["a", "ü🚀"],
                    isTemplate: true
                )
        )
    }

    @Test("a key is told for a message")
    func keyText() throws {
        let text = Array(#"{"listen":1,"a\nb":2}"#.utf8)
        var reader = unsafe JSONReader(text.span.bytes)
        try reader.beginObject()
        var names: [String] = []
        while let key = try reader.nextKey() {
            let isKnown = key == "listen" || key == "a\nb"
            let isOther = key == "listes"
            #expect(isKnown && !isOther)
            names.append(key.text)
            try reader.skipValue()
        }
        #expect(names == ["listen", "a\nb"])
    }

    @Test("what is written reads back")
    func writeRead() throws {
        let bytes = jsonBytes(capacity: 1) { writer in
            writer.fragment("{\"name\":")
            writer.string("a\"\\\n\u{1}é")
            writer.fragment(",\"cpu\":")
            writer.fixed(0.12345, decimals: 4)
            writer.fragment(",\"memoryUsedBytes\":")
            writer.uint(.max)
            writer.fragment(",\"template\":")
            writer.bool(false)
            writer.fragment("}")
        }
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"name":"a\"\\\n\u0001é","cpu":0.1235,"#
                + #""memoryUsedBytes":18446744073709551615,"template":false}"#
        )
        var reader = JSONReader(bytes.span)
        let guest = try readGuest(&reader)
        #expect(guest == Guest(name: "a\"\\\n\u{1}é", cpu: 0.1235, memory: .max))
    }

    /// Names of 0 to 20 bytes, each with its neighbours, looked up as the readers do it.
    private func name(of key: borrowing JSONKey) -> String? {
        switch key {
        case "": ""
        case "a": "a"
        case "ab": "ab"
        case "abcdefg": "abcdefg"
        case "abcdefgh": "abcdefgh"
        case "abcdefghi": "abcdefghi"
        case "abcdefghijklmnopqrst": "abcdefghijklmnopqrst"
        case "üé": "üé"
        default: nil
        }
    }

    @Test("a key equals its name alone, of any length, escaped or not, up to the end of the bytes")
    func keys() {
        let pages = GuardedPages()
        let known = [
            "", "a", "ab", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmnopqrst", "üé",
        ]
        let unknown = [
            "b", "A", "a\u{0}", "\u{0}", "abc", "abcdefgi", "abcdefghj", "abcdefghijklmnopqrsu",
            "abcdefghijklmnopqrstu", "xbcdefghijklmnopqrst", "abcdefghxjklmnopqrst", "ü",
        ]
        for text in known + unknown {
            let escaped = text.utf16.map { unit in
                let hex = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }.joined()
            let plain = text == "a\u{0}" || text == "\u{0}" ? escaped : text
            // Alone, and with room behind it, where a key is read as one block.
            let room = String(repeating: " ", count: 40)
            for (form, behind) in [(plain, ""), (escaped, ""), (plain, room), (escaped, room)] {
                let document = Array("{\"\(form)\":\(behind)".utf8)
                let (found, spelled) = pages.withCopy(of: document) { bytes in
                    var reader = JSONReader(bytes)
                    guard (try? reader.beginObject()) != nil, let key = try? reader.nextKey()
                    else { return (String?.none, "") }
                    return (name(of: key), key.text)
                }
                #expect(found == (known.contains(text) ? text : nil), "\(form)")
                #expect(spelled == text)
            }
        }
    }

    @Test("calls out of turn are errors of the document, never a crash")
    func outOfTurn() {
        func error(
            _ text: String,
            _ body: (inout JSONReader) throws(JSONError) -> Void
        )
            -> JSONError?
        {
            var reader = JSONReader(text.utf8.span)
            do throws(JSONError) {
                try body(&reader)
                return nil
            } catch {
                return error
            }
        }
        let closed = error("{}}") { reader throws(JSONError) in
            try reader.beginObject()
            while try reader.nextKey() != nil {}
            _ = try reader.nextKey()
        }
        #expect(closed == .unexpectedByte(at: 2))
        let unread = error(#"{"a":1}"#) { reader throws(JSONError) in
            try reader.beginObject()
            _ = try reader.nextKey()
            _ = try reader.nextKey()
        }
        #expect(unread == .unexpectedByte(at: 5))
        let early = error("[1]") { reader throws(JSONError) in
            try reader.beginArray()
            try reader.finish()
        }
        #expect(early == .unexpectedByte(at: 1))
        let open = error("[ ") { reader throws(JSONError) in
            try reader.beginArray()
            try reader.finish()
        }
        #expect(open == .unexpectedEnd(at: 2))
        let kind = error("[]") { reader throws(JSONError) in try reader.beginObject() }
        #expect(kind == .typeMismatch(at: 0))
    }

    @Test("null is consumed where it stands and nothing else is")
    func null() throws {
        let text = "[null,0,nul]"
        var reader = JSONReader(text.utf8.span)
        try reader.beginArray()
        #expect(try reader.nextElement())
        #expect(try reader.readNull())
        #expect(try reader.nextElement())
        #expect(try !reader.readNull())
        #expect(try reader.readUInt64() == 0)
        #expect(try reader.nextElement())
        #expect(throws: JSONError.unexpectedByte(at: 11)) { try JSONValue.document(text).get() }
    }
}
