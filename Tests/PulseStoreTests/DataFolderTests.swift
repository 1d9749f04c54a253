import Foundation
import PulseReactor
import Testing

@testable import PulseStore

/// A folder for one test.
func withFolder(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "pulse-store-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
}

func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
}

/// The data folder and its lock.
struct DataFolderTests {
    @Test("it is made with the folders above it, for its owner alone")
    func made() throws {
        try withFolder { path in
            let folder = try DataFolder("\(path)/a/b")
            #expect(try mode(folder.path) == 0o700)
            #expect(try mode("\(path)/a/b/lock") == 0o600)
            #expect(!folder.isExposed)
        }
    }

    @Test("a second holder is told who the first is, and may have it once that is gone")
    func lock() throws {
        try withFolder { path in
            do {
                let first = try DataFolder(path)
                #expect(throws: DataFolderError.inUse(path, by: Int(getpid()))) {
                    try DataFolder(first.path)
                }
                #expect("\(DataFolderError.inUse(path, by: 7))".contains("in use by pid 7"))
            }
            _ = try DataFolder(path)
        }
    }

    @Test("a lock that somebody else holds without a number is one, too")
    func nameless() throws {
        try withFolder { path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let file = unsafe open("\(path)/lock", O_RDWR | O_CREAT, 0o600)
            defer { close(file) }
            #expect(flock(file, LOCK_EX) == 0)
            #expect(throws: DataFolderError.inUse(path, by: nil)) { try DataFolder(path) }
        }
    }

    @Test("a folder into which others may look is told of")
    func exposed() throws {
        try withFolder { path in
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755]
            )
            #expect(try DataFolder(path).isExposed)
        }
    }

    @Test("what is no folder cannot be one")
    func noFolder() throws {
        try withFolder { path in
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            for wrong in [path, "\(path)/below"] {
                #expect(throws: DataFolderError.unusable(wrong, .init(call: "open", code: ENOTDIR)))
                {
                    do throws(DataFolderError) {
                        _ = try DataFolder(wrong)
                    } catch .unusable(let path, let error) {
                        throw DataFolderError.unusable(
                            path,
                            SystemError(call: "open", code: error.code)
                        )
                    }
                }
            }
        }
    }

    @Test("a link in the place of the lock file is not followed")
    func link() throws {
        try withFolder { path in
            let manager = FileManager.default
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
            try manager.createSymbolicLink(
                atPath: "\(path)/lock",
                withDestinationPath: "\(path)/elsewhere"
            )
            #expect(throws: DataFolderError.unusable(path, .init(call: "open", code: ELOOP))) {
                try DataFolder(path)
            }
            #expect(!manager.fileExists(atPath: "\(path)/elsewhere"))
        }
    }
}
