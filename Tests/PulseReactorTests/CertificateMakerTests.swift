import COpenSSL
import PulseReactor
import PulseTestSupport
import Testing

@Suite("Making certificates")
struct CertificateMakerTests {
    /// A certificate as OpenSSL reads it back.
    @safe private final class Parsed {
        let certificate: OpaquePointer

        init(_ pem: [UInt8]) throws {
            let bio = unsafe BIO_new_mem_buf(pem, Int32(pem.count))
            defer { unsafe BIO_free(bio) }
            let parsed = unsafe PEM_read_bio_X509(bio, nil, nil, nil)
            unsafe certificate = try #require(unsafe parsed)
        }

        deinit { unsafe X509_free(certificate) }

        func isFor(name: String) -> Bool {
            unsafe X509_check_host(
                certificate,
                name,
                name.utf8.count,
                UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT),
                nil
            ) == 1
        }

        func isFor(address: String) -> Bool {
            unsafe X509_check_ip_asc(certificate, address, 0) == 1
        }

        /// Days and seconds from one of the dates to now.
        func distance(from date: UnsafePointer<ASN1_TIME>?) -> (days: Int32, seconds: Int32) {
            var days: Int32 = 0
            var seconds: Int32 = 0
            unsafe _ = ASN1_TIME_diff(&days, &seconds, date, nil)
            return (days, seconds)
        }

        var serial: [UInt8] {
            let number = unsafe ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil)
            defer { unsafe BN_free(number) }
            var bytes = [UInt8](repeating: 0, count: 32)
            let count = unsafe BN_bn2bin(number, &bytes)
            return Array(bytes[..<Int(count)])
        }

        var fingerprint: [UInt8] {
            var der: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_X509(certificate, &der)
            defer { unsafe CRYPTO_free(der, nil, 0) }
            var digest = [UInt8](repeating: 0, count: 32)
            unsafe _ = cossl_sha256(der, Int(count), &digest)
            return digest
        }
    }

    private func make(
        _ names: [String] = ["pulse.example", "localhost"],
        _ addresses: [String] = ["127.0.0.1", "::1"],
        days: Int = 30
    ) throws -> MadeCertificate {
        try CertificateMaker.make(names: names, addresses: addresses, days: days)
    }

    @Test("the names and addresses that were asked for stand in it, and no others")
    func names() throws {
        let parsed = try Parsed(make().certificatePEM)
        for name in ["pulse.example", "localhost", "LOCALHOST"] {
            #expect(parsed.isFor(name: name))
        }
        for address in ["127.0.0.1", "::1", "0:0:0:0:0:0:0:1"] {
            #expect(parsed.isFor(address: address))
        }
        #expect(!parsed.isFor(name: "example"))
        #expect(!parsed.isFor(name: "127.0.0.1"))
        #expect(!parsed.isFor(address: "127.0.0.2"))
        let wild = try Parsed(make(["*.pulse.example"], []).certificatePEM)
        #expect(wild.isFor(name: "a.pulse.example"))
        #expect(!wild.isFor(name: "pulse.example"))
        let addressOnly = try Parsed(make([], ["192.0.2.7"]).certificatePEM)
        #expect(addressOnly.isFor(address: "192.0.2.7"))
    }

    @Test("it is valid from an hour ago for the days that were asked for")
    func dates() throws {
        let parsed = try Parsed(make(days: 30).certificatePEM)
        let begun = unsafe parsed.distance(from: X509_get0_notBefore(parsed.certificate))
        #expect(begun.days == 0)
        #expect((3600...3700).contains(begun.seconds))
        let end = unsafe parsed.distance(from: X509_get0_notAfter(parsed.certificate))
        // Some seconds less than 30 days are left.
        #expect(end.days == -29 || end.days == -30)
        #expect(end.days == -30 || end.seconds < -86_000)
    }

    @Test("it is of version 3, signs itself, and may do what a server does")
    func form() throws {
        let parsed = try Parsed(make().certificatePEM)
        let certificate = unsafe parsed.certificate
        #expect(unsafe X509_get_version(certificate) == 2)
        #expect(unsafe X509_verify(certificate, X509_get0_pubkey(certificate)) == 1)
        #expect(unsafe X509_self_signed(certificate, 1) == 1)
        #expect(unsafe X509_check_ca(certificate) == 0)
        #expect(unsafe X509_get_key_usage(certificate) == UInt32(KU_DIGITAL_SIGNATURE))
        #expect(unsafe X509_get_extended_key_usage(certificate) == UInt32(XKU_SSL_SERVER))
        let key = unsafe X509_get0_pubkey(certificate)
        #expect(unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
        #expect(unsafe EVP_PKEY_get_bits(key) == 256)
    }

    @Test("the fingerprint is SHA-256 of the DER, and no two certificates are alike")
    func fingerprints() throws {
        let both = [try make(), try make()]
        let parsed = try both.map { try Parsed($0.certificatePEM) }
        for (made, parsed) in zip(both, parsed) {
            #expect(made.fingerprint == parsed.fingerprint)
            #expect(parsed.serial.count == 16)
            #expect(parsed.serial[0] < 0x80)
        }
        #expect(both[0].fingerprint != both[1].fingerprint)
        #expect(parsed[0].serial != parsed[1].serial)
        #expect(both[0].privateKeyPEM != both[1].privateKeyPEM)
    }

    @Test("the key is PKCS #8 in PEM, and belongs to the certificate")
    func key() throws {
        let made = try make()
        #expect(made.privateKeyPEM.starts(with: "-----BEGIN PRIVATE KEY-----\n".utf8))
        #expect(made.certificatePEM.starts(with: "-----BEGIN CERTIFICATE-----\n".utf8))
        _ = try TLSContext(
            certificatePEM: made.certificatePEM,
            privateKeyPEM: made.privateKeyPEM
        )
    }

    @Test(
        "names and addresses that are none are refused",
        arguments: [
            (["a b"], []), (["a,DNS:b"], []), ([""], []), (["a\0b"], []), (["ä"], []),
            ([String(repeating: "a", count: 254)], []), ([], []), (["a"], ["localhost"]),
            (["a"], ["1.2.3"]), (["a"], ["1.2.3.4\0"]), (["a"], ["::1%lo"]), (["a"], [""]),
        ] as [([String], [String])]
    )
    func badNames(names: [String], addresses: [String]) {
        #expect(throws: TLSError.self) { try make(names, addresses) }
        #expect(ERR_peek_error() == 0)
    }

    @Test("a name too long for a subject may still be a name", arguments: [64, 65, 253])
    func longNames(byteCount: Int) throws {
        let label = String(repeating: "a", count: 60)
        let name = String("\(label).\(label).\(label).\(label).\(label)".suffix(byteCount))
        #expect(try Parsed(make([name], []).certificatePEM).isFor(name: name))
    }

    @Test("days below one are refused", arguments: [0, -1, Int.max])
    func badDays(days: Int) {
        #expect(throws: TLSError.self) { try make(days: days) }
    }
}
