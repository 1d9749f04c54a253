import COpenSSL

/// A certificate that signs itself, and its key.
package struct MadeCertificate: Sendable {
    /// The certificate (RFC 7468).
    package let certificatePEM: [UInt8]
    /// The private key as PKCS #8, without a passphrase.
    package let privateKeyPEM: [UInt8]
    /// SHA-256 of the certificate's DER: what a client pins.
    package let fingerprint: [UInt8]
}

/// Makes self-signed server certificates on the curve P-256.
package enum CertificateMaker {
    /// Clocks of clients may be behind by this much.
    private static let toleranceSeconds = -3600
    /// Bytes of a serial number: 127 random bits, where RFC 5280 allows 160 and CAs must use 64.
    private static let serialByteCount = 16

    /// Makes a certificate for these DNS names and IP addresses (in text form), valid from an hour
    /// ago for so many days; the first name is also its subject.
    package static func make(
        names: [String],
        addresses: [String],
        days: Int
    ) throws(TLSError) -> MadeCertificate {
        ERR_clear_error()
        guard let key = unsafe cossl_make_key() else { throw .last() }
        defer { unsafe EVP_PKEY_free(key) }
        guard let certificate = unsafe X509_new() else { throw .last() }
        defer { unsafe X509_free(certificate) }
        try unsafe date(certificate, days: days)
        try unsafe name(certificate, names.first ?? addresses.first)
        try unsafe addNames(names, addresses, to: certificate)
        try unsafe restrict(certificate)
        try check(unsafe X509_set_pubkey(certificate, key))
        guard unsafe X509_sign(certificate, key, EVP_sha256()) > 0 else { throw .last() }
        var fingerprint = [UInt8](repeating: 0, count: 32)
        try check(unsafe cossl_fingerprint(certificate, &fingerprint))
        return MadeCertificate(
            certificatePEM: try unsafe written { unsafe PEM_write_bio_X509($0, certificate) },
            privateKeyPEM: try unsafe written {
                unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil)
            },
            fingerprint: fingerprint
        )
    }

    private static func date(_ certificate: OpaquePointer, days: Int) throws(TLSError) {
        // Version 3, counted from 0.
        try check(unsafe X509_set_version(certificate, 2))
        let first = unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), toleranceSeconds)
        guard let count = Int32(exactly: days), count > 0, unsafe first != nil,
            unsafe X509_time_adj_ex(X509_getm_notAfter(certificate), count, 0, nil) != nil
        else {
            ERR_clear_error()
            throw .badDays(days)
        }
        var serial = [UInt8](repeating: 0, count: serialByteCount)
        try check(unsafe RAND_bytes(&serial, Int32(serial.count)))
        // Positive, and never zero.
        serial[0] = serial[0] & 0x7F | 0x40
        guard let number = unsafe BN_bin2bn(serial, Int32(serial.count), nil) else { throw .last() }
        defer { unsafe BN_free(number) }
        guard unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
            throw .last()
        }
    }

    /// Subject and issuer are the same, since it signs itself.
    ///
    /// Clients look at the names of `addNames` only; this one is for people.
    private static func name(_ certificate: OpaquePointer, _ first: String?) throws(TLSError) {
        guard let first else { throw .badName("") }
        let name = unsafe X509_get_subject_name(certificate)
        // X.520 allows 64 characters here.
        let common = first.utf8.count <= 64 ? first : "self-signed"
        let code = unsafe X509_NAME_add_entry_by_txt(
            name,
            "CN",
            MBSTRING_UTF8,
            common,
            Int32(common.utf8.count),
            -1,
            0
        )
        guard code == 1 else {
            ERR_clear_error()
            throw .badName(first)
        }
        try check(unsafe X509_set_issuer_name(certificate, name))
    }

    private static func addNames(
        _ names: [String],
        _ addresses: [String],
        to certificate: OpaquePointer
    ) throws(TLSError) {
        guard let list = unsafe cossl_make_names() else { throw .last() }
        defer { unsafe GENERAL_NAMES_free(list) }
        for name in names {
            guard isHostName(name), unsafe cossl_add_name(list, name) == 1 else {
                throw .badName(name)
            }
        }
        for address in addresses {
            guard !address.utf8.contains(0), unsafe cossl_add_address(list, address) == 1 else {
                ERR_clear_error()
                throw .badName(address)
            }
        }
        try unsafe add(NID_subject_alt_name, UnsafeMutableRawPointer(list), to: certificate)
    }

    /// Letters, digits, hyphens and dots, and a star in front; what a certificate may name.
    private static func isHostName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 253
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "*"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// Good for a server, and for signing nothing else.
    private static func restrict(_ certificate: OpaquePointer) throws(TLSError) {
        let extensions: [(Int32, StaticString)] = [
            (NID_basic_constraints, "critical,CA:FALSE"),
            (NID_key_usage, "critical,digitalSignature"),
            (NID_ext_key_usage, "serverAuth"),
        ]
        for (kind, value) in extensions {
            guard let made = unsafe X509V3_EXT_conf_nid(nil, nil, kind, "\(value)") else {
                throw .last()
            }
            // The certificate takes a copy.
            defer { unsafe X509_EXTENSION_free(made) }
            try check(unsafe X509_add_ext(certificate, made, -1))
        }
    }

    private static func add(
        _ kind: Int32,
        _ value: UnsafeMutableRawPointer,
        to certificate: OpaquePointer
    ) throws(TLSError) {
        try check(unsafe X509_add1_ext_i2d(certificate, kind, value, 0, 0))
    }

    /// What `write` writes to a BIO.
    private static func written(
        _ write: (OpaquePointer) -> Int32
    ) throws(TLSError) -> [UInt8] {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { throw .last() }
        defer { unsafe BIO_free(bio) }
        try check(unsafe write(bio))
        var bytes: UnsafePointer<UInt8>?
        let count = unsafe cossl_content(bio, &bytes)
        // The bytes are the BIO's, which lives until this has returned.
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private static func check(_ code: Int32) throws(TLSError) {
        guard code == 1 else { throw .last() }
    }
}
