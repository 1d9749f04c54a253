import Glibc
import PulseReactor

/// The files of the certificates, and how they looked when they were last looked at.
struct CertificateFiles: Sendable {
    let pairs: [ServerConfiguration.CertificatePaths]
    /// A file whose first line is the passphrase of the keys that have one.
    let passphrase: String?

    /// Reads them all; the error names the option and the file that is wrong.
    func read() throws(ConfigurationError) -> TLSIdentity.Content {
        var certificates: [TLSIdentity.Certificate] = []
        for pair in pairs {
            do throws(TLSError) {
                let certificate = try read(pair)
                try certificate.check()
                certificates.append(certificate)
            } catch {
                throw CertificateFiles.mistake(error, pair)
            }
        }
        return TLSIdentity.Content(certificates)
    }

    private func read(
        _ pair: ServerConfiguration.CertificatePaths
    ) throws(TLSError) -> TLSIdentity.Certificate {
        TLSIdentity.Certificate(
            certificatePEM: try TLSContext.read(pair.certificate),
            privateKeyPEM: try TLSContext.read(pair.key),
            passphrase: try passphrase.map { path throws(TLSError) in
                Array(try TLSContext.read(path).prefix { $0 != 0x0A && $0 != 0x0D })
            }
        )
    }

    private static func mistake(
        _ error: TLSError,
        _ pair: ServerConfiguration.CertificatePaths
    ) -> ConfigurationError {
        switch error {
        case .unreadable, .noAuthorities: ConfigurationError("\(error)")
        case .noKey, .encryptedKey, .wrongPassphrase, .keyDoesNotMatch:
            ConfigurationError("--tls-key \(pair.key): \(error)")
        case .noCertificate, .badName, .badDays, .refused:
            ConfigurationError("--tls-cert \(pair.certificate): \(error)")
        }
    }

    /// What changes when a file is written or another one takes its place.
    struct Stamp: Equatable {
        fileprivate var device: UInt64 = 0
        fileprivate var inode: UInt64 = 0
        fileprivate var byteCount: Int64 = 0
        fileprivate var seconds = 0
        fileprivate var nanoseconds = 0
    }

    /// The stamps of all files; a file that is missing has one of zeros.
    var stamps: [Stamp] {
        (pairs.flatMap { [$0.certificate, $0.key] } + [passphrase].compactMap { $0 }).map { path in
            var status = stat()
            // The structure is ours and the path's bytes live for the call.
            guard unsafe stat(path, &status) == 0 else { return Stamp() }
            return Stamp(
                device: UInt64(status.st_dev),
                inode: UInt64(status.st_ino),
                byteCount: Int64(status.st_size),
                seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec
            )
        }
    }
}

/// Tells when the files of the certificates have changed and rest again.
///
/// Two files cannot be replaced at once: a change is told of when all looked the same twice.
struct CertificateWatch {
    private let files: CertificateFiles
    private var shown: [CertificateFiles.Stamp]
    private var seen: [CertificateFiles.Stamp]

    init(_ files: CertificateFiles) {
        self.files = files
        shown = files.stamps
        seen = shown
    }

    /// Looks at the files; returns whether they are to be read again.
    mutating func look() -> Bool {
        let now = files.stamps
        defer { seen = now }
        guard now == seen, now != shown else { return false }
        shown = now
        return true
    }
}
