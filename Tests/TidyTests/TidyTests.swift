import Foundation
import Testing

/// Rules of this repository that neither the compiler nor the formatter checks.
struct TidyTests {
    let swift: [SourceFile]
    let headers: [SourceFile]

    init() throws {
        swift = try SourceFile.all(in: ["Sources", "Tests"], endings: [".swift"])
        headers = try SourceFile.all(in: ["Sources"], endings: [".h"])
    }

    var shipped: [SourceFile] { swift.filter { $0.path.hasPrefix("Sources/") } }

    @Test("no file is longer than 600 lines, no line than 100 columns")
    func filesAndLinesAreShort() {
        for file in swift {
            #expect(file.lines.count <= 600, "\(file.path)")
            for (number, line) in file.lines.enumerated() where line.count > 100 {
                Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
            }
        }
    }

    @Test("no function is longer than 70 lines")
    func functionsAreShort() {
        var count = 0
        for file in swift {
            for function in file.functions {
                count += 1
                #expect(function.length <= 70, "\(file.path):\(function.line)")
            }
        }
        #expect(count > 0, "no function was found")
    }

    /// What each target may import beside Glibc and Synchronization, as in docs/ARCHITECTURE.md.
    static let allowedImports: [String: Set<String>] = [
        "PulseReactor": ["CIOUring", "COpenSSL", "DequeModule", "HeapModule"],
        "PulseJSON": ["CScan"],
        "PulseWire": ["COpenSSL", "CScan", "CZlib"],
        "PulseFleet": ["PulseJSON"],
        "PulseMonitor": [
            "Logging", "PulseFleet", "PulseHTTPClient", "PulseJSON", "PulseLogging",
            "PulseReactor",
        ],
        "PulseHTTPClient": ["CCurl", "PulseReactor"],
        "PulseAgent": ["PulseHTTPClient", "PulseJSON", "PulseLogging", "PulseReactor"],
        "PulseLogging": ["Logging", "PulseJSON", "PulseReactor"],
        "PulseStore": ["COpenSSL", "PulseReactor"],
        "PulseSimulator": ["Logging", "PulseJSON", "PulseReactor", "PulseWire"],
        "PulseLoad": ["Histogram", "PulseJSON", "PulseReactor", "PulseWire"],
        "PulseServer": [
            "CDashboard", "DequeModule", "Logging", "PulseAgent", "PulseFleet", "PulseHTTPClient",
            "PulseJSON", "PulseLogging", "PulseMonitor", "PulseReactor", "PulseStore", "PulseWire",
        ],
        "pulse": [
            "ArgumentParser", "Logging", "PulseHTTPClient", "PulseLoad", "PulseLogging",
            "PulseMonitor", "PulseReactor", "PulseServer", "PulseSimulator", "PulseStore",
        ],
        "pulse-agent": [
            "ArgumentParser", "Logging", "PulseAgent", "PulseHTTPClient", "PulseLogging",
            "PulseReactor",
        ],
    ]

    @Test("a target imports only what the graph allows, and never Foundation")
    func importsFollowTheGraph() {
        for file in shipped {
            let allowed = Self.allowedImports[file.target, default: []]
                .union(["Glibc", "Synchronization"])
            for module in file.imports where !allowed.contains(module) {
                Issue.record("\(file.path) imports \(module)")
            }
        }
    }

    @Test(
        "banned words do not occur",
        arguments: [
            "try!": "handle the error, or let it through",
            "DispatchQueue": "the reactor is the only executor",
            "Thread.sleep": "wait for an event or use a timer",
            "FIXME": "fix it, or open an issue",
            "TODO": "do it, or open an issue",
        ]
    )
    func bannedWords(word: String, instead: String) {
        for file in swift where file.target != "TidyTests" {
            for (number, line) in file.lines.enumerated() where line.contains(word) {
                Issue.record("\(file.path):\(number + 1) says \(word): \(instead)")
            }
        }
    }

    @Test(
        "isolation is switched off only in the executor and in the mailbox between threads",
        arguments: ["@unchecked Sendable", "nonisolated(unsafe)"]
    )
    func uncheckedIsolation(word: String) {
        let executor = "Sources/PulseReactor/Reactor+Executor.swift"
        for file in shipped where file.path != executor {
            if file.target == "PulseReactor", file.path.hasSuffix("Mailbox.swift") { continue }
            for (number, line) in file.lines.enumerated() where line.contains(word) {
                Issue.record("\(file.path):\(number + 1) says \(word)")
            }
        }
    }

    @Test("every Swift file belongs to a target of the manifest")
    func filesBelongToTargets() throws {
        let path = SourceFile.root.appending(path: "Package.swift")
        let manifest = try String(contentsOf: path, encoding: .utf8)
        for file in swift where !manifest.contains("name: \"\(file.target)\"") {
            Issue.record("\(file.path)")
        }
    }

    @Test("<features.h> comes first in CIOUring.h, and no C header decides what it declares")
    func headersKeepOneWorld() throws {
        for header in headers where header.lines.contains(where: { $0.contains("_GNU_SOURCE") }) {
            Issue.record("\(header.path) defines _GNU_SOURCE")
        }
        let header = try #require(headers.first { $0.path.hasSuffix("/CIOUring.h") })
        let directives = header.lines.filter { $0.hasPrefix("#") && $0 != "#pragma once" }
        #expect(directives.first == "#include <features.h>")
    }
}
