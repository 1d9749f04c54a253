import Testing

@testable import PulseAgent

@Suite("Reading")
struct SourceFileTests {
    @Test("a file is read anew each time, however long it grew or shrank")
    func rereads() throws {
        let directory = try TemporaryDirectory()
        try directory.write("first", to: "file")
        var file = SourceFile(directory.path + "/file")
        #expect(file.read().map { $0.text } == "first")
        let long = String(repeating: "0123456789abcdef\n", count: 10_000)
        try directory.write(long, to: "file")
        #expect(file.read()?.count == 170_000)
        try directory.write("", to: "file")
        #expect(file.read()?.isEmpty == true)
    }

    @Test("a missing file is nothing, and is found once it is there")
    func missing() throws {
        let directory = try TemporaryDirectory()
        var file = SourceFile(directory.path + "/file")
        #expect(file.read() == nil)
        try directory.write("there", to: "file")
        #expect(file.read().map { $0.text } == "there")
    }

    @Test("a directory in the place of a file is nothing")
    func directory() throws {
        let directory = try TemporaryDirectory()
        var file = SourceFile(directory.path)
        #expect(file.read() == nil)
        #expect(readSmallFile(directory.path) == nil)
        #expect(directoryNames(directory.path) == [])
    }

    @Test("a small file is cut at its limit")
    func limit() throws {
        let directory = try TemporaryDirectory()
        try directory.write("0123456789", to: "file")
        #expect(readSmallFile(directory.path + "/file", bytesMax: 4).map { $0.text } == "0123")
        #expect(readSmallFile(directory.path + "/none") == nil)
        #expect(directoryNames(directory.path + "/none") == nil)
        #expect(linkBaseName(directory.path + "/file") == nil)
    }
}
