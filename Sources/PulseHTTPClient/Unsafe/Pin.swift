import CCurl
import PulseReactor

/// The certificate that one kind of connection must show.
@safe final class Pin {
    let wanted: CertificateFingerprint
    /// Owned here; connections hold the address as long as they live.
    let address: UnsafeMutablePointer<ccurl_pin>

    init(_ wanted: CertificateFingerprint) {
        self.wanted = wanted
        unsafe address = .allocate(capacity: 1)
        unsafe address.initialize(to: ccurl_pin())
        unsafe withUnsafeMutableBytes(of: &address.pointee.wanted) { target in
            unsafe target.copyBytes(from: wanted.bytes)
        }
    }

    deinit { unsafe address.deallocate() }

    /// What a server showed last.
    var seen: CertificateFingerprint {
        unsafe withUnsafeBytes(of: address.pointee.seen) { bytes in
            unsafe CertificateFingerprint(bytes: Array(bytes))
        }
    }
}
