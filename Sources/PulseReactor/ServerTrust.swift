/// Which certificate a server must show over TLS; there is no way to ask for none.
package enum ServerTrust: Sendable, Hashable {
    /// One that the system's authorities vouch for.
    case system
    /// One that an authority in this PEM file vouches for.
    case caFile(String)
    /// Exactly the one with this digest, whatever its issuer, names and dates.
    case fingerprint(CertificateFingerprint)
}
