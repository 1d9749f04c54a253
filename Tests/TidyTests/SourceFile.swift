import Foundation

/// One source file of this package, read whole.
struct SourceFile {
    /// The path from the root of the package, `Sources/PulseWire/WireError.swift`.
    let path: String
    let lines: [Substring]

    /// The target that the path names, `PulseWire`.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    /// Every file under the folders whose name ends so; what tools generate is left out.
    static func all(in folders: [String], endings: [String]) throws -> [SourceFile] {
        var files: [SourceFile] = []
        for folder in folders {
            let start = root.appending(path: folder).path(percentEncoded: false)
            for name in try FileManager.default.subpathsOfDirectory(atPath: start).sorted() {
                guard endings.contains(where: name.hasSuffix), !name.contains("generated/")
                else { continue }
                let text = try String(contentsOfFile: "\(start)/\(name)", encoding: .utf8)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                files.append(SourceFile(path: "\(folder)/\(name)", lines: lines.dropLast()))
            }
        }
        return files
    }

    /// The modules that it imports.
    var imports: [String] {
        let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        return lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"),
                words[..<keyword].allSatisfy({ access.contains($0) || $0.hasPrefix("@") })
            else { return nil }
            return words.last?.split(separator: ".").first.map(String.init)
        }
    }

    /// The functions, initializers and computed properties with the count of their lines.
    ///
    /// It relies on what the formatter guarantees: the closing brace of a body stands at the indent
    /// of its declaration.
    var functions: [(line: Int, length: Int)] {
        lines.indices.compactMap { start in
            guard isDeclaration(lines[start]), let open = lineOfOpeningBrace(from: start) else {
                return nil
            }
            let indent = indent(of: lines[start])
            let end = lines[(open + 1)...].firstIndex {
                self.indent(of: $0) == indent && $0.dropFirst(indent).hasPrefix("}")
            }
            return end.map { (start + 1, $0 - start + 1) }
        }
    }

    private static let keywords: Set<Substring> = ["func", "init", "deinit", "subscript", "var"]

    private func isDeclaration(_ line: Substring) -> Bool {
        let words = line.split(whereSeparator: { " (<?:".contains($0) }).prefix(8)
        let modifiers = words.prefix { !Self.keywords.contains($0) }
        return modifiers.count < words.count
            && modifiers.allSatisfy { $0.allSatisfy { $0.isLetter || "@_)".contains($0) } }
    }

    /// `nil` for a requirement of a protocol, a stored property and a body on one line.
    private func lineOfOpeningBrace(from start: Int) -> Int? {
        let indent = indent(of: lines[start])
        for index in start..<lines.endIndex where self.indent(of: lines[index]) <= indent {
            let text = lines[index].dropFirst(indent)
            let goesOn = [")", "where ", "->", "{"].contains { text.hasPrefix($0) }
            if index > start, !goesOn { return nil }
            if text.hasSuffix("{") { return index }
        }
        return nil
    }

    private func indent(of line: Substring) -> Int {
        line.isEmpty ? .max : line.prefix { $0 == " " }.count
    }
}
