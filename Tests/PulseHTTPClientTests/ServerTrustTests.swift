import Foundation
import PulseHTTPClient
import PulseReactor
import PulseTestSupport
import Testing

@Suite("Which certificates are trusted", .endsWhenItHangs)
struct ServerTrustTests {
    private static let openssl = "/usr/bin/openssl"
    private static let hasOpenSSL = FileManager.default.isExecutableFile(atPath: openssl)

    /// `openssl s_server` with a certificate that it signed itself, for 127.0.0.1.
    private final class TLSServer {
        let process = Process()
        let folder: URL
        let port: String

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            let make = Process()
            make.executableURL = URL(filePath: ServerTrustTests.openssl)
            make.currentDirectoryURL = folder
            make.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=test",
                "-addext", "subjectAltName=IP:127.0.0.1",
            ]
            make.standardError = FileHandle.nullDevice
            try make.run()
            make.waitUntilExit()
            let said = Pipe()
            process.executableURL = make.executableURL
            process.currentDirectoryURL = folder
            process.arguments = [
                "s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem",
                "-www", "-naccept", "20",
            ]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = said
            process.standardError = FileHandle.nullDevice
            try process.run()
            var text = ""
            var port: Substring?
            while port == nil {
                let bytes = said.fileHandleForReading.availableData
                try #require(!bytes.isEmpty, "openssl s_server says no port")
                text += String(decoding: bytes, as: UTF8.self)
                let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
                if text.hasSuffix("\n") { port = line?.split(separator: ":").last }
            }
            self.port = try port.map(String.init) ?? { throw CancellationError() }()
        }

        deinit {
            // It has inherited that its starter's thread takes no signals, SIGTERM among them.
            kill(process.processIdentifier, SIGKILL)
            try? FileManager.default.removeItem(at: folder)
        }

        var caFile: String { folder.appending(path: "cert.pem").path() }

        var fingerprint: CertificateFingerprint {
            get throws {
                let digest = Process()
                let said = Pipe()
                digest.executableURL = process.executableURL
                digest.currentDirectoryURL = folder
                digest.arguments = ["x509", "-in", "cert.pem", "-noout", "-fingerprint", "-sha256"]
                digest.standardOutput = said
                try digest.run()
                digest.waitUntilExit()
                let text = String(
                    decoding: said.fileHandleForReading.availableData,
                    as: UTF8.self
                )
                let hex = text.split(separator: "=").last?.trimmingCharacters(
                    in: .whitespacesAndNewlines
                )
                return try #require(CertificateFingerprint(hex ?? ""))
            }
        }
    }

    /// What becomes of one request for each trust, with one client: "200" or the error.
    private func results(_ trusts: [ServerTrust], _ url: String) async throws -> [String] {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let client = HTTPClient(connectionsMax: 4)
            defer { client.close(on: shard) }
            var results: [String] = []
            for trust in trusts {
                var request = HTTPRequest(.get, url)
                request.trust = trust
                do throws(TransportError) {
                    let deadline = MonotonicTime.now() + patienceNanoseconds
                    let answer = try await client.send(request, deadline: deadline, on: shard)
                    results.append("\(answer.status)")
                } catch {
                    results.append("\(error)")
                }
            }
            return results
        }
    }

    @Test(
        "a pinned certificate is taken, another is refused even where a session could go on",
        .enabled(if: hasOpenSSL)
    )
    func pin() async throws {
        let server = try TLSServer()
        let right = try server.fingerprint
        let wrong = CertificateFingerprint(bytes: [UInt8](repeating: 7, count: 32))
        let origin = "127.0.0.1:\(server.port)"
        let refusal = TransportError.wrongFingerprint(origin: origin, seen: right).description
        let results = try await results(
            [.fingerprint(right), .fingerprint(wrong), .fingerprint(right)],
            "https://\(origin)/"
        )
        #expect(results == ["200", refusal, "200"])
    }

    @Test(
        "an authority's file is enough, and without it nobody vouches for the server",
        .enabled(if: hasOpenSSL)
    )
    func authority() async throws {
        let server = try TLSServer()
        let origin = "127.0.0.1:\(server.port)"
        let results = try await results(
            [.system, .caFile(server.caFile), .system, .caFile("/dev/null"), .caFile("/none.pem")],
            "https://\(origin)/"
        )
        try #require(results.count == 5)
        #expect(results[0].contains("is not trusted"))
        #expect(results[1] == "200")
        #expect(results[2].contains("is not trusted"))
        #expect(results[3].contains("/dev/null cannot be read as certificates"))
        #expect(results[4].contains("/none.pem cannot be read as certificates"))
    }

    @Test("a certificate for another name is refused", .enabled(if: hasOpenSSL))
    func otherName() async throws {
        let server = try TLSServer()
        let results = try await results(
            [.caFile(server.caFile)],
            "https://localhost:\(server.port)/"
        )
        #expect(results == ["the certificate of localhost:\(server.port) is for another name"])
    }

    @Test("a server without TLS is said to have none")
    func noTLS() async throws {
        let server = try PlainServer { connection in
            _ = try? connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        defer { server.stop() }
        let results = try await results([.system], "https://\(server.address)/")
        #expect(results.first?.hasPrefix("no TLS with \(server.address)") == true, "\(results)")
    }

    @Test(
        "a fingerprint is 32 bytes in hexadecimal digits, with colons or without",
        arguments: [
            (String(repeating: "aB", count: 32), true),
            (Array(repeating: "0f", count: 32).joined(separator: ":"), true),
            (String(repeating: "ab", count: 31), false),
            (String(repeating: "ab", count: 33), false),
            (Array(repeating: "0f", count: 31).joined(separator: ":"), false),
            (String(repeating: "g", count: 64), false),
            (String(repeating: "ab:", count: 32), false),
            ("", false),
        ]
    )
    func fingerprint(text: String, isValid: Bool) {
        let fingerprint = CertificateFingerprint(text)
        #expect((fingerprint != nil) == isValid)
        if let fingerprint {
            #expect(CertificateFingerprint(fingerprint.description) == fingerprint)
        }
    }
}
