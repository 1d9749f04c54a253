import Glibc
import PulseReactor

/// The certificate that the server shows: its owner's, or one that it has made for itself.
///
/// Each reactor speaks TLS with a context of its own; a client that comes back is known to all.
struct ServerTLS: Sendable {
    private let identity: TLSIdentity
    /// Where it is read from; `nil` for one of its own.
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
        case .files(let certificate, let key):
            let files = CertificateFiles(
                certificate: certificate,
                key: key,
                passphrase: configuration.tlsPassphraseFile
            )
            do throws(TLSError) {
                identity = try TLSIdentity(try files.read())
            } catch {
                throw ServerTLS.mistake(error, certificate, key)
            }
            self.files = files
            ownFingerprint = nil
        case .selfSigned:
            let made = try ServerTLS.make(for: configuration.listen)
            do throws(TLSError) {
                identity = try TLSIdentity(
                    TLSIdentity.Content(
                        certificatePEM: made.certificatePEM,
                        privateKeyPEM: made.privateKeyPEM
                    )
                )
            } catch {
                throw ConfigurationError("--tls-self-signed: \(error)")
            }
            files = nil
            ownFingerprint = CertificateFingerprint(bytes: made.fingerprint)
        }
    }

    /// A context for one reactor, which follows when the certificate is read again.
    func makeContext() throws(TLSError) -> TLSContext { try TLSContext(identity) }

    /// Reads the files again and shows what they hold to the clients that connect from now on.
    ///
    /// Returns the fingerprint. Where it throws, everything stays as it was.
    func reload(_ files: CertificateFiles) throws(ConfigurationError) -> CertificateFingerprint {
        do throws(TLSError) {
            return try identity.replace(with: try files.read())
        } catch {
            throw ServerTLS.mistake(error, files.certificate, files.key)
        }
    }

    /// What is wrong with the files, in words that name the option.
    private static func mistake(
        _ error: TLSError,
        _ certificate: String,
        _ key: String
    ) -> ConfigurationError {
        switch error {
        case .unreadable, .noAuthorities: ConfigurationError("\(error)")
        case .noKey, .encryptedKey, .wrongPassphrase, .keyDoesNotMatch:
            ConfigurationError("--tls-key \(key): \(error)")
        case .noCertificate, .badName, .badDays, .refused:
            ConfigurationError("--tls-cert \(certificate): \(error)")
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
