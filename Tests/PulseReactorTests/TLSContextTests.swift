import COpenSSL
import Foundation
import PulseTestSupport
import Testing

@testable import PulseReactor

@Suite("TLS contexts")
struct TLSContextTests {
    let made: MadeCertificate

    init() throws {
        made = try CertificateMaker.make(names: ["localhost"], addresses: [], days: 1)
    }

    @Test("a certificate without its key, or without any, is refused in words")
    func mistakes() throws {
        let other = try CertificateMaker.make(names: ["other"], addresses: [], days: 1)
        let encrypted = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgAAAAAAAAAAAICCAAw
            -----END ENCRYPTED PRIVATE KEY-----
            """
        let garbage = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        let cases: [([UInt8], [UInt8], TLSError)] = [
            ([], made.privateKeyPEM, .noCertificate),
            (Array("hello".utf8), made.privateKeyPEM, .noCertificate),
            (Array(garbage.utf8), made.privateKeyPEM, .noCertificate),
            (made.privateKeyPEM, made.privateKeyPEM, .noCertificate),
            (made.certificatePEM, [], .noKey),
            (made.certificatePEM, made.certificatePEM, .noKey),
            (made.certificatePEM, Array(encrypted.utf8), .encryptedKey),
            (made.certificatePEM, other.privateKeyPEM, .keyDoesNotMatch),
        ]
        for (certificate, key, error) in cases {
            #expect(throws: error) {
                try TLSContext(certificatePEM: certificate, privateKeyPEM: key)
            }
            // Nothing of it is left for the next call to stumble over.
            #expect(ERR_peek_error() == 0)
        }
    }

    @Test("a chain and its key may stand in one file, with words around them")
    func oneFile() throws {
        let other = try CertificateMaker.make(names: ["other"], addresses: [], days: 1)
        let both =
            Array("the server's:\n".utf8) + made.certificatePEM + made.privateKeyPEM
            + Array("the issuer's:\n".utf8) + other.certificatePEM
        let path = NSTemporaryDirectory() + "pulse-\(UUID().uuidString).pem"
        try Data(both).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let context = try TLSContext(
            certificatePEM: TLSContext.read(path),
            privateKeyPEM: TLSContext.read(path)
        )
        #expect(context.fingerprint == made.fingerprint)
    }

    @Test("a file that cannot be read is named, with the reason")
    func unreadable() {
        #expect(
            throws: TLSError.unreadable(path: "/nowhere", reason: "No such file or directory")
        ) {
            try TLSContext.read("/nowhere")
        }
        #expect(throws: TLSError.unreadable(path: "/", reason: "Is a directory")) {
            try TLSContext.read("/")
        }
        #expect(throws: TLSError.unreadable(path: "/dev/zero", reason: "it is over 256 KiB")) {
            try TLSContext.read("/dev/zero")
        }
    }

    @Test("ticket keys are changed after twelve hours")
    func ticketKeys() throws {
        let context = try TLSContext(
            certificatePEM: made.certificatePEM,
            privateKeyPEM: made.privateKeyPEM
        )
        let hour: UInt64 = 3600 * 1_000_000_000
        let start = MonotonicTime.now()
        let first = unsafe keys(context.current(at: start))
        #expect(unsafe keys(context.current(at: start + 11 * hour)) == first)
        let second = unsafe keys(context.current(at: start + 13 * hour))
        #expect(second != first)
        #expect(unsafe keys(context.current(at: start + 24 * hour)) == second)
        #expect(unsafe keys(context.current(at: start + 26 * hour)) != second)
    }

    @Test("a replaced certificate is shown by every context from its next connection on")
    func identity() throws {
        let other = try CertificateMaker.make(names: ["other"], addresses: [], days: 1)
        let identity = try TLSIdentity(content(made))
        let contexts = [try TLSContext(identity), try TLSContext(identity)]
        let now = MonotonicTime.now()
        let before = contexts.map { unsafe keys($0.current(at: now)) }
        #expect(before[0] == before[1])
        #expect(throws: TLSError.keyDoesNotMatch) {
            try identity.replace(
                with: TLSIdentity.Content([
                    TLSIdentity.Certificate(
                        certificatePEM: other.certificatePEM,
                        privateKeyPEM: made.privateKeyPEM
                    )
                ])
            )
        }
        #expect(unsafe keys(contexts[0].current(at: now)) == before[0])
        #expect(contexts[0].fingerprint == made.fingerprint)
        let shown = try identity.replace(with: content(other))
        #expect(shown == [CertificateFingerprint(bytes: other.fingerprint)])
        // Their tickets have other keys, and still the same ones.
        let after = contexts.map { unsafe keys($0.current(at: now)) }
        #expect(after[0] == after[1] && after[0] != before[0])
        #expect(contexts.allSatisfy { $0.fingerprint == other.fingerprint })
        #expect(try TLSContext(identity).fingerprint == other.fingerprint)
    }

    private func content(_ made: MadeCertificate) -> TLSIdentity.Content {
        TLSIdentity.Content([
            TLSIdentity.Certificate(
                certificatePEM: made.certificatePEM,
                privateKeyPEM: made.privateKeyPEM
            )
        ])
    }

    private func keys(_ context: OpaquePointer) -> [UInt8] {
        var keys = [UInt8](repeating: 0, count: 80)
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_GET_TLSEXT_TICKET_KEYS, keys.count, &keys)
        return keys
    }
}
