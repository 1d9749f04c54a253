import PulseJSON
import Testing

@Suite struct JSONPositionTests {
    @Test("lines and characters are counted from 1")
    func positions() {
        let text = Array("{\n  \"ü🚀\": 1,\r\n\n  x".utf8)
        for (offset, line, column) in [
            (0, 1, 1), (1, 1, 2), (2, 2, 1), (4, 2, 3), (11, 2, 6), (18, 3, 1), (20, 4, 2),
            (10_000, 4, 4), (-1, 1, 1),
        ] {
            let position = JSONPosition(of: offset, in: text.span)
            #expect(position.line == line && position.column == column, "\(offset)")
        }
        #expect(JSONPosition(of: 4, in: text.span).description == "line 2, column 3")
        #expect(unsafe JSONPosition(of: 4, in: text.span.bytes).line == 2)
    }

    @Test("the offset of an error leads to its place")
    func ofError() throws {
        let text = Array("{\n  \"listen\": [\n    tru ]\n}".utf8)
        let refusal = skipError(text.span)
        let error = try #require(refusal)
        #expect(JSONPosition(of: error.offset, in: text.span).description == "line 3, column 8")
    }
}
