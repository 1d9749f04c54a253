import Logging
package import PulseReactor

// The certificate, read again while the server runs.
extension Server {
    /// Reads the files of the certificate again, as SIGHUP asks.
    package func reload(on shard: isolated Shard) {
        if let tls = setup.tls, let files = tls.files {
            reload(tls, files)
        } else {
            log.info("there is nothing to read again")
        }
    }

    private func reload(_ tls: ServerTLS, _ files: CertificateFiles) {
        do throws(ConfigurationError) {
            let fingerprints = try tls.reload(files).map(\.description)
            log.notice(
                "the certificate was read again",
                metadata: ["sha256": "\(fingerprints.joined(separator: " "))"]
            )
        } catch {
            log.error(
                "the certificate stays as it was, because the new one cannot be used",
                metadata: ["why": "\(error)"]
            )
        }
    }

    /// Reads the files again whenever they have changed.
    func watchCertificate(on shard: isolated Shard) async {
        guard let tls = setup.tls, let files = tls.files else { return }
        var watch = CertificateWatch(files)
        while (try? await shard.sleep(
            until: .now() + ServerLimits.certificateLookNanoseconds
        )) != nil {
            if watch.look() { reload(tls, files) }
        }
    }
}
