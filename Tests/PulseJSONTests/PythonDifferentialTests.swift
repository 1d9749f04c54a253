import Foundation
import PulseJSON
import Testing

/// Random documents read as Python's `json` reads them: what is accepted, and what it says.
@Suite struct PythonDifferentialTests {
    /// How many documents; the long lane takes more.
    private static var count: Int {
        ProcessInfo.processInfo.environment["PULSE_JSON_DOCUMENTS"].flatMap { Int($0) } ?? 20_000
    }

    @Test("random documents, valid and broken, are read as Python reads them")
    func documents() throws {
        let seed = testSeed() >> 1
        let bytes = try Self.generate(seed: seed)
        var next = 0
        var count = 0
        var acceptedCount = 0
        while let end = bytes[next...].firstIndex(of: UInt8(ascii: "\n")) {
            let lengths = String(decoding: bytes[next..<end], as: UTF8.self)
                .split(separator: " ").compactMap { Int($0) }
            try #require(lengths.count == 2)
            let document = Array(bytes[end + 1..<end + 1 + lengths[0]])
            let told = bytes[end + 1 + lengths[0]..<end + 1 + lengths[0] + max(0, lengths[1])]
            next = told.endIndex
            count += 1
            let read = JSONValue.document(document.span)
            let words =
                "seed \(seed), document \(count): \(String(decoding: document, as: UTF8.self))"
            #expect(skipError(document.span) == read.error, "\(words)")
            if lengths[1] < 0 {
                #expect(read.error != nil, "\(words)")
            } else {
                acceptedCount += 1
                var form: [UInt8] = []
                try? read.get().append(to: &form)
                #expect(form[...] == told, "\(words)")
            }
        }
        #expect(count == Self.count)
        #expect(acceptedCount > count / 2 && acceptedCount < count)
    }

    private static func generate(seed: UInt64) throws -> [UInt8] {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Tools/json_documents.py").standardized
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", script.path(percentEncoded: false), "\(seed)", "\(count)",
        ]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return Array(data)
    }
}

extension JSONValue {
    /// Appends the form in which Tests/Tools/json_documents.py writes values.
    fileprivate func append(to form: inout [UInt8]) {
        switch self {
        case .null: form.append(UInt8(ascii: "n"))
        case .bool(let value): form.append(value ? UInt8(ascii: "t") : UInt8(ascii: "f"))
        case .bits(let bits):
            let digits = String(bits, radix: 16)
            let zeros = String(repeating: "0", count: 16 - digits.count)
            form.append(contentsOf: "d\(zeros)\(digits)".utf8)
        case .utf8(let text): Self.append(text, to: &form)
        case .array(let elements):
            form.append(contentsOf: "a\(elements.count):".utf8)
            for element in elements { element.append(to: &form) }
        case .object(let members):
            form.append(contentsOf: "o\(members.count):".utf8)
            for member in members {
                Self.append(member.key, to: &form)
                member.value.append(to: &form)
            }
        }
    }

    private static func append(_ text: [UInt8], to form: inout [UInt8]) {
        form.append(contentsOf: "s\(text.count):".utf8)
        form.append(contentsOf: text)
    }
}
