import Foundation

@testable import PulseAgent

/// Where the tests find their texts.
enum Fixture {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// The tree of a whole host.
    static let host = directory.appending(path: "host").path(percentEncoded: false)

    /// The texts that are kept outside of the repository, if they are here.
    static let shelf: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return ["..", "../.."].map { root.appending(path: "\($0)/shared/fixtures") }
            .first { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
    }()

    static var roots: Roots {
        Roots(
            proc: host + "/proc",
            sys: host + "/sys",
            etc: host + "/etc",
            mounts: host + "/mounts"
        )
    }

    static func text(_ path: String) throws -> SourceText {
        try Array(Data(contentsOf: URL(filePath: host + "/" + path)))[...]
    }
}

/// A directory of its own for one test, gone with its last use.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "pulse-agent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes in place, so that an open descriptor sees the new content.
    func write(_ text: String, to file: String) throws {
        let url = URL(filePath: path + "/" + file)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }

    func remove(_ file: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + file)
    }
}

/// A text as the parsers take it.
func source(_ text: String) -> SourceText { Array(text.utf8)[...] }
