import Foundation

/// Unpacks a `ttar` archive, the text form in which node_exporter keeps trees of /sys.
///
/// An entry is `Directory:`, or `Path:` with `SymlinkTo:`, or `Path:` with `Lines:` and so many
/// lines of content, whose end `EOF` says that the last one has no line feed.
struct TextArchive {
    private var lines: ArraySlice<Substring>

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    }

    /// Writes the entries whose paths begin with one of `prefixes` below `directory`.
    mutating func unpack(_ prefixes: [String], into directory: TemporaryDirectory) throws {
        var path = ""
        while let line = lines.popFirst() {
            if let value = value(of: "Path: ", in: line) { path = value }
            let isWanted = prefixes.contains { path.hasPrefix($0) }
            if let target = value(of: "SymlinkTo: ", in: line), isWanted {
                try directory.link(path, to: target)
            } else if let count = value(of: "Lines: ", in: line).flatMap({ Int($0) }) {
                let content = lines.prefix(count).map { $0 + "\n" }.joined()
                lines = lines.dropFirst(count)
                if isWanted {
                    try directory.write(content.replacing("EOF\n", with: ""), to: path)
                }
            }
        }
    }

    private func value(of key: String, in line: Substring) -> String? {
        line.hasPrefix(key) ? String(line.dropFirst(key.count)) : nil
    }
}

extension TemporaryDirectory {
    func link(_ file: String, to target: String) throws {
        let url = URL(filePath: path + "/" + file)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: path + "/" + file,
            withDestinationPath: target
        )
    }
}
