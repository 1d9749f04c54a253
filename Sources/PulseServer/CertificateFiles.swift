import Glibc
import PulseReactor

/// The files of a certificate, and how they looked when they were last looked at.
struct CertificateFiles: Sendable {
    let certificate: String
    let key: String
    /// A file whose first line is the key's passphrase.
    let passphrase: String?

    /// Reads them.
    func read() throws(TLSError) -> TLSIdentity.Content {
        TLSIdentity.Content(
            certificatePEM: try TLSContext.read(certificate),
            privateKeyPEM: try TLSContext.read(key),
            passphrase: try passphrase.map { path throws(TLSError) in
                Array(try TLSContext.read(path).prefix { $0 != 0x0A && $0 != 0x0D })
            }
        )
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
        [certificate, key, passphrase].compactMap { $0 }.map { path in
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

/// Tells when the files of a certificate have changed and rest again.
///
/// Two files cannot be replaced at once: a change is told of when both looked the same twice.
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
