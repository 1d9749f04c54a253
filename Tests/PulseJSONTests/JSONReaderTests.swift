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
}
