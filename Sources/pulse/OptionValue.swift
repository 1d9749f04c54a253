import PulseReactor
import PulseServer

/// Reads an option's value, and names the option where it is wrong.
func named<Given, Value>(
    _ option: String,
    _ text: Given,
    _ read: (Given) throws(ConfigurationError) -> Value
) throws(ConfigurationError) -> Value {
    do throws(ConfigurationError) {
        return try read(text)
    } catch {
        throw ConfigurationError("\(option): \(error)")
    }
}

/// Reads the secret that an option's file holds.
func secretOption(_ option: String, _ path: String) throws(ConfigurationError) -> SecretFile {
    do throws(SecretFileError) {
        return try SecretFile(path: path)
    } catch {
        throw ConfigurationError("\(option): \(error)")
    }
}

/// Reads which certificate a server must show: by default one that the system trusts.
func trustOption(
    caFile: String?,
    fingerprint: String?
) throws(ConfigurationError) -> ServerTrust {
    guard let fingerprint else { return caFile.map { .caFile($0) } ?? .system }
    guard caFile == nil else {
        throw ConfigurationError("--ca-file and --fingerprint exclude each other: choose one")
    }
    guard let fingerprint = CertificateFingerprint(fingerprint) else {
        throw ConfigurationError(
            "--fingerprint: \"\(fingerprint)\" is not a SHA-256: write its 32 bytes as AA:BB:…"
        )
    }
    return .fingerprint(fingerprint)
}
