import Glibc
import PulseReactor

/// The certificates that the server shows: its owner's, or one that it has made for itself.
///
/// Each reactor speaks TLS with a context of its own; a client that comes back is known to all.
struct ServerTLS: Sendable {
    private let identity: TLSIdentity
    /// Where they are read from; `nil` for one of its own.
    let files: CertificateFiles?
    /// SHA-256 of the certificate that the server made; `nil` for its owner's.
    let ownFingerprint: CertificateFingerprint?

    /// Whether no browser can know the certificate.
    var isSelfSigned: Bool { ownFingerprint != nil }

    /// Days for which a certificate of our own is valid: as many as any client accepts.
    ///
    /// Apple's systems refuse more than 825 days from the first to the last, whoever signed it.
    private static let selfSignedDays = 824

    /// Reads or makes the certificate; `nil` where the server speaks plain HTTP.
    init?(_ configuration: ServerConfiguration) throws(ConfigurationError) {
        switch configuration.tls {
        case .none: return nil
        case .files(let pairs):
            let files = CertificateFiles(pairs: pairs, passphrase: configuration.tlsPassphraseFile)
            identity = try ServerTLS.identity(try files.read(), "--tls-cert")
            self.files = files
            ownFingerprint = nil
        case .selfSigned:
            let made = try ServerTLS.make(for: configuration.listen)
            let certificate = TLSIdentity.Certificate(
                certificatePEM: made.certificatePEM,
                privateKeyPEM: made.privateKeyPEM
            )
            identity = try ServerTLS.identity(
                TLSIdentity.Content([certificate]),
                "--tls-self-signed"
            )
            files = nil
            ownFingerprint = CertificateFingerprint(bytes: made.fingerprint)
        }
    }

    /// A context for one reactor, which follows when the certificates are read again.
    func makeContext() throws(TLSError) -> TLSContext { try TLSContext(identity) }

    /// Reads the files again and shows what they hold to the clients that connect from now on.
    ///
    /// Returns the fingerprints. Where it throws, everything stays as it was.
    func reload(_ files: CertificateFiles) throws(ConfigurationError) -> [CertificateFingerprint] {
        let content = try files.read()
        do throws(TLSError) {
            return try identity.replace(with: content)
        } catch {
            throw ConfigurationError("--tls-cert: \(error)")
        }
    }

    /// Takes certificates that were looked at one by one.
    private static func identity(
        _ content: TLSIdentity.Content,
        _ option: String
    ) throws(ConfigurationError) -> TLSIdentity {
        do throws(TLSError) {
            return try TLSIdentity(content)
        } catch {
            throw ConfigurationError("\(option): \(error)")
        }
    }

    /// Makes a certificate for this machine's names and the addresses that are listened on.
    private static func make(
        for listen: [SocketAddress]
    ) throws(ConfigurationError) -> MadeCertificate {
        let names = ["localhost"] + [hostName()].compactMap { $0 }
        var addresses = ["127.0.0.1", "::1"]
        for address in listen.filter({ !$0.isUnix }).map(\.hostText)
        where !addresses.contains(address) {
            addresses.append(address)
        }
        do throws(TLSError) {
            do throws(TLSError) {
                return try CertificateMaker.make(
                    names: names,
                    addresses: addresses,
                    days: selfSignedDays
                )
            } catch .badName {
                // A host name may have letters that a certificate's may not.
                return try CertificateMaker.make(
                    names: ["localhost"],
                    addresses: addresses,
                    days: selfSignedDays
                )
            }
        } catch {
            throw ConfigurationError("--tls-self-signed: \(error)")
        }
    }

    private static func hostName() -> String? {
        var name = [CChar](repeating: 0, count: 256)
        let code = unsafe gethostname(&name, name.count - 1)
        let text = String(
            decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
        return code == 0 && text != "localhost" && !text.isEmpty ? text : nil
    }
}
