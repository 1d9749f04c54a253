import Foundation
import Logging
import Testing

@testable import PulseLogging

@Suite("Log lines")
struct LogTests {
    private func line(
        _ format: LogFormat,
        isJournal: Bool = false,
        level: Logger.Level = .warning,
        message: String = "a disk is full",
        metadata: Logger.Metadata = [:]
    ) -> String {
        LogLine(
            level: level,
            message: message,
            metadata: metadata.map { ($0.key, $0.value.description) }.sorted { $0.0 < $1.0 },
            time: "2026-01-31T12:00:00.000Z"
        ).text(format, isJournal: isJournal)
    }

    @Test("text has the time, the level, the message and key=value")
    func text() {
        let text = line(.text, metadata: ["host": "a b", "count": "3"])
        #expect(text == "2026-01-31T12:00:00.000Z warning a disk is full count=3 host=\"a b\"\n")
    }

    @Test("the journal gets a priority in place of the time")
    func journal() {
        #expect(line(.text, isJournal: true) == "<4>a disk is full\n")
        #expect(line(.text, isJournal: true, level: .error).hasPrefix("<3>"))
        #expect(line(.text, isJournal: true, level: .debug).hasPrefix("<7>"))
    }

    @Test("JSON is one object a line, whatever the values hold")
    func json() throws {
        let text = line(.json, message: "a\n\"b\"", metadata: ["why": "x\u{1}\ty", "time": "no"])
        #expect(text.hasSuffix("}\n"))
        #expect(text.dropLast().contains("\n") == false)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        )
        #expect(object["message"] == "a\n\"b\"")
        #expect(object["level"] == "warning")
        #expect(object["why"] == "x\u{1}\ty")
    }

    @Test("nobody can fake a line by what he is called")
    func injection() {
        let text = line(.text, message: "host\n2026 error x", metadata: ["name": "a\r\nb=\"c"])
        #expect(text.filter { $0 == "\n" || $0 == "\r\n" }.count == 1)
        #expect(text.hasSuffix("name=\"a  b=\\\"c\"\n"))
    }
}
