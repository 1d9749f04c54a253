import Foundation
import PulseJSON
import Testing

/// Where a copy of the suite lies beside this repository, if it does.
private let folder: URL? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    return ["..", "../.."]
        .map { root.appending(path: "\($0)/shared/fixtures/jsontestsuite/test_parsing") }
        .first { FileManager.default.fileExists(atPath: $0.path) }
}()

/// The files of nst/JSONTestSuite that every parser must accept (y_) or refuse (n_).
///
/// They are not part of this repository: the tests look for a copy beside it.
@Suite(.enabled(if: folder != nil, "no copy of JSONTestSuite was found"))
struct JSONTestSuiteTests {
    private func documents(_ prefix: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = try #require(folder)
        return try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix(prefix) }
            .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
    }

    @Test("all 95 valid documents are accepted")
    func valid() throws {
        let documents = try documents("y_")
        #expect(documents.count == 95)
        for (name, bytes) in documents {
            #expect(skipError(bytes.span) == nil, "\(name)")
            #expect(JSONValue.document(bytes.span).error == nil, "\(name)")
        }
    }

    @Test("all 188 invalid documents are refused, by reading and by skipping alike")
    func invalid() throws {
        let documents = try documents("n_")
        #expect(documents.count == 188)
        for (name, bytes) in documents {
            let error = skipError(bytes.span)
            #expect(error != nil, "\(name)")
            #expect(JSONValue.document(bytes.span).error == error, "\(name)")
        }
    }

    @Test("a valid document that is cut at any byte ends too early or breaks the grammar")
    func cuts() throws {
        let pages = GuardedPages()
        for (name, bytes) in try documents("y_") {
            let isContainer = bytes.contains { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
            let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
            let content = (bytes.lastIndex { !blanks.contains($0) } ?? 0) + 1
            for count in 0..<content {
                pages.withCopy(of: bytes[..<count]) { cut in
                    let error = skipError(cut)
                    #expect(JSONValue.document(cut).error == error, "\(name) cut to \(count)")
                    // A number that is cut may be one still, and nothing else.
                    if isContainer { #expect(error != nil, "\(name) cut to \(count)") }
                    switch error {
                    case nil, .unexpectedEnd, .unexpectedByte, .invalidEscape, .invalidUTF8: break
                    default: Issue.record("\(name) cut to \(count): \(String(describing: error))")
                    }
                }
            }
        }
    }
}
