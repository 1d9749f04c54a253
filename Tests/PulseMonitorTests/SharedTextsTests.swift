import Testing

@testable import PulseJSON
@testable import PulseMonitor

/// A text is what the document says it is, however often it was seen and whatever was seen before.
@Suite("Texts that entries share")
struct SharedTextsTests {
    @Test("many texts are each their own")
    func manyTextsAreEachTheirOwn() throws {
        // Far more than there are places, of all lengths around those at which they are kept.
        let names = (0..<3_000).map { String(repeating: "n", count: $0 % 21) + "\($0)" }
        var texts = SharedTexts()
        for name in names + names.reversed() + ["", "pve1", "pve1"] {
            let document = Array("\"\(name)\"".utf8)
            var reader = JSONReader(document.span)
            let text = try reader.readText()
            #expect(texts.text(text) == name)
        }
    }

    @Test("a text is printable the second time, too")
    func aTextIsPrintableTheSecondTimeToo() throws {
        var texts = SharedTexts()
        for _ in 1...2 {
            for (written, said) in [
                ("a\u{7F}b", "a\u{FFFD}b"), ("a\\u0000b", "a\u{FFFD}b"), ("büro", "büro"),
                ("b\\u00fcro", "büro"), ("\u{85}", "\u{FFFD}"),
            ] {
                let document = Array("\"\(written)\"".utf8)
                var reader = JSONReader(document.span)
                let text = try reader.readText()
                #expect(texts.text(text) == said)
            }
        }
    }

    @Test(
        "words are those of the text",
        arguments: [
            ("prod", ["prod"]), ("prod;dmz", ["prod", "dmz"]), (";a,,b c ", ["a", "b", "c"]),
            ("", []), (" ; ", []), ("grün;web", ["grün", "web"]),
            ("a-long-tag-of-a-kind;another-one", ["a-long-tag-of-a-kind", "another-one"]),
            ("a\\u003bb", ["a", "b"]),
        ]
    )
    func wordsAreThoseOfTheText(_ written: String, _ words: [String]) throws {
        var texts = SharedTexts()
        for _ in 1...2 {
            let document = Array("\"\(written)\"".utf8)
            var reader = JSONReader(document.span)
            let text = try reader.readText()
            #expect(texts.words(text) == words)
        }
    }

    @Test("a number tells texts apart")
    func aNumberTellsTextsApart() throws {
        let names = ["", "a", "b", "aa", "pve-node", "pve-node1", "pve-node2", "0123456789abcdef"]
        var numbers: [UInt128] = []
        for name in names {
            // At the very begin and end of its bytes.
            let document = Array("\"\(name)\"".utf8)
            var reader = JSONReader(document.span)
            let text = try reader.readText()
            let found = text.shortNumber
            let number = try #require(found)
            var bytes = number
            for byte in name.utf8 {
                #expect(UInt8(truncatingIfNeeded: bytes) == byte)
                bytes >>= 8
            }
            #expect(bytes == 0)
            numbers.append(number)
        }
        #expect(Set(numbers).count == names.count)
        for written in ["0123456789abcdefg", "a\\nb"] {
            let document = Array("\"\(written)\"".utf8)
            var reader = JSONReader(document.span)
            let text = try reader.readText()
            let number = text.shortNumber
            #expect(number == nil)
        }
    }
}
