import Synchronization

/// The certificates that the contexts of several reactors show, which may change while they do.
///
/// A context looks here for each new connection, which costs one atomic load, and takes over what
/// is newer. Open connections go on with what they began with.
package final class TLSIdentity: Sendable {
    /// A certificate with its chain, and its key.
    package struct Certificate: Sendable {
        let certificatePEM: [UInt8]
        let privateKeyPEM: [UInt8]
        let passphrase: [UInt8]?

        /// Takes both in PEM; the passphrase is that of an encrypted key.
        package init(
            certificatePEM: [UInt8],
            privateKeyPEM: [UInt8],
            passphrase: [UInt8]? = nil
        ) {
            self.certificatePEM = certificatePEM
            self.privateKeyPEM = privateKeyPEM
            self.passphrase = passphrase
        }

        /// Throws why it cannot be used, if it cannot.
        package func check() throws(TLSError) { _ = try TLSContext(Content([self])) }
    }

    /// Certificates, and what the tickets for them are encrypted with.
    package struct Content: Sendable {
        let certificates: [Certificate]
        let ticketKeys = TicketKeys()

        /// Takes one or more: a client sees the first that has the name which it asks for, and the
        /// first of all otherwise.
        package init(_ certificates: [Certificate]) {
            precondition(!certificates.isEmpty, "a server over TLS without a certificate")
            self.certificates = certificates
        }
    }

    private let content: Mutex<Content>
    private let count = Atomic<UInt64>(0)

    /// Takes what can be used, or throws why it cannot.
    package init(_ content: Content) throws(TLSError) {
        _ = try TLSContext(content)
        self.content = Mutex(content)
    }

    /// Shows other certificates from now on; where it throws, everything stays as it was.
    ///
    /// Returns their fingerprints.
    package func replace(with content: Content) throws(TLSError) -> [CertificateFingerprint] {
        let context = try TLSContext(content)
        self.content.withOrderedLock(of: self) { $0 = content }
        count.add(1, ordering: .releasing)
        return context.fingerprints.map(CertificateFingerprint.init(bytes:))
    }

    /// How many times it was replaced.
    var version: UInt64 { count.load(ordering: .acquiring) }

    var current: Content { content.withOrderedLock(of: self) { $0 } }
}
