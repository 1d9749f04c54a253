import Foundation
import PulseReactor
import Testing

@testable import PulseStore

/// The file of the recent history.
struct RecentHistoryFileTests {
    private let parts: [[UInt8]] = [Array("first".utf8), [], Array(repeating: 7, count: 300), [1]]

    private func write(_ parts: [[UInt8]], to file: RecentHistoryFile) throws {
        let draft = try file.begin()
        for part in parts.dropLast() { try draft.append(part) }
        let byteCount = try file.commit(draft, last: try #require(parts.last))
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.size] as? Int64 == byteCount)
    }

    private func with(_ body: (RecentHistoryFile, String) throws -> Void) throws {
        try withFolder { path in
            try body(RecentHistoryFile(in: try DataFolder(path)), "\(path)/recent")
        }
    }

    /// What a file of these bytes holds.
    private func parts(of bytes: [UInt8]) throws(RecentHistoryFileError) -> [[UInt8]] {
        var rest = bytes[...]
        return try RecentHistoryForm.parts(byteCount: bytes.count) { count in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    private func replace(_ path: String, _ bytes: some Sequence<UInt8>) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    @Test("what was written is read, and only the owner may")
    func roundTrip() throws {
        try with { file, path in
            #expect(try file.read() == nil)
            try write(parts, to: file)
            #expect(try file.read() == parts)
            #expect(try mode(path) == 0o600)
            try write([[9]], to: file)
            #expect(try file.read() == [[9]])
            #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        }
    }

    @Test("a process that is killed in the midst leaves the old one, and the next goes on")
    func killed() throws {
        try with { file, path in
            try write(parts, to: file)
            // The killed process left this; it came to no commit.
            try file.begin().append([1, 2, 3])
            #expect(FileManager.default.fileExists(atPath: path + ".new"))
            #expect(try file.read() == parts)
            try write([[4]], to: file)
            #expect(try file.read() == [[4]])
        }
    }

    @Test("a file cut at any byte is refused")
    func truncation() throws {
        try with { file, path in
            try write(parts, to: file)
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            for count in bytes.indices {
                #expect(throws: RecentHistoryFileError.self) {
                    try parts(of: Array(bytes.prefix(count)))
                }
            }
            #expect(throws: RecentHistoryFileError.damaged) {
                try parts(of: bytes + [0])
            }
            try replace(path, bytes.prefix(60))
            #expect(throws: RecentHistoryFileError.torn) { try file.read() }
        }
    }

    @Test("a file in which any bit is another one is refused")
    func bitFlips() throws {
        try with { file, path in
            try write(parts, to: file)
            var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            for index in bytes.indices {
                for bit in 0..<8 {
                    bytes[index] ^= 1 << bit
                    #expect(throws: RecentHistoryFileError.self, "\(index).\(bit)") {
                        try parts(of: bytes)
                    }
                    bytes[index] ^= 1 << bit
                }
            }
        }
    }

    @Test("a part of another file is no part of this one")
    func spliced() throws {
        try with { file, path in
            var files: [[UInt8]] = []
            for byte in [UInt8(1), 2] {
                try write([[byte], [9]], to: file)
                files.append([UInt8](try Data(contentsOf: URL(filePath: path))))
            }
            let lastPart = 5 + 1 + RecentHistoryForm.digestBytes
            let mixed = Array(files[0].dropLast(lastPart) + files[1].suffix(lastPart))
            #expect(throws: RecentHistoryFileError.damaged) {
                try parts(of: mixed)
            }
        }
    }

    @Test("what pulse did not write, and what a newer one wrote, is told apart")
    func foreign() throws {
        try with { file, path in
            try replace(path, Array("#!/bin/sh\n".utf8))
            #expect(throws: RecentHistoryFileError.foreign) { try file.read() }
            try replace(path, [])
            #expect(throws: RecentHistoryFileError.foreign) { try file.read() }
            var head = RecentHistoryForm.head
            head[head.count - 4] = 2
            try replace(path, head + [1, 2, 3])
            #expect(throws: RecentHistoryFileError.newer(version: 2)) { try file.read() }
        }
    }

    @Test("a folder, a link or a pipe in its place is not read")
    func otherKinds() throws {
        try with { file, path in
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
            #expect(throws: RecentHistoryFileError.unreadable(.init(call: "open", code: EINVAL))) {
                try file.read()
            }
            #expect(try file.putAside() == path + ".aside-1")
            try FileManager.default.createSymbolicLink(
                atPath: path,
                withDestinationPath: "/etc/hostname"
            )
            #expect(throws: RecentHistoryFileError.unreadable(.init(call: "open", code: ELOOP))) {
                try file.read()
            }
            #expect(try file.putAside() == path + ".aside-2")
            #expect(unsafe mkfifo(path, 0o600) == 0)
            #expect(throws: RecentHistoryFileError.unreadable(.init(call: "open", code: EINVAL))) {
                try file.read()
            }
        }
    }

    @Test("what is put aside is kept, nine times")
    func aside() throws {
        try with { file, path in
            for number in 1...10 {
                try replace(path, [UInt8(number)])
                #expect(try file.putAside() == "\(path).aside-\(min(number, 9))")
                #expect(try file.read() == nil)
            }
            let kept = try (1...9).map {
                try Data(contentsOf: URL(filePath: "\(path).aside-\($0)"))
            }
            #expect(kept.map { $0.first } == [1, 2, 3, 4, 5, 6, 7, 8, 10])
        }
    }

    @Test("a file that cannot be written leaves the old one")
    func unwritable() throws {
        try with { file, path in
            try write(parts, to: file)
            try FileManager.default.createDirectory(
                atPath: path + ".new/something",
                withIntermediateDirectories: true
            )
            #expect(throws: SystemError.self) { try file.begin() }
            #expect(try file.read() == parts)
        }
    }
}
