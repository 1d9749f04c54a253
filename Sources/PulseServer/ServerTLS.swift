import Glibc
import PulseReactor

/// The certificate that the server shows: its owner's, or one that it has made for itself.
struct ServerTLS {
    let context: TLSContext
    /// Whether no browser can know the certificate.
    let isSelfSigned: Bool

    /// Days for which a certificate of our own is valid: as many as any client accepts.
    ///
    /// Apple's systems refuse more than 825 days from the first to the last, whoever signed it.
    private static let selfSignedDays = 824

    /// Reads or makes the certificate; `nil` where the server speaks plain HTTP.
    init?(_ configuration: ServerConfiguration) throws(ConfigurationError) {
        switch configuration.tls {
        case .none: return nil
        case .files(let certificate, let key):
            context = try ServerTLS.read(certificate, key)
            isSelfSigned = false
        case .selfSigned:
            context = try ServerTLS.make(for: configuration.listen)
            isSelfSigned = true
        }
    }

    private static func read(
        _ certificate: String,
        _ key: String
    ) throws(ConfigurationError) -> TLSContext {
        do throws(TLSError) {
            return try TLSContext(certificateFile: certificate, keyFile: key)
        } catch {
            switch error {
            case .unreadable, .noAuthorities: throw ConfigurationError("\(error)")
            case .noKey, .encryptedKey, .keyDoesNotMatch:
                throw ConfigurationError("--tls-key \(key): \(error)")
            case .noCertificate, .badName, .badDays, .refused:
                throw ConfigurationError("--tls-cert \(certificate): \(error)")
            }
        }
    }

    /// Makes a certificate for this machine's names and the addresses that are listened on.
    private static func make(
        for listen: [SocketAddress]
    ) throws(ConfigurationError) -> TLSContext {
        let names = ["localhost"] + [hostName()].compactMap { $0 }
        var addresses = ["127.0.0.1", "::1"]
        for address in listen.map(\.hostText) where !addresses.contains(address) {
            addresses.append(address)
        }
        do throws(TLSError) {
            let made: MadeCertificate
            do throws(TLSError) {
                made = try CertificateMaker.make(
                    names: names,
                    addresses: addresses,
                    days: selfSignedDays
                )
            } catch .badName {
                // A host name may have letters that a certificate's may not.
                made = try CertificateMaker.make(
                    names: ["localhost"],
                    addresses: addresses,
                    days: selfSignedDays
                )
            }
            return try TLSContext(
                certificatePEM: made.certificatePEM,
                privateKeyPEM: made.privateKeyPEM
            )
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

    /// The fingerprint as people compare it: AA:BB:….
    var fingerprint: String { "\(CertificateFingerprint(bytes: context.fingerprint))" }
}
